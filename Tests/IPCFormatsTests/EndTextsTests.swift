import ByteOutput
import IPCModel
import Testing

@testable import IPCFormats

@Suite("Remembered texts of ends")
struct EndTextsTests {
  /// An event between threads of their own names.
  private func event(_ source: Int32, _ destination: Int32, kind: Kind = .pipe) -> Event {
    func end(_ tid: Int32) -> Endpoint { Endpoint(pid: tid / 10, tid: tid, comm: Comm("t\(tid)")) }
    return Event(time: 1, kind: kind, source: end(source), destination: end(destination), count: 1)
  }

  private func write(_ text: Int, of event: borrowing Event, to output: inout OutputBuffer) {
    output.append(event.source.comm, .terminal)
    output.append(text == 0 ? ">" : "/")
    output.append(event.destination.comm, .terminal)
    output.append(event.kind.row.name)
  }

  @Test func `are those of the event, whatever was remembered before`() {
    var ends = EndTexts(2)
    var output = OutputBuffer()
    output.append("before ")
    // More than there are places, and each of them again.
    for _ in 0..<2 {
      for source: Int32 in 1...40 {
        for (destination, kind) in [(source, Kind.pipe), (source, .pty), (7, .pipe), (40 - source, .pipe)] {
          let event = event(source, destination, kind: kind)
          let found = ends.find(for: event, with: &output, write)
          #expect(output.count == 7)
          ends.append(1, of: found, to: &output)
          ends.append(0, of: found, to: &output)
          let name = kind.row.name
          let expected = "before t\(source)/t\(destination)\(name)t\(source)>t\(destination)\(name)"
          #expect(output.withBytes { String(decoding: $0, as: UTF8.self) } == expected)
          output.truncate(to: 7)
        }
      }
    }
  }

  @Test func `tell threads apart that differ in one thing`() {
    var ends = EndTexts(1)
    var made = 0
    func find(_ source: Endpoint, _ destination: Endpoint) {
      let event = Event(time: 1, kind: .pipe, source: source, destination: destination, count: 1)
      var output = OutputBuffer()
      _ = ends.find(for: event, with: &output) { _, _, _ in made += 1 }
    }
    let one = Endpoint(pid: 1, tid: 1, comm: Comm("one"))
    // The same thread after an exec, and another process's of the same number, as in another namespace.
    let renamed = Endpoint(pid: 1, tid: 1, comm: Comm("two"))
    let moved = Endpoint(pid: 2, tid: 1, comm: Comm("one"))
    for (source, destination) in [
      (one, one), (renamed, one), (one, one), (moved, one), (one, one), (one, moved),
    ] {
      find(source, destination)
    }
    #expect(made == 6)
    find(one, moved)
    #expect(made == 6)
  }

  @Test func `of messages are those of their ends`() {
    var ends = EndTexts(1)
    var output = OutputBuffer()
    for number: Int32 in [1, 2, 1] {
      let event = event(number, 9)
      let found = ends.find(from: event.source, to: event.destination, with: &output) {
        _, source, _, output in
        output.append(source.comm, .terminal)
      }
      ends.append(0, of: found, to: &output)
    }
    #expect(output.withBytes { String(decoding: $0, as: UTF8.self) } == "t1t2t1")
  }

  @Test func `take names whose every byte is escaped in the longest way`() {
    let name = Comm(String(repeating: "\u{1}", count: 15))
    let thread = Comm(String(repeating: "\u{2}", count: 15))
    let end = Endpoint(pid: .min, tid: .min, comm: name, thread: thread)
    var format = JSONFormat(FormatOptions())
    var output = OutputBuffer()
    let event = Event(time: 1, kind: .unixSeqpacket, source: end, destination: end, count: 1)
    format.append(event, content: nil, texts: TextTable(), to: &output)
    let line = output.withBytes { String(decoding: $0, as: UTF8.self) }
    let escaped = String(repeating: "\\u0001", count: 15)
    #expect(line.hasPrefix(#"{"src_pid":-2147483648,"src_comm":"\#(escaped)","dst_pid":-2147483648,"#))
    let other = String(repeating: "\\u0002", count: 15)
    #expect(
      line.hasSuffix(
        #","src_tid":-2147483648,"dst_tid":-2147483648,"src_thread":"\#(other)","dst_thread":"\#(other)"}"#
          + "\n"))
  }
}
