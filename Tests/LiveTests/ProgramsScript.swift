import Foundation
import Glibc
import Testing

/// A shell script that lets real programs talk to each other in a private folder.
///
/// The shell starts in the folder and knows these words:
/// - `start NAME COMMAND…` in the background, `run NAME COMMAND…` to its end; both note the pid under that name,
/// - `stop NAME` by SIGTERM, `finish NAME` by waiting for its end,
/// - `until_true COMMAND…`, with `tcp PORT`, `udp PORT` and `unix NAME`: whether somebody listens there.
struct ProgramsScript {
  let session: Session

  /// Where programs that have given up being root can make files too.
  init(needs programs: [String]) throws {
    session = try Session()
    chmod(session.folder.path, 0o777)
    let missing = programs.filter { Self.path(of: $0) == nil }
    guard !missing.isEmpty else { return }
    let reason = "\(missing.joined(separator: ", ")) missing; scripts/setup-tests installs it"
    if Obstacle.isFailure { throw HarnessFailure(description: reason) }
    try Test.cancel("\(reason)")
  }

  /// Where a program is, also one that is not for users.
  static func path(of program: String) -> String? {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    var folders = search.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    folders += versions.map { "/usr/lib/postgresql/\($0)/bin" }
    // Debian gives PHP's a version.
    let names = [program, "\(program)8.2", "\(program)8.3", "\(program)8.4"]
    return folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private var words: String {
    """
    exec 2> \(session.file("script.err"))
    set -e
    cd \(session.folder.path)
    PATH=$PATH:/usr/sbin:/sbin
    trap 'jobs -p > left; while read pid; do kill -9 $pid || :; done < left' EXIT
    start() { name=$1; shift; "$@" & echo $! > $name.pid; }
    run() { sh -c 'echo $$ > $0.pid; exec "$@"' "$@"; }
    finish() { read pid < $1.pid; wait $pid; }
    stop() { read pid < $1.pid; kill $pid; wait $pid || :; }
    until_true() {
      i=0
      until "$@"; do
        i=$((i+1)); [ $i -lt 500 ] || { echo "waited in vain: $*" >&2; exit 99; }
        sleep 0.02
      done
    }
    ends() { grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X $2) [0-9A-F:]+ $3 " /proc/net/$1 /proc/net/${1}6; }
    tcp() { ends tcp $1 0A; }
    udp() { ends udp $1 07; }
    unix() { grep -qE " $1\\$" /proc/net/unix; }

    """
  }

  /// Traces the script from its first word to its end, or to the first command that fails.
  func trace(
    _ script: String, hook: Hook, kinds: String = "unix,lo", options added: [String] = []
  ) async throws -> ProgramsTrace {
    try session.folder.create("script", words + script)
    let isKept = hook == .tracepoint
    let options = session.recording + ["-t", kinds, hook.option] + (isKept ? session.keeping : []) + added
    let trace = try await session.ipcdump(options + ["--", "sh", session.file("script")])
    let complaint = (try? session.folder.text("script.err")) ?? ""
    try #require(trace.status == 0, "\(trace.diagnostics)\(complaint)")
    if isKept { try await session.expectSameReplay(of: trace) }
    return ProgramsTrace(session: session, trace: trace)
  }

  /// Runs a part of the preparations that is not to be traced.
  func prepare(_ script: String) async throws -> Int {
    try session.folder.create("preparation", words + script)
    let shell = try session.start("sh", [session.file("preparation")], name: "preparation")
    return try await shell.wait().status
  }

  /// A port of both loopback addresses that nobody uses now.
  static func freePort(_ type: __socket_type) throws -> Int {
    for _ in 0..<100 {
      let port = try boundPort(type, port: 0)
      if let port, try boundPort(type, port: port) != nil { return port }
    }
    throw HarnessFailure(description: "no free port")
  }

  /// Binds an IPv6 socket that takes IPv4 too, and gives it up again.
  private static func boundPort(_ type: __socket_type, port: Int) throws -> Int? {
    let descriptor = socket(AF_INET6, Int32(type.rawValue), 0)
    guard descriptor >= 0 else { throw HarnessFailure(description: "socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = in_port_t(port).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    return withUnsafeMutableBytes(of: &address) { raw in
      let pointer = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
      guard let pointer, bind(descriptor, pointer, length) == 0 else { return nil }
      guard getsockname(descriptor, pointer, &length) == 0 else { return nil }
      return Int(in_port_t(bigEndian: raw.assumingMemoryBound(to: sockaddr_in6.self)[0].sin6_port))
    }
  }

  /// Bytes in which no part is like another, so that a lost, doubled or displaced piece shows.
  static func sample(_ count: Int, seed: UInt64 = 1) -> Data {
    var state = seed
    return Data(
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      })
  }
}
