import Glibc
import IPCTracing
import PlainText

/// What container engines call their containers, as the files tell in which they keep it, or they themselves.
struct ContainerNames: Sendable {
  private var names: [[UInt8]: [UInt8]] = [:]

  /// Knows none.
  init() {}

  /// Reads what there is of Docker, podman and CRI-O, and containerd.
  ///
  /// - Parameter root: Folder in the place of `/`, without a slash at its end.
  init(below root: String) {
    readDocker(root + "/var/lib/docker/containers")
    readStorage(root + "/var/lib/containers/storage/overlay-containers/containers.json")
    for space in Self.entries(of: root + Self.tasks) { readContainerd(root + "\(Self.tasks)/\(space)") }
  }

  /// Asks engines, too, for what their files do not tell.
  ///
  /// - Parameter sockets: Those of which there may be some.
  mutating func ask(_ sockets: [EngineSocket]) {
    for socket in sockets {
      for (id, name) in socket.names() where names[Array(id.prefix(Self.idLength))] == nil {
        names[Array(id.prefix(Self.idLength))] = name
      }
    }
  }

  /// What is known of this host, by files and engines; found out once.
  static let ofThisHost: ContainerNames = {
    var names = ContainerNames(below: "")
    names.ask(EngineSocket.all)
    return names
  }()

  /// Name of a container, by the first 12 characters of its id; nil if it is not known.
  func name(of id: [UInt8]) -> [UInt8]? { names[id] }

  /// Ids whose container is called so.
  func ids(called name: [UInt8]) -> [[UInt8]] { names.filter { $0.value == name }.map(\.key) }

  private mutating func add(_ name: String, _ id: String) {
    // No terminal is steered by a name.
    guard !name.isEmpty else { return }
    names[Array(id.utf8.prefix(Self.idLength))] = Array(name.utf8)
  }

  /// Characters of an id that are shown, and by which it is known.
  private static let idLength = 12

  // MARK: - Engines

  private mutating func readDocker(_ folder: String) {
    struct Configuration: Decodable {
      let name: String

      enum CodingKeys: String, CodingKey { case name = "Name" }
    }
    for id in Self.entries(of: folder) {
      guard let found = Self.value(Configuration.self, in: "\(folder)/\(id)/config.v2.json") else { continue }
      add(found.name.hasPrefix("/") ? String(found.name.dropFirst()) : found.name, id)
    }
  }

  /// The library containers/storage, of podman, CRI-O and Buildah.
  private mutating func readStorage(_ path: String) {
    struct Container: Decodable {
      let id: String
      let names: [String]?
    }
    for container in Self.value([Container].self, in: path) ?? [] {
      if let name = container.names?.first { add(name, container.id) }
    }
  }

  private static let tasks = "/run/containerd/io.containerd.runtime.v2.task"

  /// The name of Kubernetes or nerdctl in the annotations of a running container.
  private mutating func readContainerd(_ folder: String) {
    struct Configuration: Decodable { let annotations: [String: String]? }
    for id in Self.entries(of: folder) {
      guard let found = Self.value(Configuration.self, in: "\(folder)/\(id)/config.json")?.annotations else {
        continue
      }
      let name = found["io.kubernetes.cri.container-name"] ?? found["nerdctl/name"]
      if let name { add(name, id) }
    }
  }

  // MARK: - Files

  /// Most bytes of a file; of a container with many mounts, some 50 kB.
  private static let fileLimit = 4 << 20
  private static let entryLimit = 16_384

  private static func value<Value: Decodable>(_ type: Value.Type, in path: String) -> Value? {
    guard let bytes = bytesOfSmallFile(path, limit: fileLimit) else { return nil }
    return try? PlainJSONDecoder.value(type, from: String(decoding: bytes, as: UTF8.self))
  }

  private static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < entryLimit, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
