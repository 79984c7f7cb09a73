import IPCModel

/// Overwrites secrets in transfers, also those that several transfers carry: of each direction, it remembers what came last.
///
/// As many bytes stay as there were, so that what is shown or kept of a transfer is as long as it was.
public final class StreamRedactor {
  /// What came last in a direction.
  private struct Tail {
    var bytes: [UInt8] = []
    var lastUse: UInt64 = 0
  }

  /// Bytes that are remembered: a key and what may stand between it and its value.
  private static let tailLength = 256
  /// Bytes that are remembered of a secret that goes on.
  private static let secretLimit = 16 << 10
  /// Directions that are remembered.
  private static let directionLimit = 4096

  private struct Direction: Hashable {
    let channel: ChannelID
    let side: Side
  }

  private var tails: [Direction: Tail] = [:]
  private var uses: UInt64 = 0
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var count = 0

  /// Remembers nothing yet.
  public init() {}

  deinit { memory.deallocate() }

  /// Takes an event's bytes, to give them without secrets as ``bytes``.
  ///
  /// - Parameters:
  ///   - content: What was captured of it.
  ///   - texts: Table that its texts are in.
  public func redact(
    _ event: borrowing Event, _ content: UnsafeRawBufferPointer, texts: borrowing TextTable
  ) {
    guard let place = ChannelPlace(of: event, texts: texts) else { return show([], content, []) }
    let direction = Direction(channel: place.id, side: place.side)
    if tails.count >= Self.directionLimit, tails[direction] == nil { forgetOldest() }
    uses += 1
    let before = tails[direction]?.bytes ?? []
    let together = before + content
    let secrets = together.withUnsafeBytes { Redaction.secrets(in: $0) }
    // What lies between two transfers whose bytes were not all captured is not known.
    let isWhole = UInt64(content.count) == event.count
    tails[direction] = Tail(
      bytes: isWhole ? Self.tail(of: together, behind: secrets.last) : [], lastUse: uses)
    show(before, content, secrets)
  }

  /// The bytes of the last event, until the next is taken.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  private func show(_ before: [UInt8], _ content: UnsafeRawBufferPointer, _ secrets: [Range<Int>]) {
    if memory.count < content.count {
      memory.deallocate()
      memory = .allocate(byteCount: content.count, alignment: 1)
    }
    memory.copyMemory(from: content)
    count = content.count
    for secret in secrets where secret.upperBound > before.count {
      for index in max(secret.lowerBound, before.count)..<secret.upperBound {
        memory[index - before.count] = UInt8(ascii: "*")
      }
    }
  }

  /// What has to be remembered of bytes, so that a secret is found which begins or goes on behind them.
  private static func tail(of bytes: [UInt8], behind last: Range<Int>?) -> [UInt8] {
    var start = max(bytes.count - tailLength, 0)
    if let last, last.upperBound == bytes.count { start = min(start, max(last.lowerBound - 64, 0)) }
    return Array(bytes[max(start, bytes.count - secretLimit)...])
  }

  private func forgetOldest() {
    let middle = uses - UInt64(Self.directionLimit / 2)
    let old = tails.filter { $0.value.lastUse < middle }
    for key in old.keys { tails.removeValue(forKey: key) }
    if tails.count >= Self.directionLimit { tails.removeAll(keepingCapacity: true) }
  }
}
