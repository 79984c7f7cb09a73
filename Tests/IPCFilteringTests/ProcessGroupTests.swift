import IPCModel
import Testing

@testable import IPCFiltering

@Suite("A group of processes")
struct ProcessGroupTests {
  private static let id = String(repeating: "0123456789ab", count: 5) + "cdef"

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private let process = ProcessDescription(
    user: bytes("nobody"), container: bytes("0123456789ab"), containerName: bytes("web"),
    cgroup: bytes("/kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice/crio-\(id).scope"))

  @Test func `of users has who runs as one of them`() {
    #expect(ProcessGroup.users([Self.bytes("nobody"), Self.bytes("root")]).includes(process))
    #expect(!ProcessGroup.users([Self.bytes("root")]).includes(process))
    #expect(!ProcessGroup.users([Self.bytes("root")]).includes(ProcessDescription()))
  }

  @Test(arguments: [
    ("/kubepods.slice", true), ("/", true), ("/kubepods", false), ("/kubepods.slice/kubepods-pod1", false),
  ])
  func `of cgroups has who is in one of them or below`(_ path: String, _ isIn: Bool) {
    #expect(ProcessGroup.cgroups([Self.bytes(path)]).includes(process) == isIn)
  }

  @Test(arguments: [
    ("0123456789ab", true), ("0123", true), (id, true), ("web", true), ("we", false), ("", false),
    ("11111111-2222-3333-4444-555555555555", true), ("1234", false),
  ])
  func `of containers has who is in one by its id, name or pod`(_ word: String, _ isIn: Bool) {
    #expect(ProcessGroup.containers([Self.bytes(word)]).includes(process) == isIn)
  }

  /// The kernel knows who a process was at the moment of an event; what is known of it else is older.
  @Test func `is decided by the kernel where that has chosen by it`() {
    var selection = Selection(kinds: [.pipe])
    selection.criteria = [.group(.users([Self.bytes("nobody")]), scope: .users([65534]))]
    func passes(_ traits: Event.Traits, isTracing: Bool) -> Bool {
      EventFilter(selection, isTracing: isTracing).passes(Scene.event(traits: traits), texts: TextTable())
    }
    #expect(passes(.inScope, isTracing: true))
    #expect(!passes(.inScope, isTracing: false) && !passes([], isTracing: true))
    // Then the kernel has chosen by something else.
    selection.criteria.append(.commandTree)
    #expect(!passes(.inScope, isTracing: true))
  }
}

@Suite("A path of cgroups")
struct CgroupPathTests {
  private static let id = String(repeating: "0123456789ab", count: 5) + "cdef"
  private static let pod = "11111111-2222-3333-4444-555555555555"

  /// Container, pod and unit of paths that engines make, with cgroups of either version and either driver.
  static let paths: [(path: String, container: String?, pod: String?, unit: String?)] = [
    ("/", nil, nil, nil), ("/system.slice/nginx.service", nil, nil, "nginx.service"),
    ("/user.slice/user-1000.slice/session-2.scope", nil, nil, "session-2.scope"),
    (
      "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.service/inner", nil, nil, "app-x.service"
    ),
    ("/system.slice/docker-\(id).scope", "0123456789ab", nil, "docker-\(id).scope"),
    ("/docker/\(id)", "0123456789ab", nil, nil), ("/docker/\(id)/inner", "0123456789ab", nil, nil),
    ("/machine.slice/libpod-\(id).scope/container", "0123456789ab", nil, "libpod-\(id).scope"),
    ("/machine.slice/libpod-conmon-\(id).scope", nil, nil, "libpod-conmon-\(id).scope"),
    (
      "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(pod.replacingDashes).slice/cri-containerd-\(id).scope",
      "0123456789ab", pod, "cri-containerd-\(id).scope"
    ),
    (
      "/kubepods.slice/kubepods-pod\(pod.replacingDashes).slice/crio-\(id).scope", "0123456789ab", pod,
      "crio-\(id).scope"
    ),
    ("/kubepods/burstable/pod\(pod)/\(id)", "0123456789ab", pod, nil),
    (
      "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod\(pod.replacingDashes).slice/cri-containerd-\(id).scope",
      "0123456789ab", pod, "cri-containerd-\(id).scope"
    ),
    ("/kubepods/pod0123456789abcdef0123456789abcdef/x", nil, "0123456789abcdef0123456789abcdef", nil),
    ("/podman/pod\(pod)", nil, nil, nil), ("/kubepods/burstable/pods", nil, nil, nil),
  ]

  @Test(arguments: paths)
  func `tells the container, the pod and the unit`(
    _ path: String, _ container: String?, _ pod: String?, _ unit: String?
  ) {
    let found = CgroupPath(path.utf8)
    func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    #expect(text(found.container) == container)
    #expect(text(found.pod) == pod)
    #expect(text(found.unit) == unit)
  }

  @Test func `is put together from the innermost name on`() {
    #expect(CgroupPath.joined([] as [ArraySlice<UInt8>]) == Array("/".utf8))
    #expect(CgroupPath.joined([Array("b".utf8)[...], Array("a".utf8)[...]]) == Array("/a/b".utf8))
  }
}

extension String {
  /// As the systemd driver writes the id of a pod.
  fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
