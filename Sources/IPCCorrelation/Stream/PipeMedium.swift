import IPCModel

/// Pipes and FIFOs.
final class PipeMedium: StreamMedium {
  /// PIPE_BUF: up to this, a write is never interrupted by another one (pipe(7)), and packets are cut at it (pipe(2)).
  static let atomicLimit = 4096

  private var anonymous: TextID?

  var kind: Kind { .pipe }
  var atomicLimit: Int { Self.atomicLimit }
  var isSocket: Bool { false }
  var hasPositions: Bool { false }
  var missingField: MetaKey<TextID> { Kind.Pipe.bytesMissing }
  var isCrowded: Bool { false }

  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) {}

  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    let anonymous = self.anonymous ?? texts.add("<anonymous>")
    self.anonymous = anonymous
    event.set(Kind.Pipe.name, to: channel.name ?? anonymous)
    event.set(Kind.Pipe.inode, to: channel.key.identity)
    event.set(Kind.Pipe.count, to: event.count)
    return MetaFieldSet()
  }

  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage) {}
}
