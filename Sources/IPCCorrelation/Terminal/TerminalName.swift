import RecordLayout

/// Name of a terminal as the kernel has it.
struct TerminalName: Equatable, Sendable {
  private var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
  private var count = 0

  /// Takes `char name[16]`.
  init(_ name: RecordedComm) {
    withUnsafeBytes(of: name) { raw in
      for byte in raw.prefix(16) {
        if byte == 0 { break }
        bytes[count] = byte
        count += 1
      }
    }
  }

  /// The name as it is shown: below `/dev` where there is such a file, as ps(1) has it.
  var shown: [UInt8] {
    let name = (0..<count).map { bytes[$0] }
    let prefix = Array("pts".utf8)
    let number = name.dropFirst(prefix.count)
    // The names of BSD pseudoterminals (ttyp0) are those of their files.
    guard name.starts(with: prefix), !number.isEmpty, number.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return name
    }
    return prefix + [0x2F] + number
  }

  static func == (left: TerminalName, right: TerminalName) -> Bool {
    if left.count != right.count { return false }
    for index in 0..<left.count where left.bytes[index] != right.bytes[index] { return false }
    return true
  }
}
