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
  func tidy(at time: UInt64, _ stage: inout EventStage) {
    if addresses.count > Self.limit {
      retired.append(contentsOf: addresses.values)
      addresses.removeAll()
      last = nil
    }
    retired.tidy(at: time, &stage)
  }
}
