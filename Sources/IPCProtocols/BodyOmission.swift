import IPCModel

/// Whoever captures contents and can leave out those that nobody looks at.
public protocol BodyOmissions: AnyObject {
  /// Begins to count what is read at an end; its events say where they lie (``Event/place``) as soon as that has come into
  /// effect.
  func count(at end: ReadingEnd)
  /// Leaves out the contents of bytes that are counted.
  func omit(_ bytes: Range<UInt64>, at end: ReadingEnd)
  /// Wants everything again.
  func stop(at end: ReadingEnd)
}

/// The end of a channel at which its bytes are read.
public struct ReadingEnd: Sendable, Equatable {
  /// Type of the channel.
  public let kind: Kind
  /// Inode of the reading socket.
  public let inode: UInt64

  /// Names an end.
  public init(kind: Kind, inode: UInt64) { (self.kind, self.inode) = (kind, inode) }

  /// Where an event's bytes were read; nil if contents cannot be left out there.
  init?(of event: borrowing Event) {
    let inode: UInt64? =
      switch event.kind {
      case .unixStream: event[Kind.UnixSocket.destinationInode]
      case .loopbackTCP: event[Kind.LoopbackSocket.destinationInode]
      default: nil
      }
    guard let inode, inode != 0 else { return nil }
    kind = event.kind
    self.inode = inode
  }
}

/// Lets contents of one direction of a channel be left out while a decoder passes over a long body.
///
/// Where the body ends is told in bytes as the kernel counts them. What was lost since they were counted makes the kernel's
/// count greater than what is known here, so that less is left out than could be, never more.
struct BodyOmission {
  private let end: ReadingEnd
  private var isCounted = false
  /// Bytes that were read up to now, as events tell; nil if none has told yet.
  private var position: UInt64?
  private var limit: UInt64 = 0

  /// Bytes of a body below which it is not worth while.
  private static let least: UInt64 = 128 << 10

  init(at end: ReadingEnd) { self.end = end }

  /// Learns where an event lies.
  ///
  /// - Returns: Bytes that were read between the event before and this one, and are lost.
  mutating func follow(_ event: borrowing Event) -> Int {
    guard event.place.isCounted else {
      // Another end has taken its place, or it has not come into effect yet.
      if position != nil { (isCounted, position, limit) = (false, nil, 0) }
      return 0
    }
    var lost: UInt64 = 0
    var start = UInt64(event.place.position)
    if let position {
      let mask = ReadPlace.positionLimit - 1
      let ahead = (event.place.position &- UInt32(truncatingIfNeeded: position)) & mask
      // More than a half is behind, not ahead.
      lost = ahead < ReadPlace.positionLimit / 2 ? UInt64(ahead) : 0
      start = position + lost
    }
    position = start + event.count
    return Int(lost)
  }

  /// Says that so many bytes need not be looked at from here on.
  mutating func pass(_ left: UInt64, _ omissions: any BodyOmissions) {
    guard left >= Self.least else { return }
    if !isCounted {
      isCounted = true
      omissions.count(at: end)
    }
    guard let position else { return }
    let goal = left == .max ? UInt64.max : position &+ left
    guard goal != limit else { return }
    limit = goal
    omissions.omit(position..<max(goal, position), at: end)
  }

  /// Wants everything again.
  mutating func stop(_ omissions: any BodyOmissions) {
    if limit > 0 { omissions.stop(at: end) }
    limit = 0
  }
}
