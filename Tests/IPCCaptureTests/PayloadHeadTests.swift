import CaptureSupport
import IPCModel
import Testing

/// What packets have in common is remembered; these are the ways in which it becomes wrong.
@Suite("Heads of payloads")
struct PayloadHeadTests {
  private static let client = Sample.client
  private static let server = Sample.server

  private func event(_ path: TextID, from source: Endpoint = client) -> Event {
    var event = Event(
      time: 50_000_000_000, kind: .unixStream, source: source, destination: Self.server, count: 5)
    event.set(Kind.UnixSocket.path, to: path)
    event.set(Kind.UnixSocket.sourceInode, to: 7)
    event.set(Kind.UnixSocket.destinationInode, to: 8)
    return event
  }

  /// What the packets' tags and comments say, of each packet those that are in it.
  private func packets(of recorded: borrowing Recorded, saying words: [String]) -> [[String]] {
    SyntheticPacket.blocks(of: recorded.bytes, type: 6).map { block in
      let text = String(decoding: block, as: UTF8.self)
      return words.filter { text.contains($0) }
    }
  }

  @Test func `tell each event's own length and contents`() {
    var recorded = Recorded()
    let path = recorded.texts.add("/run/a")
    for content in ["a", "bcd", "efghi"] { recorded.add(event(path), Array(content.utf8)) }
    let found = packets(
      of: recorded, saying: ["/run/a 1 byte: a", "/run/a 3 bytes: bcd", "/run/a 5 bytes: efghi"])
    #expect(found == [["/run/a 1 byte: a"], ["/run/a 3 bytes: bcd"], ["/run/a 5 bytes: efghi"]])
  }

  @Test func `do not outlive a text whose number another one has got`() {
    var recorded = Recorded()
    let first = recorded.texts.add("/run/a")
    recorded.add(event(first), Array("hello".utf8))
    recorded.texts.release(first)
    let second = recorded.texts.add("/run/b")
    #expect(second == first)
    recorded.add(event(second), Array("hello".utf8))
    #expect(packets(of: recorded, saying: ["/run/a", "/run/b"]) == [["/run/a"], ["/run/b"]])
  }

  @Test func `have the address that a process has under its last name`() {
    var recorded = Recorded()
    let path = recorded.texts.add("/run/a")
    let renamed = Endpoint(pid: Self.client.pid, tid: Self.client.tid, comm: Comm("renamed"))
    for source in [Self.client, renamed, Self.client] { recorded.add(event(path, from: source), [1]) }
    // Addresses are network-order bytes: 240.0.0.12, then 245.0.0.12, then 250.0.0.12 (``ProcessAddresses``).
    let addresses = SyntheticPacket.blocks(of: recorded.bytes, type: 6).map { block in
      [240, 245, 250].filter { first in
        block.indices.dropLast(3).contains { block[$0..<$0 + 4] == [first, 0, 0, 12] }
      }
    }
    #expect(addresses == [[240], [245], [250]])
  }

  @Test func `rename a process with each event that it sends to itself under another name`() {
    var recorded = Recorded()
    var event = event(recorded.texts.add("/run/a"))
    event.destination = Endpoint(pid: Self.client.pid, tid: Self.client.tid, comm: Comm("renamed"))
    for _ in 0..<3 { recorded.add(event, [1]) }
    // Two names before each packet: what is said last of an address is what Wireshark shows.
    #expect(SyntheticPacket.blocks(of: recorded.bytes, type: 4).count == 6)
  }

  @Test func `go with what the bytes are shown as`() {
    var recorded = Recorded()
    let path = recorded.texts.add("/run/a")
    for content in [[1, 2], Array("text\n".utf8), [3, 4]] { recorded.add(event(path), content) }
    let found = packets(of: recorded, saying: ["data-text-lines"])
    #expect(found == [[], ["data-text-lines"], []])
  }

  @Test func `are said anew in another file, with the names of their addresses`() {
    var recorded = Recorded()
    let path = recorded.texts.add("/run/a")
    recorded.add(event(path), [1])
    recorded.rotate()
    recorded.add(event(path), [1])
    #expect(SyntheticPacket.blocks(of: recorded.bytes, type: 4).count == 2)
    #expect(packets(of: recorded, saying: ["/run/a"]) == [["/run/a"]])
  }

  @Test func `may be longer than what is remembered`() {
    var recorded = Recorded()
    let long = "/" + String(repeating: "x", count: 2000)
    let path = recorded.texts.add(long), other = recorded.texts.add("/run/a")
    for path in [path, other, path] { recorded.add(event(path), [1]) }
    #expect(
      packets(of: recorded, saying: [long + " 1 byte", "/run/a 1 byte"]) == [
        [long + " 1 byte"], ["/run/a 1 byte"], [long + " 1 byte"],
      ])
  }
}
