/// D-Bus: a message's header has byte order, type, flags and the version of the protocol, which is 1 (D-Bus specification,
/// "Message Format").
extension ProtocolRow {
  static let dbus = ProtocolRow { content in
    guard content.count >= 16, content[0] == UInt8(ascii: "l") || content[0] == UInt8(ascii: "B") else {
      return false
    }
    return (1...4).contains(content[1]) && content[2] < 8 && content[3] == 1
  }
}
