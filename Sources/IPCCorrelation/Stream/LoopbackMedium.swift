import IPCModel

/// TCP connections within this host.
final class LoopbackMedium: StreamMedium {
  private let names: InternetNames

  init(_ names: InternetNames) { self.names = names }

  var kind: Kind { .loopbackTCP }
  var atomicLimit: Int { 0 }
  var isSocket: Bool { true }
  var hasPositions: Bool { true }
  var missingField: Int { InternetField.missing }
  var isCrowded: Bool { false }

  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) {}

  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> UInt16 {
    let ends = channel.ends
    event.set(InternetField.sourcePort, to: UInt64(ends.sourcePort))
    event.set(InternetField.destinationPort, to: UInt64(ends.destinationPort))
    if let service = names.service(ends.sourcePort, kind: kind, &texts) {
      event.set(InternetField.sourceService, to: service)
    }
    if let service = names.service(ends.destinationPort, kind: kind, &texts) {
      event.set(InternetField.destinationService, to: service)
    }
    if ends.destinationInode != 0 { event.set(InternetField.destinationInode, to: ends.destinationInode) }
    event.set(InternetField.count, to: event.count)
    event.set(InternetField.sourceAddress, to: names.address(ends.sourceAddress, &texts))
    event.set(InternetField.destinationAddress, to: names.address(ends.destinationAddress, &texts))
    return 0
  }

  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage) {
    names.tidy(at: time, &stage)
  }
}
