import Testing

/// A real library's client and server, which log each call as they see it themselves.
struct LibraryCase: Sendable, CustomTestStringConvertible {
  /// What it is called.
  let name: String
  /// A Python script, whose arguments are a folder and a number of calls. It leaves the file `log`: lists of method,
  /// target, status, and how long it took in nanoseconds.
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
      name: "psycopg", script: postgresScript, count: 3000, protocolName: "postgres", isTimed: true,
      programs: ["postgres", "initdb"]),
    LibraryCase(name: "grpcio", script: grpcScript, count: 2000, protocolName: "grpc", isTimed: true),
    LibraryCase(
      name: "dbus-fast", script: dbusScript, count: 2000, protocolName: "dbus",
      own: [
        "call dbus org.freedesktop.DBus.Hello org.freedesktop.DBus /org/freedesktop/DBus ok",
        "call dbus org.freedesktop.DBus.Hello org.freedesktop.DBus /org/freedesktop/DBus ok",
        "call dbus org.freedesktop.DBus.RequestName org.freedesktop.DBus /org/freedesktop/DBus ok",
      ], hops: 2, programs: ["dbus-daemon"]),
    LibraryCase(name: "httpx", script: httpScript, count: 1000, protocolName: "http1"),
  ]
}
