import Foundation
import Testing

/// A real library's client and server, which log each call as they see it themselves.
struct LibraryCase: Sendable, CustomTestStringConvertible {
  /// What it is called.
  let name: String
  /// A Python script, whose arguments are a folder and a number of calls. It leaves the file `log`: lists of method,
  /// target, status, how long it took in nanoseconds, and the protocol if there are several.
  let script: String
  /// Calls that it is asked to make.
  let count: Int
  /// The protocol that it speaks.
  let protocolName: String
  /// Calls that the library makes by itself, as ``MessageLine/words``.
  var own: [String] = []
  /// How often a call is seen: a bus passes it on.
  var hops = 1
  /// Whether the client does little but wait, so that its times can be compared.
  var isTimed = false
  /// Programs that it needs beside Python.
  var programs: [String] = []

  var testDescription: String { name }

  /// The project's own Python, in which `scripts/setup-tests` installs the libraries.
  static let python = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build/python/bin/python3").path

  /// Whether it is there, or its absence is to fail.
  static let hasPython = FileManager.default.isExecutableFile(atPath: python) || Obstacle.isFailure

  static let all = [
    LibraryCase(
      name: "mcp", script: mcpScript, count: 1000, protocolName: "json-rpc",
      own: ["call json-rpc initialize ok", "call json-rpc tools/list ok"]),
    LibraryCase(
      name: "pygls", script: lspScript, count: 1000, protocolName: "json-rpc",
      own: ["call json-rpc initialize ok", "call json-rpc shutdown ok"]),
    LibraryCase(
      name: "redis", script: redisScript, count: 10_000, protocolName: "redis",
      own: [
        "call redis CLIENT SETINFO error", "call redis CLIENT SETINFO error", "call redis HELLO ok",
        "call redis PING ok",
      ],
      isTimed: true, programs: ["redis-server"]),
    LibraryCase(
      name: "psycopg", script: postgresScript, count: 10_000, protocolName: "postgres", isTimed: true,
      programs: ["postgres", "initdb"]),
    LibraryCase(name: "grpcio", script: grpcScript, count: 10_000, protocolName: "grpc", isTimed: true),
    LibraryCase(
      name: "dbus-fast", script: dbusScript, count: 10_000, protocolName: "dbus",
      own: [
        "call dbus org.freedesktop.DBus.Hello org.freedesktop.DBus /org/freedesktop/DBus ok",
        "call dbus org.freedesktop.DBus.Hello org.freedesktop.DBus /org/freedesktop/DBus ok",
        "call dbus org.freedesktop.DBus.RequestName org.freedesktop.DBus /org/freedesktop/DBus ok",
      ], hops: 2, programs: ["dbus-daemon"]),
    LibraryCase(name: "httpx", script: httpScript, count: 1000, protocolName: "http1"),
    LibraryCase(
      name: "nginx", script: nginxScript, count: 600, protocolName: "http1", isTimed: true,
      programs: ["nginx", "curl"]),
    LibraryCase(
      name: "php-fpm", script: phpScript, count: 400, protocolName: "fastcgi",
      programs: ["nginx", "curl", "php-fpm"]),
    LibraryCase(
      name: "busctl", script: busctlScript, count: 100, protocolName: "dbus",
      programs: ["dbus-daemon", "busctl"]),
    LibraryCase(
      name: "varlink", script: varlinkScript, count: 10_000, protocolName: "varlink",
      own: ["call varlink org.varlink.service.GetInterfaceDescription ok"]),
    LibraryCase(
      name: "qemu", script: qmpScript, count: 10_000, protocolName: "json-rpc", isTimed: true,
      programs: ["qemu-system-x86_64"]),
    LibraryCase(
      name: "pymysql", script: mysqlScript, count: 10_000, protocolName: "mysql",
      own: ["call mysql SET SET NAMES utf8mb4 ok"], isTimed: true,
      programs: ["mariadbd", "mariadb-install-db"]),
  ]
}
