import IPCModel

/// A meta field that all transfers of one direction of a channel have alike: its name, an address, an inode.
///
/// Messages keep them, so that they can be chosen as transfers are.
public struct ChannelFact: Sendable {
  private enum Value: Sendable {
    case bits(UInt64)
    case text([UInt8])
  }

  /// See ``MetaField/position``.
  private let position: Int
  private let value: Value

  /// What the channel of an event is known by, in the direction of that event.
  package static func all(of event: borrowing Event, texts: borrowing TextTable) -> [ChannelFact] {
    var facts: [ChannelFact] = []
    for field in event.kind.row.channel.all {
      guard let bits = event.bits(at: field.position) else { continue }
      let value: Value =
        field.form == .text ? .text(texts.withBytes(of: TextID(metaBits: bits)) { Array($0) }) : .bits(bits)
      facts.append(ChannelFact(position: field.position, value: value))
    }
    return facts
  }

  /// Gives the field to an event of the same kind.
  ///
  /// - Parameter texts: Table that a text goes into.
  public func set(on event: inout Event, texts: inout TextTable) {
    switch value {
    case .bits(let bits): event.setBits(bits, at: position)
    case .text(let bytes): event.setBits(texts.add(bytes).metaBits, at: position)
    }
  }
}
