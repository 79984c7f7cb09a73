import Glibc
import IPCModel

/// Texts of addresses and ports, made once each.
final class InternetNames {
  private struct Port: Hashable {
    let kind: Kind
    let number: UInt16
  }

  /// Addresses at which the table begins anew: a scan of 127.0.0.0/8 has millions of them.
  private static let limit = 4096

  private let serviceName: @Sendable (UInt16, Kind) -> String?
  private var addresses: [InternetAddress: TextID] = [:]
  /// The one that was asked for last, because most are the same.
  private var last: (address: InternetAddress, text: TextID)?
  /// Bounded by the number of ports.
  private var services: [Port: TextID?] = [:]
  private var retired = RetiredTexts()

  /// - Parameter serviceName: The name of a port's service, asked once for each port.
  init(serviceName: @escaping @Sendable (UInt16, Kind) -> String?) { self.serviceName = serviceName }

  /// An address as text: `127.0.0.1`, `::1`.
  func address(_ address: InternetAddress, _ texts: inout TextTable) -> TextID {
    if let last, last.address == address { return last.text }
    let text = addresses[address] ?? texts.add(address.text)
    addresses[address] = text
    last = (address, text)
    return text
  }

  /// A record's address as text.
  func address(_ bytes: RecordedAddress, _ texts: inout TextTable) -> TextID {
    address(InternetAddress(bytes), &texts)
  }

  /// Name of a port's service, nil if it has none.
  func service(_ port: UInt16, kind: Kind, _ texts: inout TextTable) -> TextID? {
    let key = Port(kind: kind, number: port)
    if let known = services[key] { return known }
    let text = serviceName(port, kind).map { texts.add($0) }
    services[key] = .some(text)
    return text
  }

  /// Lets go of addresses if there are too many; call it now and then.
  func tidy(at time: UInt64, _ buffer: inout ReorderBuffer) {
    if addresses.count > Self.limit {
      retired.append(contentsOf: addresses.values)
      addresses.removeAll()
      last = nil
    }
    retired.tidy(at: time, &buffer)
  }
}

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
