import ByteOutput
import Glibc
import IPCModel

/// An address of the internet protocol, of either version.
struct HostAddress: Equatable {
  /// In network byte order; one of version 4 has the first four bytes only.
  private(set) var bytes: InlineArray<16, UInt8>
  /// Whether it is of version 6.
  private(set) var isVersion6: Bool

  /// An address of version 4.
  init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    bytes = .init(repeating: 0)
    bytes[0] = first
    bytes[1] = second
    bytes[2] = third
    bytes[3] = fourth
    isVersion6 = false
  }

  /// Reads `127.0.0.1` or `::1`; nil if that is no address.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    // Long enough for every address (INET6_ADDRSTRLEN), with a zero at the end.
    var words = InlineArray<48, CChar>(repeating: 0)
    guard text.count < words.count else { return nil }
    for index in text.indices { words[index] = CChar(bitPattern: text[index]) }
    var address = in6_addr()
    isVersion6 = text.contains(UInt8(ascii: ":"))
    let family = isVersion6 ? AF_INET6 : AF_INET
    let isAddress = words.span.withUnsafeBufferPointer { inet_pton(family, $0.baseAddress, &address) == 1 }
    guard isAddress else { return nil }
    let count = isVersion6 ? 16 : 4
    bytes = withUnsafeBytes(of: &address) { given in InlineArray { $0 < count ? given[$0] : 0 } }
  }

  /// Reads the text of a meta field; nil if there is none, or it is no address.
  init?(_ text: TextID?, _ texts: borrowing TextTable) {
    guard let text else { return nil }
    guard let address = texts.withBytes(of: text, { HostAddress($0) }) else { return nil }
    self = address
  }

  /// Number of bytes.
  var count: Int { isVersion6 ? 16 : 4 }

  /// The same address in version 6 (`::ffff:127.0.0.1`, RFC 4291, section 2.5.5.2).
  var asVersion6: HostAddress {
    if isVersion6 { return self }
    var mapped = self
    mapped.isVersion6 = true
    let given = bytes
    mapped.bytes = InlineArray { index in
      switch index {
      case 10, 11: 0xFF
      case 12...: given[index - 12]
      default: 0
      }
    }
    return mapped
  }

  /// Gives the bytes to `body`, in network byte order.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.span.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }

  static func == (one: HostAddress, other: HostAddress) -> Bool {
    one.isVersion6 == other.isVersion6
      && one.withBytes { first in other.withBytes { first.elementsEqual($0) } }
  }
}
