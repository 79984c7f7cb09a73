import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A unix socket's name")
struct SocketNamesTests {
  private let recording = MessageRecording()
  private let client = MessageSocket(2)

  private func path(to server: MessageSocket, from client: MessageSocket? = nil) -> String? {
    let client = client ?? self.client
    recording.send("x", by: .ann, from: client, to: server)
    recording.receive("x", by: .bob, at: server, from: client)
    _ = recording.told()
    return recording.meta("path")
  }

  @Test func `is the receiver's path`() {
    var server = MessageSocket(1)
    server.name = (Array("log\0run\0".utf8), IPC_NAME_PATH)
    #expect(path(to: server, from: MessageSocket(3, name: "/tmp/client")) == "/run/log")
    #expect(recording.meta("src_inode") == "1003")
    #expect(recording.meta("dst_inode") == "1001")
  }

  @Test func `is the sender's if the receiver has none`() {
    #expect(path(to: MessageSocket(1), from: MessageSocket(3, name: "/tmp/client")) == "/tmp/client")
  }

  @Test func `is as it was bound if that is all that is known`() {
    #expect(path(to: MessageSocket(1, name: "log")) == "log")
  }

  @Test func `that is abstract begins with an at sign and keeps its NULs`() {
    #expect(path(to: MessageSocket(1, name: "a\0b\0", form: IPC_NAME_ABSTRACT)) == "@a\0b\0")
    #expect(path(to: MessageSocket(4, name: "", form: IPC_NAME_ABSTRACT)) == "@")
  }

  @Test func `is missing if there is none`() {
    #expect(path(to: MessageSocket(1)) == "<anonymous>")
  }

  @Test func `is not inherited by an unnamed socket at its address`() {
    var server = MessageSocket(1, name: "/run/log")
    #expect(path(to: server) == "/run/log")
    server.name = nil
    #expect(path(to: server) == "<anonymous>")
  }

  @Test func `is not inherited by a named one at its address`() {
    var server = MessageSocket(1, name: "/run/log")
    #expect(path(to: server) == "/run/log")
    server.inode += 100
    #expect(path(to: server) == "<anonymous>")
    server.name = (Array("/run/other".utf8), IPC_NAME_PLAIN)
    recording.tellName(of: server)
    #expect(path(to: server) == "/run/other")
  }

  @Test func `that was told before the socket was accepted holds on`() {
    let server = MessageSocket(1, name: "/run/log")
    recording.send("y", by: .ann, from: MessageSocket(9), to: MessageSocket(8))
    recording.tellName(of: server, inode: 0)
    #expect(path(to: server) == "/run/log")
    for _ in 0..<40 { recording.sweep(after: 3000, recording.live(server)) }
    #expect(path(to: server) == "/run/log")
  }

  @Test(arguments: [1000, 0] as [UInt64])
  func `stays that of a message which is told when another socket is there`(inode: UInt64) {
    var server = MessageSocket(1, name: "/run/log")
    server.inode = inode
    recording.send("x", by: .ann, from: client, to: server)
    var other = MessageSocket(1, name: "/run/other")
    other.inode = inode == 0 ? 0 : inode + 100
    recording.tellName(of: other)
    recording.send("y", by: .ann, from: client, to: other)
    #expect(recording.toldAtEnd() == [#"ann > nobody 1 "x""#, #"ann > nobody 1 "y""#])
    #expect(recording.told.map { $0.meta["path"] } == ["/run/log", "/run/other"])
  }

  @Test func `stays that of a message whose socket is not known any more`() {
    let server = MessageSocket(1, name: "/run/log")
    recording.send("x", by: .ann, from: client, to: server)
    for number in 2...70_000 as ClosedRange<UInt64> {
      recording.tellName(of: MessageSocket(number, name: "/run/\(number)"))
    }
    for _ in 0..<4 { recording.sweep(after: 10, recording.live(server)) }
    recording.tellName(of: MessageSocket(80_000, name: "/run/next"))
    #expect(recording.toldAtEnd() == [#"ann > nobody 1 "x""#])
    #expect(recording.meta("path") == "/run/log")
  }

  @Test func `is kept as long as the socket lives`() {
    let names = SocketNames()
    let buffer = NamedSockets()
    for number in 1...2000 { buffer.tell(MessageSocket(UInt64(number), name: "/run/log"), to: names) }
    #expect(names.count == 2000)
    #expect(names.isCrowded)
    let texts = Set(
      (1...2000).compactMap { names.name(of: MessageSocket($0).address, inode: 0, at: 1)?.text })
    #expect(texts.count == 1)
    buffer.tidy(names, at: 10_000_000_000, MessageSocket(7), MessageSocket(8))
    #expect(names.count == 2)
    #expect(names.name(of: MessageSocket(7).address, inode: 1007, at: 1).map(buffer.text) == "/run/log")
    #expect(names.name(of: MessageSocket(9).address, inode: 1009, at: 1) == nil)
  }

  @Test func `gives its text back when the last one is gone`() {
    let names = SocketNames()
    let buffer = NamedSockets()
    for round in 1...100 as ClosedRange<UInt64> {
      buffer.tell(MessageSocket(round, name: "/run/\(round)"), to: names, at: round * 10_000_000_000)
      buffer.tidy(names, at: round * 10_000_000_000 + 5_000_000_000)
      buffer.tidy(names, at: round * 10_000_000_000 + 6_000_000_000)
    }
    #expect(names.count == 0)
    #expect(buffer.next < 4)
  }

  @Test func `is forgotten if there are too many, the oldest first`() {
    let names = SocketNames()
    let buffer = NamedSockets()
    for number in 1...70_000 as ClosedRange<UInt64> {
      buffer.tell(MessageSocket(number, name: "/run/\(number)"), to: names, at: number)
    }
    #expect(names.count <= 65536)
    #expect(names.name(of: MessageSocket(70_000).address, inode: 0, at: 1).map(buffer.text) == "/run/70000")
    #expect(names.name(of: MessageSocket(1).address, inode: 0, at: 1) == nil)
  }
}
