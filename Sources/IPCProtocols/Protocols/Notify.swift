import IPCModel

/// What services tell the service manager: datagrams of lines with assignments (sd_notify(3)).
extension ProtocolDefinition {
  static let sdNotify = ProtocolDefinition(
    name: "sd-notify", words: ["sd-notify", "sd_notify", "notify"],
    recognise: { bytes, hints in NotifyAssignments.recognise(bytes, hints) },
    makeDecoder: { _ in NotifyDecoder() })
}

private enum NotifyAssignments {
  /// Variables that sd_notify(3) names.
  private static let names: [StaticString] = [
    "READY=1", "STOPPING=1", "RELOADING=1", "STATUS=", "MAINPID=", "WATCHDOG=", "WATCHDOG_USEC=", "FDSTORE=1",
    "FDSTOREREMOVE=1", "FDNAME=", "ERRNO=", "BUSERROR=", "VARLINKERROR=", "EXIT_STATUS=",
    "EXTEND_TIMEOUT_USEC=", "MONOTONIC_USEC=", "NOTIFYACCESS=", "BARRIER=1", "MAINPIDFD", "RESTART_RESET=1",
    "X_SYSTEMD_",
  ]

  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard hints.kind == .unixDatagram else { return .no }
    if names.contains(where: bytes.hasPrefix) { return .certain }
    // Services may tell anything that is of the form.
    let name = bytes.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    let isAssignment = !name.isEmpty && name.count < bytes.count && bytes[name.count] == UInt8(ascii: "=")
    return isAssignment && (hints.isAt("/notify") || hints.isNext) ? .certain : .no
  }

  /// The names in their order, and the status.
  static func read(_ bytes: UnsafeRawBufferPointer) -> (method: [UInt8], target: [UInt8]?)? {
    var first: [UInt8]?
    var status: [UInt8]?
    for line in bytes.split(separator: 0x0A) {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > line.startIndex else { return nil }
      let name = line[..<equals]
      guard name.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }) else { return nil }
      if first == nil { first = Array(name.prefix(64)) }
      if name.elementsEqual("STATUS".utf8) { status = Array(line[(equals + 1)...].prefix(1024)) }
    }
    return first.map { ($0, status) }
  }
}

private final class NotifyDecoder: MessageDecoder {
  func reset(_ side: Side) {}

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    // A datagram is a message; what a stream carries is none.
    let said = flow.keepsBounds ? NotifyAssignments.read(flow.unread) : nil
    flow.take(flow.unread.count)
    guard let (method, target) = said else { return conversation.emitMalformed(flow, "no assignments") }
    var message = Message("sd-notify", .notification, flow.finishFrame())
    (message.method, message.target) = (method, target)
    conversation.emit(message, from: flow)
  }
}
