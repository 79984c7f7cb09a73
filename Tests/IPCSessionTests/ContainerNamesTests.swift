import Foundation
import Testing

@testable import IPCSession

@Suite("Names of containers")
struct ContainerNamesTests {
  private let root = FileManager.default.temporaryDirectory.appending(
    path: "ipcdump-names-\(UUID().uuidString)")

  private func write(_ text: String, _ path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func id(_ digit: String) -> String { String(repeating: digit, count: 64) }

  private func name(_ digit: String, _ names: ContainerNames) -> String? {
    names.name(of: Array(String(repeating: digit, count: 12).utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test func `are those in the files of engines`() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    try write(
      #"{"ID":"x","Name":"/web","State":{"Pid":1}}"#, "var/lib/docker/containers/\(id("1"))/config.v2.json")
    try write(
      #"[{"id":"\#(id("2"))","names":["db","other"],"layer":"x"},{"id":"\#(id("3"))"}]"#,
      "var/lib/containers/storage/overlay-containers/containers.json")
    try write(
      #"{"annotations":{"io.kubernetes.cri.container-name":"proxy"},"process":{}}"#,
      "run/containerd/io.containerd.runtime.v2.task/k8s.io/\(id("4"))/config.json")
    try write(
      #"{"annotations":{"nerdctl/name":"cache"}}"#,
      "run/containerd/io.containerd.runtime.v2.task/default/\(id("5"))/config.json")
    try write("{", "var/lib/docker/containers/\(id("6"))/config.v2.json")
    let names = ContainerNames(below: root.path)
    #expect(
      ["1", "2", "3", "4", "5", "6"].map { name($0, names) } == ["web", "db", nil, "proxy", "cache", nil])
  }

  @Test func `are none where there is no engine`() {
    #expect(name("1", ContainerNames(below: root.path)) == nil)
  }
}

@Suite("The cgroups of a host")
struct CgroupTreeTests {
  @Test func `are found by their paths in the hierarchy or in the file system`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ipcdump-cgroup-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(
      at: folder.appending(path: "a/b"), withIntermediateDirectories: true)
    let tree = CgroupTree(
      mounts: Array("cgroup2 \(folder.path) cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n".utf8))
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    #expect(
      ["/a/b", "a/b/", "\(folder.path)/a/b", "/sys/fs/cgroup/cpu/x", "/", folder.path].map {
        text(tree.path($0))
      }
        == ["/a/b", "/a/b", "/a/b", "/x", "/", "/"])
    #expect(tree.all(below: Array("/a".utf8)).map { text($0.path) } == ["/a", "/a/b"])
    #expect(tree.all(below: Array("/".utf8)).map { text($0.path) } == ["/", "/a", "/a/b"])
    let inode = try #require(
      try FileManager.default.attributesOfItem(atPath: "\(folder.path)/a/b")[.systemFileNumber] as? UInt64)
    #expect(tree.all(below: Array("/a/b".utf8)).map(\.id) == [inode])
    #expect(tree.all(below: Array("/none".utf8)).isEmpty && !tree.hasLegacy(Array("/none".utf8)))
  }
}
