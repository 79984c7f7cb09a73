import Glibc
import IPCCorrelation
import IPCFiltering
import IPCModel

extension Selection {
  /// The same, with the numbers by which this kernel knows users, cgroups and containers, and with all names of files.
  ///
  /// - Throws: ``Failure`` if there is no such user, cgroup or container now.
  public func resolved() throws(Failure) -> Selection {
    var selection = self
    selection.criteria = []
    for criterion in criteria {
      switch criterion {
      case .group(.users(let words), _): selection.criteria.append(try Self.users(words))
      case .group(.cgroups(let words), _): selection.criteria.append(try Self.cgroups(words))
      case .group(.containers(let words), _): selection.criteria.append(try Self.containers(words))
      case .expression(let expression): selection.criteria += Self.parts(of: expression)
      default: selection.criteria.append(criterion)
      }
    }
    return selection.withNames()
  }

  /// An expression with what of it the kernel can be asked for taken out.
  private static func parts(of expression: WhereExpression) -> [Criterion] {
    var scopes: [ProcessScope] = []
    let parts = expression.parted { group in
      guard let scope = scope(of: group) else { return false }
      scopes.append(scope)
      return true
    }
    let rest = parts.rest.map { [Criterion.expression($0)] } ?? []
    return zip(parts.groups, scopes).map { .group($0, scope: $1) } + rest
  }

  /// How the kernel knows a group of an expression; nil if it does not.
  private static func scope(of group: ProcessGroup) -> ProcessScope? {
    switch group {
    case .users(let names):
      let users = UserNames()
      let ids = names.map(users.ids(called:))
      return ids.contains(where: \.isEmpty) ? nil : .users(ids.reduce([]) { $0.union($1) })
    case .matching(let patterns): return scope(of: patterns)
    case .cgroups, .containers: return nil
    }
  }

  private static func scope(of patterns: Set<CgroupPattern>) -> ProcessScope? {
    let tree = CgroupTree()
    var (members, growing): (Set<UInt64>, Set<UInt64>) = ([], [])
    for pattern in patterns {
      switch pattern {
      case .itself(let path):
        guard let cgroup = tree.all(below: path).first else { return nil }
        members.insert(cgroup.id)
      case .below(let path):
        let found = tree.all(below: path)
        guard !found.isEmpty else { return nil }
        members.formUnion(found.dropFirst().map(\.id))
        growing.formUnion(found.map(\.id))
      }
    }
    return members.union(growing).count < mostCgroups
      ? .cgroups(CgroupScope(members: members, growing: growing)) : nil
  }

  private static func users(_ words: Set<[UInt8]>) throws(Failure) -> Criterion {
    let known = UserNames()
    var (ids, names): (Set<UInt32>, Set<[UInt8]>) = ([], [])
    for word in words.map({ String(decoding: $0, as: UTF8.self) }) {
      // As everywhere, a name that looks like a number is a name first.
      guard let id = getpwnam(word)?.pointee.pw_uid ?? UInt32(word) else {
        throw Failure(.usage, "no user is called \(word) here", advice: "--uid takes a name or a number")
      }
      ids.insert(id)
      names.insert(known.name(of: id))
    }
    return .group(.users(names), scope: .users(ids))
  }

  private static func cgroups(_ words: Set<[UInt8]>) throws(Failure) -> Criterion {
    let tree = CgroupTree()
    var (ids, paths): (Set<UInt64>, Set<[UInt8]>) = ([], [])
    var isKnownToKernel = true
    for word in words.map({ String(decoding: $0, as: UTF8.self) }) {
      let path = tree.path(word)
      let found = tree.all(below: path)
      guard !found.isEmpty || tree.hasLegacy(path) else {
        throw Failure(
          .usage, "there is no cgroup \(word)",
          advice: "/proc/PID/cgroup tells a process's, systemd-cgls shows all")
      }
      if found.isEmpty { isKnownToKernel = false }
      ids.formUnion(found.map(\.id))
      paths.insert(path)
    }
    return .group(.cgroups(paths), scope: isKnownToKernel ? try scope(ids) : .all)
  }

  private static func containers(_ words: Set<[UInt8]>) throws(Failure) -> Criterion {
    let names = ContainerNames.ofThisHost
    let all = CgroupTree().all(below: [UInt8(ascii: "/")])
    var ids: Set<UInt64> = []
    var isKnownToKernel = true
    for word in words {
      let group = ProcessGroup.containers([word])
      let found = all.filter { group.includes(process(in: $0.path, names)) }
      if found.isEmpty {
        guard isRunning(group, names) else { throw noContainer(word, all.map(\.path), names) }
        isKnownToKernel = false
      }
      ids.formUnion(found.map(\.id))
    }
    return .group(.containers(words), scope: isKnownToKernel ? try scope(ids) : .all)
  }

  /// A process of which nothing is known but its cgroup.
  private static func process(in cgroup: [UInt8], _ names: ContainerNames) -> ProcessDescription {
    let container = CgroupPath(cgroup).container
    return ProcessDescription(
      container: container, containerName: container.flatMap(names.name(of:)), cgroup: cgroup)
  }

  /// Whether a process is of a group by a cgroup of version 1.
  private static func isRunning(_ group: ProcessGroup, _ names: ContainerNames) -> Bool {
    var processes = RunningProcesses(UserNames(), names)
    processes.look()
    return processes.all.contains { group.includes($0.description) }
  }

  private static func noContainer(_ word: [UInt8], _ cgroups: [[UInt8]], _ names: ContainerNames) -> Failure {
    let running = Set(cgroups.compactMap { process(in: $0, names).shownContainer })
    let words = running.map { String(decoding: $0, as: UTF8.self) }.sorted()
    let more = words.count > shownContainers ? ["..."] : []
    return Failure(
      .usage, "no container is called \(String(decoding: word, as: UTF8.self)) now",
      advice: words.isEmpty
        ? "no cgroup is a container's"
        : "there are \((words.prefix(shownContainers) + more).joined(separator: ", "))")
  }

  private static let shownContainers = 8

  /// Entries of the kernel's map `cgroups`.
  private static let mostCgroups = 16_384

  private static func scope(_ ids: Set<UInt64>) throws(Failure) -> ProcessScope {
    guard ids.count < mostCgroups else {
      throw Failure(
        .usage, "there are \(ids.count) cgroups to watch, and the most is \(mostCgroups)",
        advice: "choose one further down")
    }
    return .cgroups(ids)
  }
}
