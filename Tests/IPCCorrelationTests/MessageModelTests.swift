import IPCModel
import RecordLayout
import TestSupport
import Testing

@testable import IPCCorrelation

@Suite("Random traffic of messages")
struct MessageModelTests {
  /// A message as the kernel has it.
  private struct Queued {
    let text: String
    let sender: Party
    let client: MessageSocket
  }

  private static let senders = [Party.ann, .amy, .abe]
  private static let readers = [Party.bob, .bea]
  private static let clients = (10..<13).map { MessageSocket($0) }
  private static let servers = (1...2).map { MessageSocket($0) }

  /// Sends and receives at random.
  ///
  /// - Parameters:
  ///   - isLate: Whether a send may end after its message was received.
  ///   - text: Bytes of the message with a number.
  private func run(
    seed: UInt64, isLate: Bool, _ text: (Int, inout SeededRandom) -> String
  ) -> (recording: MessageRecording, received: [Queued], left: [Queued]) {
    var random = SeededRandom(seed: seed)
    let recording = MessageRecording()
    var queues: [[Queued]] = [[], []]
    var received: [Queued] = []
    var blocked: [(sender: Party, end: () -> Void)] = []
    for number in 0..<400 {
      let server = Int.random(in: 0..<2, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1:
        let sender = Self.senders[Int.random(in: 0..<3, using: &random)]
        if blocked.contains(where: { $0.sender == sender }) { continue }
        let client = Self.clients[Int.random(in: 0..<3, using: &random)]
        let message = Queued(text: text(number, &random), sender: sender, client: client)
        queues[server].append(message)
        let end = { recording.send(message.text, by: sender, from: client, to: Self.servers[server]) }
        if isLate, Bool.random(using: &random) { blocked.append((sender, end)) } else { end() }
      case 2, 3:
        if queues[server].isEmpty { continue }
        let message = queues[server].removeFirst()
        received.append(message)
        // Now and then, the kernel does not tell the sending socket.
        let isKnown = Int.random(in: 0..<4, using: &random) > 0
        recording.receive(
          message.text, by: Self.readers[server], at: Self.servers[server],
          from: isKnown ? message.client : nil)
      default:
        if !blocked.isEmpty { blocked.removeFirst().end() }
      }
    }
    for sending in blocked { sending.end() }
    _ = recording.told(after: 150)
    return (recording, received, queues.flatMap { $0 })
  }

  @Test(arguments: 1...40)
  func `of unlike bytes is told exactly, whenever the sends end`(seed: UInt64) {
    let (recording, received, left) = run(seed: seed, isLate: true) { number, random in
      "\(number)" + String(repeating: "-", count: Int.random(in: 0..<3, using: &random) * 40)
    }
    #expect(recording.told.map { String(decoding: $0.content ?? [], as: UTF8.self) } == received.map(\.text))
    #expect(recording.told.map(\.event.source) == received.map(\.sender.endpoint))
    #expect(recording.told.map { $0.meta["src_inode"] } == received.map { "\($0.client.inode)" })
    #expect(recording.told.allSatisfy { $0.event.traits == [] })
    #expect(recording.toldAtEnd().count == left.count)
    let rest = recording.told.dropFirst(received.count)
    #expect(Set(rest.map { $0.event.source }) == Set(left.map(\.sender.endpoint)))
    // Of long ones, the first bytes are known.
    #expect(rest.allSatisfy { $0.event.traits.subtracting(.incomplete) == .undelivered })
  }

  @Test(arguments: 1...40)
  func `of equal bytes is told once each, and nothing wrong as certain`(seed: UInt64) {
    let (recording, received, left) = run(seed: seed, isLate: false) { _, random in
      String(repeating: "x", count: Int.random(in: 0..<3, using: &random))
    }
    #expect(recording.told.map(\.event.count) == received.map { UInt64($0.text.utf8.count) })
    for (told, truth) in zip(recording.told, received) where told.event.source != truth.sender.endpoint {
      #expect(told.event.traits.contains(.inferredSource))
    }
    #expect(recording.toldAtEnd().count == left.count)
  }
}
