import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCProtocols

/// What precedes a payload of link type 252 and says to Wireshark how to show it: numbered values in network byte order
/// (`wsutil/exported_pdu_tlvs.h`).
enum ExportedTags {
  /// The link type (LINKTYPE_WIRESHARK_UPPER_PDU).
  static let linkType: UInt16 = 252

  static let end: UInt16 = 0
  /// Name of the dissector.
  static let dissector: UInt16 = 12
  /// Name of a table of dissectors, of which ``tableValue`` chooses one.
  static let table: UInt16 = 14
  static let sourceIPv4: UInt16 = 20
  static let destinationIPv4: UInt16 = 21
  static let sourceIPv6: UInt16 = 22
  static let destinationIPv6: UInt16 = 23
  /// Protocol that the ports belong to.
  static let portType: UInt16 = 24
  static let sourcePort: UInt16 = 25
  static let destinationPort: UInt16 = 26
  static let tableValue: UInt16 = 32
  /// What the column of protocols shows, unless the dissector shows something else.
  static let protocolColumn: UInt16 = 33

  /// Values of ``portType``.
  static let tcpPorts: UInt32 = 2
  static let udpPorts: UInt32 = 3

  /// What follows the tags.
  static func payload(of packet: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer {
    var cursor = ByteCursor(packet)
    while true {
      let tag = UInt16(bigEndian: try cursor.integer(UInt16.self))
      let length = Int(UInt16(bigEndian: try cursor.integer(UInt16.self)))
      _ = try cursor.take(padded(length))
      if tag == end { return try cursor.take(cursor.remaining) }
    }
  }
}

extension OutputBuffer {
  /// Appends a tag that is a text.
  mutating func appendTag(_ tag: UInt16, text: UnsafeBufferPointer<UInt8>) {
    append(integer: tag.bigEndian)
    append(integer: UInt16(padded(text.count)).bigEndian)
    append(text)
    appendPadding(after: text.count)
  }

  /// Appends a tag that is a number.
  mutating func appendTag(_ tag: UInt16, number: UInt32) {
    append(integer: tag.bigEndian)
    append(integer: UInt16(4).bigEndian)
    append(integer: number.bigEndian)
  }

  /// Appends a tag that is an address.
  mutating func appendTag(_ tag: UInt16, address: UnsafeRawBufferPointer) {
    append(integer: tag.bigEndian)
    append(integer: UInt16(address.count).bigEndian)
    append(address)
  }

  /// Appends what ends the tags.
  mutating func appendEndOfTags() { append(integer: UInt32(ExportedTags.end)) }
}

extension OutputBuffer {
  /// Appends what Wireshark learns about a payload: how to show it and, of internet sockets, addresses and ports.
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
