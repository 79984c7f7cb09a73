import IPCModel
import Testing

@testable import IPCProtocols

@Suite("ttrpc")
struct TTRPCTests {
  private func frame(_ type: UInt8, _ stream: Int, _ payload: [UInt8], flags: UInt8 = 0) -> [UInt8] {
    .big32(payload.count) + .big32(stream) + [type, flags] + payload
  }
  private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(bytes.count)] + bytes
  }
  private func request(_ method: String) -> [UInt8] {
    field(1, .text("containerd.task.v2.Task")) + field(2, .text(method)) + field(3, [8, 1])
  }

  @Test func `has calls like gRPC's`() {
    let dialogue = Dialogue()
      .asking(frame(1, 1, request("State")) + frame(1, 3, request("Kill")))
      .answering(
        frame(2, 3, field(1, [8, 5] + field(2, .text("not found")))) + frame(2, 1, field(2, [8, 1]))
      )
      .asking(frame(1, 5, request("Events"), flags: 1)).answering(frame(3, 5, [1, 2, 3]) + frame(2, 5, []))
    let lines = [
      "request 1>2 ttrpc /containerd.task.v2.Task/State #1 46",
      "request 1>2 ttrpc /containerd.task.v2.Task/Kill #3 45",
      "response 2>1 ttrpc /containerd.task.v2.Task/Kill #3 error \"5 not found\" 25",
      "call /containerd.task.v2.Task/Kill #3 error \"5 not found\" 45>25",
      "response 2>1 ttrpc /containerd.task.v2.Task/State #1 ok 14",
      "call /containerd.task.v2.Task/State #1 ok 46>14",
      "request 1>2 ttrpc /containerd.task.v2.Task/Events #5 47",
      "stream 2>1 ttrpc /containerd.task.v2.Task/Events #5 13",
      "response 2>1 ttrpc /containerd.task.v2.Task/Events #5 ok 10",
      "call /containerd.task.v2.Task/Events #5 ok 47>23",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    let damaged = Dialogue().asking(frame(1, 1, request("State")) + [9, 9, 9]).asking(
      frame(1, 3, request("Kill")))
    #expect(damaged.lines().contains("data 1>2 ttrpc 3 (no ttrpc frame)"))
    #expect(damaged.lines().last == "call /containerd.task.v2.Task/Kill #3 unanswered 45>0")
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}

@Suite("FastCGI")
struct FastCGITests {
  private func record(_ type: UInt8, _ request: Int, _ content: [UInt8] = [], padding: Int = 0) -> [UInt8] {
    [1, type] + .big16(request) + .big16(content.count) + [UInt8(padding), 0] + content
      + Array(repeating: 0, count: padding)
  }
  private func parameter(_ name: String, _ value: String) -> [UInt8] {
    [UInt8(name.utf8.count), 0x80, 0, 0, UInt8(value.utf8.count)] + .text(name) + .text(value)
  }
  private func request(_ number: Int) -> [UInt8] {
    let parameters =
      parameter("REQUEST_METHOD", "POST") + parameter("REQUEST_URI", "/x?q=1")
      + parameter("SCRIPT_FILENAME", "/srv/x.php")
    return record(1, number, [0, 1, 1, 0, 0, 0, 0, 0]) + record(4, number, Array(parameters.prefix(30)))
      + record(4, number, Array(parameters.dropFirst(30)), padding: 5) + record(4, number)
  }
  private func end(_ number: Int, status: Int = 0, protocolStatus: UInt8 = 0) -> [UInt8] {
    record(3, number, .big32(status) + [protocolStatus, 0, 0, 0])
  }

  @Test func `puts records together to requests and answers`() {
    let dialogue = Dialogue()
      .asking(request(1) + record(5, 1, .text("body")) + record(5, 1))
      .answering(
        record(6, 1, .text("Status: 404 Not Found\r\nX: y\r\n\r\nno"), padding: 3) + record(6, 1) + end(1)
      )
      .asking(request(2) + record(5, 2))
      .answering(
        record(6, 2, .text("Content-type: text/html\r\n\r\nStatus: 500")) + record(7, 2, .text("warning"))
          + end(2)
      )
      .asking(request(3) + record(2, 3) + record(5, 3)).answering(end(3, status: 1))
      .asking(record(9, 0, [])).answering(record(10, 0, []))
    let lines = [
      "request 1>2 fastcgi POST /x /srv/x.php #1 140",
      #"response 2>1 fastcgi POST /x /srv/x.php #1 error "404 Not Found" 68"#,
      #"call POST /x /srv/x.php #1 error "404 Not Found" 140>68"#,
      "request 1>2 fastcgi POST /x /srv/x.php #2 128", "response 2>1 fastcgi POST /x /srv/x.php #2 ok 77",
      "call POST /x /srv/x.php #2 ok 128>77", "request 1>2 fastcgi POST /x /srv/x.php #3 136",
      #"response 2>1 fastcgi POST /x /srv/x.php #3 cancelled "1" 16"#,
      #"call POST /x /srv/x.php #3 cancelled "1" 136>16"#, "data 1>2 fastcgi GET_VALUES 8",
      "data 2>1 fastcgi GET_VALUES_RESULT 8",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    #expect(dialogue.linesCoalesced() == lines)
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }

  @Test func `what comes of a request behind its answer is no other request`() {
    // As php-fpm answers, which reads the end of what it does not need when it has done so.
    let dialogue = Dialogue()
      .asking(request(1)).answering(end(1)).asking(record(5, 1))
      .asking(request(1) + record(5, 1)).answering(end(1))
    #expect(
      dialogue.lines() == [
        "request 1>2 fastcgi POST /x /srv/x.php #1 120", "response 2>1 fastcgi POST /x /srv/x.php #1 ok 16",
        "call POST /x /srv/x.php #1 ok 120>16", "data 1>2 fastcgi #1 8",
        "request 1>2 fastcgi POST /x /srv/x.php #1 128", "response 2>1 fastcgi POST /x /srv/x.php #1 ok 16",
        "call POST /x /srv/x.php #1 ok 128>16",
      ])
  }

  @Test func `is found again behind damage`() {
    let dialogue = Dialogue().asking(request(1) + record(5, 1)).asking([1, 99, 0, 0]).asking(
      request(2) + record(5, 2))
    #expect(
      dialogue.lines() == [
        "request 1>2 fastcgi POST /x /srv/x.php #1 128", "data 1>2 fastcgi 4 (no FastCGI record)",
        "request 1>2 fastcgi POST /x /srv/x.php #2 128", "call POST /x /srv/x.php #1 unanswered 128>0",
        "call POST /x /srv/x.php #2 unanswered 128>0",
      ])
  }
}
