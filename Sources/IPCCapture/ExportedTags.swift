import ByteOutput
import IPCModel

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
  /// What the column of information shows, unless the dissector shows something else; from Wireshark 4.2 on.
  static let informationColumn: UInt16 = 36

  /// Most bytes of a text; the length of a tag has 16 bits.
  static let limit = 60_000

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
