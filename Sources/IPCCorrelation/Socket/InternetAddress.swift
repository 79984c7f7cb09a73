import Glibc

/// `__u8 address[16]`, as Swift imports it.
typealias RecordedAddress = (
  UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
  UInt8
)

/// An IPv6 address, or an IPv4 address mapped into it.
struct InternetAddress: Hashable {
  /// In the order of the network's bytes.
  private let high: UInt64
  private let low: UInt64

  /// The unspecified address.
  init() { (high, low) = (0, 0) }

  /// Takes a record's address.
  init(_ bytes: RecordedAddress) {
    (high, low) = withUnsafeBytes(of: bytes) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  /// The address as people write it (RFC 5952); a mapped one as IPv4.
  var text: [UInt8] {
    withUnsafeBytes(of: (high, low)) { bytes in
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
      let address = UnsafeRawBufferPointer(rebasing: bytes[(isMapped ? 12 : 0)...])
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
        guard
          inet_ntop(
            isMapped ? AF_INET : AF_INET6, address.baseAddress, buffer.baseAddress,
            socklen_t(buffer.count)) != nil
        else { return [] }
        return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      }
    }
  }
}
