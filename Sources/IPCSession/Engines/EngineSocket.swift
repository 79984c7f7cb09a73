import Glibc
import ProcessShims

/// The socket of a container engine, which is asked for the names of its containers.
///
/// Whoever speaks to it has no rights: this process connects, and a child of it that has given up everything asks, reads the
/// answer, and tells no more than ids and names.
struct EngineSocket {
  /// What is spoken there.
  enum Interface {
    /// The API of Docker, which podman has, too.
    case docker
    /// The interface for Kubernetes: containerd and CRI-O.
    case runtime
  }

  let path: String
  let interface: Interface

  /// Those of this host, and those that the tools of the engines are told of.
  static var all: [EngineSocket] {
    var sockets = [
      EngineSocket(path: "/run/docker.sock", interface: .docker),
      EngineSocket(path: "/run/podman/podman.sock", interface: .docker),
      EngineSocket(path: "/run/containerd/containerd.sock", interface: .runtime),
      EngineSocket(path: "/run/crio/crio.sock", interface: .runtime),
    ]
    for (variable, interface) in [
      ("DOCKER_HOST", Interface.docker), ("CONTAINER_HOST", .docker),
      ("CONTAINER_RUNTIME_ENDPOINT", .runtime),
    ] {
      guard let value = getenv(variable).map({ String(cString: $0) }), value.hasPrefix(scheme) else {
        continue
      }
      sockets.append(EngineSocket(path: String(value.dropFirst(scheme.count)), interface: interface))
    }
    return sockets
  }

  private static let scheme = "unix://"
  /// How long an engine is waited for, in milliseconds, and how much of its names is taken.
  private static let patience: Int32 = 500
  private static let room = 1 << 20

  /// Names of containers by their ids, as far as the engine tells.
  func names() -> [(id: [UInt8], name: [UInt8])] {
    var answer = [UInt8](repeating: 0, count: Self.room)
    let talk: @convention(c) (Int32, Int32) -> Void =
      interface == .docker
      ? { DockerAnswer.ask($0, into: $1) } : { RuntimeAnswer.ask($0, into: $1) }
    let count = process_ask(path, talk, Self.patience, &answer, answer.count)
    return Self.names(in: answer.prefix(max(0, Int(count))))
  }

  /// Reads lines of an id, a space and a name; what is no such line is left out.
  static func names(in answer: some Collection<UInt8>) -> [(id: [UInt8], name: [UInt8])] {
    answer.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
      guard words.count == 2, words[0].count == idLength, words[0].allSatisfy(isHexadecimal),
        words[1].count <= longestName, words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7f })
      else { return nil }
      return (Array(words[0]), Array(words[1]))
    }
  }

  private static let idLength = 64
  private static let longestName = 253

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// Writes such lines.
  static func write(_ names: [(id: [UInt8], name: [UInt8])], to answer: Int32) {
    send(names.flatMap { $0.id + [UInt8(ascii: " ")] + $0.name + [UInt8(ascii: "\n")] }, to: answer)
  }

  // MARK: - In the child

  /// Sends bytes; what is not taken is left out.
  static func send(_ bytes: [UInt8], to file: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Reads some bytes and adds them to what is there.
  ///
  /// - Returns: False if there are no more, or too many.
  static func receive(_ bytes: inout [UInt8], from server: Int32) -> Bool {
    var piece = [UInt8](repeating: 0, count: 65536)
    let count = read(server, &piece, piece.count)
    guard count > 0, bytes.count + count <= answerLimit else { return false }
    bytes += piece.prefix(count)
    return true
  }

  /// Some thousand containers take so many bytes.
  private static let answerLimit = 16 << 20
}
