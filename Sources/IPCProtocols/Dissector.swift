/// What Wireshark is told to show a payload as.
package enum Dissector: UInt8 {
  case amqp, data, dbus, dns, http, http2, json, memcache, mqtt, mysql, postgres, redis, smtp, ssh, text, tls

  /// Wireshark's name of it; nil for D-Bus, which it finds by the link type alone.
  package var name: StaticString? {
    switch self {
    case .amqp: "amqp"
    case .data: "data"
    case .dbus: nil
    case .dns: "dns"
    case .http: "http"
    case .http2: "http2"
    case .json: "json"
    case .memcache: "memcache"
    case .mqtt: "mqtt"
    case .mysql: "mysql"
    case .postgres: "pgsql"
    case .redis: "resp"
    case .smtp: "smtp"
    case .ssh: "ssh"
    case .text: "data-text-lines"
    case .tls: "tls"
    }
  }

  /// Number of D-Bus among the link types of Wireshark's own (`WTAP_ENCAP_DBUS`, wiretap/wtap.h).
  package static let dbusEncapsulation: UInt32 = 146
  /// Table of dissectors by those numbers.
  package static let encapsulationTable: StaticString = "wtap_encap"

  /// What usually listens at a port; nil for most.
  init?(tcpPort port: UInt64) {
    switch port {
    case 22: self = .ssh
    case 25, 587: self = .smtp
    case 80, 8000, 8080: self = .http
    case 443, 8443: self = .tls
    case 1883: self = .mqtt
    case 3306: self = .mysql
    case 5432: self = .postgres
    case 5672: self = .amqp
    case 6379: self = .redis
    case 11211: self = .memcache
    default: return nil
    }
  }

  /// What usually listens at a port of UDP.
  init?(udpPort port: UInt64) {
    guard port == 53 else { return nil }
    self = .dns
  }

  /// Whether what follows in the channel is shown so too, though it does not look like it: the middle of a long answer.
  package var isKept: Bool { [.http, .http2, .ssh, .tls].contains(self) }
}
