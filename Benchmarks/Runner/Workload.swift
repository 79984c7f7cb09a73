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
  /// What the calls that transfer return, by which ``FloorProgram`` knows them; nil if they do not return the same always.
  var result: Int?
  /// How many of them a transfer takes.
  var callsPerTransfer = 2

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
    name: "pipe", title: "pipe, 64 B there and back", arguments: ["pipe"], count: 200_000, transfers: 2,
    result: 64)
  static let pipe512 = Workload(
    name: "pipe-512", title: "pipe, 512 B there and back", arguments: ["pipe", "--size", "512"],
    count: 200_000, transfers: 2, result: 512)
  static let unixStream = Workload(
    name: "unix-stream", title: "unix stream, 64 B there and back", arguments: ["unix-stream"],
    count: 200_000, transfers: 2, result: 64)
  static let unixPath = Workload(
    name: "unix-path", title: "unix stream by a path, 64 B there and back", arguments: ["unix-path"],
    count: 200_000, transfers: 2, result: 64)
  static let udp = Workload(
    name: "udp", title: "UDP loopback, 64 B there and back", arguments: ["udp"], count: 100_000, transfers: 2,
    result: 64)
  static let tcp = Workload(
    name: "tcp", title: "TCP loopback, 64 B there and back", arguments: ["tcp"], count: 100_000, transfers: 2,
    result: 64)
  static let kill = Workload(
    name: "kill", title: "kill(2), a signal that is ignored", arguments: ["kill"], count: 500_000,
    result: 0, callsPerTransfer: 1)
  static let pty = Workload(
    name: "pty", title: "pty, 64 B there and back", arguments: ["pty"], count: 100_000, transfers: 2,
    result: 64)
  static let getppid = Workload(
    name: "getppid", title: "getppid(2)", arguments: ["getppid"], count: 2_000_000, transfers: 0)
  static let stream512 = Workload(
    name: "stream-512", title: "pipe, one way, 512 B writes", arguments: ["stream", "--size", "512"],
    count: 2_000_000, result: 512)

  static let jsonRPC = Workload(
    name: "json-rpc", title: "JSON-RPC over a unix stream, 200 B messages", arguments: ["json-rpc"],
    count: 100_000, transfers: 2)
  static let http = Workload(
    name: "http", title: "HTTP over a unix stream, bodies of 1 MiB", arguments: ["http"], count: 1000)

  /// What every condition is measured with.
  static let all = [
    pipe, pipe512, unixStream, unixPath,
    Workload(
      name: "unix-dgram", title: "unix datagram, 64 B there and back", arguments: ["unix-dgram"],
      count: 200_000, transfers: 2, result: 64),
    tcp, udp, pty, kill, getppid,
    Workload(
      name: "file", title: "read(2) of a file, 64 B", arguments: ["file"], count: 1_000_000,
      transfers: 0),
    stream512,
    Workload(
      name: "stream-4k", title: "pipe, one way, 4 KiB writes", arguments: ["stream", "--size", "4096"],
      count: 500_000, result: 4096),
    Workload(
      name: "stream-64k", title: "pipe, one way, 64 KiB writes", arguments: ["stream", "--size", "65536"],
      count: 50_000),
    Workload(
      name: "crowd", title: "1,000 processes in a ring, 10 pipes each, 64 B over all", arguments: ["crowd"],
      count: 20, transfers: 10_000, result: 64),
    Workload(
      name: "churn", title: "pipe, fork, exec of echo, read, wait", arguments: ["churn"], count: 1000),
  ]
}
