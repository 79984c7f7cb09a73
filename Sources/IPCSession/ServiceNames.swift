import Glibc
import IPCModel

/// Names of ports as this host has them (services(5)).
enum ServiceNames {
  /// Name of the service at a port of TCP or UDP; nil if it has none.
  static func name(of port: UInt16, kind: Kind) -> String? {
    let transport = kind == .loopbackTCP ? "tcp" : "udp"
    guard let service = getservbyport(Int32(port.bigEndian), transport), let name = service.pointee.s_name
    else {
      return nil
    }
    return String(cString: name)
  }
}
