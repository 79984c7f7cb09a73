import IPCModel

/// Pipes and FIFOs.
final class PipeMedium: StreamMedium {
  /// Positions in the kind's ``KindRow/fields``.
  private enum Field {
    static let name = 0, inode = 1, count = 2, missing = 3
  }

  /// PIPE_BUF: up to this, a write is never interrupted by another one (pipe(7)), and packets are cut at it (pipe(2)).
  static let atomicLimit = 4096

  private var anonymous: TextID?

  var kind: Kind { .pipe }
  var atomicLimit: Int { Self.atomicLimit }
  var isSocket: Bool { false }
  var hasPositions: Bool { false }
  var missingField: Int { Field.missing }
  var isCrowded: Bool { false }

  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) {}

  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> UInt16 {
    let anonymous = self.anonymous ?? texts.add("<anonymous>")
    self.anonymous = anonymous
    event.set(Field.name, to: channel.name ?? anonymous)
    event.set(Field.inode, to: channel.key.identity)
    event.set(Field.count, to: event.count)
    return 0
  }

  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage) {}
}
