import Glibc
import IPCFormats
import IPCModel

extension OutputBuffer {
  /// Appends what Wireshark is told about a payload: how to show it and, of internet sockets, addresses and ports.
  mutating func appendTags(
    of event: borrowing Event, _ fields: ChannelFields, _ choice: DissectorChoice.Outcome,
    rules: [DissectionRule],
    texts: borrowing TextTable
  ) {
    switch choice {
    case .rule(let index):
      rules[index].dissector.withUnsafeBufferPointer { appendTag(ExportedTags.dissector, text: $0) }
    case .known(let dissector):
      if let name = dissector.name {
        name.withUTF8Buffer { appendTag(ExportedTags.dissector, text: $0) }
      } else {
        Dissector.encapsulationTable.withUTF8Buffer { appendTag(ExportedTags.table, text: $0) }
        appendTag(ExportedTags.tableValue, number: Dissector.dbusEncapsulation)
      }
    }
    event.kind.row.name.withUTF8Buffer { appendTag(ExportedTags.protocolColumn, text: $0) }
    if let ports = fields.ports {
      appendAddress(event[ports.source.address], ExportedTags.sourceIPv4, ExportedTags.sourceIPv6, texts)
      appendAddress(
        event[ports.destination.address], ExportedTags.destinationIPv4, ExportedTags.destinationIPv6, texts)
      if let source = event[ports.source.number], let destination = event[ports.destination.number] {
        let type = event.kind == .loopbackTCP ? ExportedTags.tcpPorts : ExportedTags.udpPorts
        appendTag(ExportedTags.portType, number: type)
        appendTag(ExportedTags.sourcePort, number: UInt32(truncatingIfNeeded: source))
        appendTag(ExportedTags.destinationPort, number: UInt32(truncatingIfNeeded: destination))
      }
    }
    appendEndOfTags()
  }

  private mutating func appendAddress(
    _ text: TextID?, _ tag4: UInt16, _ tag6: UInt16, _ texts: borrowing TextTable
  ) {
    guard let text else { return }
    texts.withBytes(of: text) { bytes in
      // Long enough for every address (INET6_ADDRSTRLEN), with a zero at the end.
      var words = InlineArray<48, CChar>(repeating: 0)
      guard bytes.count < words.count else { return }
      for index in bytes.indices { words[index] = CChar(bitPattern: bytes[index]) }
      var address = in6_addr()
      let family = bytes.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
      let isAddress = words.span.withUnsafeBufferPointer { inet_pton(family, $0.baseAddress, &address) == 1 }
      guard isAddress else { return }
      withUnsafeBytes(of: &address) { bytes in
        if family == AF_INET6 {
          appendTag(tag6, address: bytes)
        } else {
          appendTag(tag4, address: UnsafeRawBufferPointer(rebasing: bytes[..<4]))
        }
      }
    }
  }
}
