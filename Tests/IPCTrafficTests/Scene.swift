import ByteOutput
import IPCFormats
import IPCModel

@testable import IPCTraffic

/// Events made by hand, and what a summary says of them.
final class Scene {
  static let ann = Endpoint(pid: 100, tid: 101, comm: Comm("ann"))
  static let bob = Endpoint(pid: 500, tid: 501, comm: Comm("bob"))

  private var conversations: ConversationTable
  private var texts = TextTable()
  private let anonymous: TextID
  private var clock: UInt64 = 1_000_000_000

  init(limit: Int = ConversationTable.limit) {
    conversations = ConversationTable(limit: limit)
    anonymous = texts.add("<anonymous>")
  }

  /// Bytes that go through a pipe; a second passes after each.
  func pipe(
    _ count: UInt64, from source: Endpoint = Scene.ann, to destination: Endpoint = Scene.bob,
    inode: UInt64 = 42,
    name: String? = nil, delay: UInt64 = Event.unknownDelay, traits: Event.Traits = []
  ) {
    add(.pipe, count, source, destination, delay: delay, traits: traits) { event, texts in
      event.set(Kind.Pipe.name, to: name.map { texts.add($0) } ?? anonymous)
      event.set(Kind.Pipe.inode, to: inode)
    }
  }

  func add(
    _ kind: Kind, _ count: UInt64, _ source: Endpoint, _ destination: Endpoint,
    delay: UInt64 = Event.unknownDelay, traits: Event.Traits = [],
    fields: (inout Event, inout TextTable) -> Void
  ) {
    var event = Event(
      time: clock, kind: kind, source: source, destination: destination, count: count, traits: traits)
    event.delay = delay
    fields(&event, &texts)
    conversations.take(event, texts: texts)
    clock += 1_000_000_000
  }

  func report(top: Int? = nil, at snapshot: Snapshot? = nil) -> TrafficReport {
    conversations.report(top: top, at: snapshot)
  }

  func take(_ loss: Loss) { conversations.take(loss) }

  func json(top: Int? = nil, at snapshot: Snapshot? = nil) -> String {
    text { report(top: top, at: snapshot).appendJSON(to: &$0) }
  }

  func table(top: Int? = nil, at snapshot: Snapshot? = nil, width: Int? = nil) -> [String] {
    text { report(top: top, at: snapshot).appendTable(to: &$0, width: width) }.split(separator: "\n").map(
      String.init)
  }

  private func text(_ body: (inout OutputBuffer) -> Void) -> String {
    var output = OutputBuffer()
    body(&output)
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
