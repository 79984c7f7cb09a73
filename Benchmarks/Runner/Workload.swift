/// A fixed amount of work that `ipc-load` performs.
struct Workload {
  /// Its name here; the option `--only` chooses by it.
  var name: String
  /// What it does, and the unit of its operations.
  var title: String
  /// Name and options of `ipc-load`'s workload.
  var arguments: [String]
  var count: Int
  /// Events of one operation.
  var transfers = 1

  /// The same with another number of operations, at least one.
  func scaled(by factor: Double) -> Workload {
    var other = self
    other.count = max(1, Int(Double(count) * factor))
    return other
  }

  /// Command that performs it.
  func command(program: String, report: String) -> [String] {
    [program] + arguments + ["--count", "\(count)", "--report", report]
  }

  static let pipe = Workload(
    name: "pipe", title: "pipe, 64 B there and back", arguments: ["pipe"], count: 200_000, transfers: 2)
  static let unixStream = Workload(
    name: "unix-stream", title: "unix stream, 64 B there and back", arguments: ["unix-stream"],
    count: 200_000, transfers: 2)
  static let unixPath = Workload(
    name: "unix-path", title: "unix stream by a path, 64 B there and back", arguments: ["unix-path"],
    count: 200_000, transfers: 2)
  static let udp = Workload(
    name: "udp", title: "UDP loopback, 64 B there and back", arguments: ["udp"], count: 100_000, transfers: 2)
  static let tcp = Workload(
    name: "tcp", title: "TCP loopback, 64 B there and back", arguments: ["tcp"], count: 100_000, transfers: 2)
  static let kill = Workload(
    name: "kill", title: "kill(2), a signal that is ignored", arguments: ["kill"], count: 500_000)
  static let getppid = Workload(
    name: "getppid", title: "getppid(2)", arguments: ["getppid"], count: 2_000_000, transfers: 0)
  static let stream512 = Workload(
    name: "stream-512", title: "pipe, one way, 512 B writes", arguments: ["stream", "--size", "512"],
    count: 2_000_000)

  static let jsonRPC = Workload(
    name: "json-rpc", title: "JSON-RPC over a unix stream, 200 B messages", arguments: ["json-rpc"],
    count: 100_000, transfers: 2)
  static let http = Workload(
    name: "http", title: "HTTP over a unix stream, bodies of 1 MiB", arguments: ["http"], count: 1000)

  /// What every condition is measured with.
  static let all = [
    pipe, unixStream, unixPath,
    Workload(
      name: "unix-dgram", title: "unix datagram, 64 B there and back", arguments: ["unix-dgram"],
      count: 200_000, transfers: 2),
    tcp, udp, kill, getppid,
    Workload(
      name: "file", title: "read(2) of a file, 64 B", arguments: ["file"], count: 1_000_000,
      transfers: 0),
    stream512,
    Workload(
      name: "stream-4k", title: "pipe, one way, 4 KiB writes", arguments: ["stream", "--size", "4096"],
      count: 500_000),
    Workload(
      name: "stream-64k", title: "pipe, one way, 64 KiB writes", arguments: ["stream", "--size", "65536"],
      count: 50_000),
    Workload(
      name: "crowd", title: "1,000 processes in a ring, 10 pipes each, 64 B over all", arguments: ["crowd"],
      count: 20, transfers: 10_000),
    Workload(
      name: "churn", title: "pipe, fork, exec of echo, read, wait", arguments: ["churn"], count: 1000),
  ]
}
