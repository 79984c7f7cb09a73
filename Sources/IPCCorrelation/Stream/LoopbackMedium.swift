import IPCModel

/// TCP connections within this host.
final class LoopbackMedium: StreamMedium {
  private let names: InternetNames

  init(_ names: InternetNames) { self.names = names }

  var kind: Kind { .loopbackTCP }
  var atomicLimit: Int { 0 }
  var isSocket: Bool { true }
  var hasPositions: Bool { true }
  var missingField: MetaKey<TextID> { Kind.LoopbackSocket.bytesMissing }
  var isCrowded: Bool { false }

  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) {}

  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    let ends = channel.ends
    event.set(Kind.LoopbackSocket.sourcePort, to: UInt64(ends.sourcePort))
    event.set(Kind.LoopbackSocket.destinationPort, to: UInt64(ends.destinationPort))
    if let service = names.service(ends.sourcePort, kind: kind, &texts) {
      event.set(Kind.LoopbackSocket.sourceService, to: service)
    }
    if let service = names.service(ends.destinationPort, kind: kind, &texts) {
      event.set(Kind.LoopbackSocket.destinationService, to: service)
    }
    if ends.destinationInode != 0 {
      event.set(Kind.LoopbackSocket.destinationInode, to: ends.destinationInode)
    }
    event.set(Kind.LoopbackSocket.count, to: event.count)
    event.set(Kind.LoopbackSocket.sourceAddress, to: names.address(ends.sourceAddress, &texts))
    event.set(Kind.LoopbackSocket.destinationAddress, to: names.address(ends.destinationAddress, &texts))
    return MetaFieldSet()
  }

  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage) {
    names.tidy(at: time, &stage)
  }
}
