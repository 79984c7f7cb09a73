import IPCFiltering
import IPCModel
import Testing

@Suite("Which processes the kernel chooses")
struct ProcessScopeTests {
  private func scope(_ choose: (inout Selection) -> Void) -> ProcessScope {
    var selection = Selection(kinds: [.pipe])
    choose(&selection)
    return KernelScope(selection).processes
  }

  @Test func `lets everything through if nobody is chosen`() {
    #expect(scope { _ in } == .all)
    #expect(scope { $0.kinds = [.signal] } == .all)
  }

  @Test func `is the command's tree if there is a command`() {
    #expect(scope { $0.criteria.append(.commandTree) } == .tree)
    #expect(
      scope {
        $0.criteria.append(.commandTree)
        $0.criteria.append(.pids([10], of: .either))
        $0.criteria.append(.comms([Comm("sh")], of: .either))
      } == .tree)
  }

  @Test func `is the processes that are named by number, or else by name`() {
    #expect(scope { $0.criteria.append(.pids([10, 20], of: .either)) } == .pids([10, 20]))
    #expect(scope { $0.criteria.append(.pids([10], of: .source)) } == .pids([10]))
    #expect(scope { $0.criteria.append(.pids([20], of: .destination)) } == .pids([20]))
    #expect(scope { $0.criteria.append(.comms([Comm("sh")], of: .either)) } == .comms([Comm("sh")]))
    #expect(scope { $0.criteria.append(.comms([Comm("sh")], of: .source)) } == .comms([Comm("sh")]))
    #expect(scope { $0.criteria.append(.comms([Comm("cat")], of: .destination)) } == .comms([Comm("cat")]))
    #expect(
      scope {
        $0.criteria.append(.comms([Comm("sh")], of: .either))
        $0.criteria.append(.pids([20], of: .destination))
      } == .pids([20]))
  }

  @Test func `is the descendants of given processes if these are followed`() {
    #expect(scope { $0.criteria.append(.descendants(of: [10])) } == .descendants(of: [10]))
    #expect(
      scope {
        $0.criteria.append(.pids([20], of: .destination))
        $0.criteria.append(.descendants(of: [10]))
      } == .descendants(of: [10]))
    #expect(ProcessScope.descendants(of: [10]).followsChildren && ProcessScope.tree.followsChildren)
    #expect(!ProcessScope.pids([10]).followsChildren)
    #expect(ProcessScope.pids([10]).givenPids == [10] && ProcessScope.descendants(of: [10]).givenPids == [10])
    #expect(ProcessScope.tree.givenPids == nil && ProcessScope.tree.isOfProcesses)
    #expect(!ProcessScope.comms([Comm("sh")]).isOfProcesses && !ProcessScope.all.isOfProcesses)
  }

  @Test func `is the cgroups or users of a group, if nothing narrower is asked for`() {
    let users = Criterion.group(.users([Array("nobody".utf8)]), scope: .users([65534]))
    let cgroups = Criterion.group(.cgroups([Array("/x".utf8)]), scope: .cgroups([7]))
    #expect(scope { $0.criteria = [users] } == .users([65534]))
    #expect(scope { $0.criteria = [users, cgroups] } == .cgroups([7]))
    #expect(scope { $0.criteria = [.pids([10], of: .either), users] } == .users([65534]))
    #expect(scope { $0.criteria = [users, .commandTree] } == .tree)
    #expect(scope { $0.criteria = [.group(.users([]), scope: .all)] } == .all)
  }

  /// Whether the kernel lets an event through: one of its ends matches.
  private func letsThrough(_ scope: ProcessScope, _ event: Event) -> Bool {
    let ends = [event.source, event.destination]
    return switch scope {
    case .all, .users, .cgroups: true
    case .tree, .descendants: event.traits.contains(.inScope)
    case .pids(let pids): ends.contains { pids.contains($0.pid) }
    case .comms(let comms):
      ends.contains { $0.isKnown && (comms.contains($0.comm) || comms.contains($0.thread)) }
    }
  }

  @Test func `lets every event through that the exact filter would pass`() {
    var random = SystemRandomNumberGenerator()
    let ends = [Scene.sh, Scene.cat, Scene.nginx, Scene.worker, .unknown]
    let pids: [Int32] = [10, 20, 30, 99]
    let comms = ["sh", "cat", "nginx", "worker", "none"].map { Comm($0) }
    var passed = 0
    for _ in 0..<20_000 {
      var selection = Selection(kinds: Bool.random(using: &random) ? [.pipe] : [.pipe, .signal])
      func some<Value: Hashable>(_ values: [Value]) -> Set<Value> {
        Int.random(in: 0..<3, using: &random) > 0
          ? [] : Set(values.filter { _ in Bool.random(using: &random) })
      }
      for end in [Criterion.End.either, .source, .destination] {
        let (pids, comms) = (some(pids), some(comms))
        if !pids.isEmpty { selection.criteria.append(.pids(pids, of: end)) }
        if !comms.isEmpty { selection.criteria.append(.comms(comms, of: end)) }
      }
      if Int.random(in: 0..<4, using: &random) == 0 { selection.criteria.append(.commandTree) }
      if Int.random(in: 0..<4, using: &random) == 0 { selection.criteria.append(.descendants(of: [10])) }
      let event = Scene.event(
        Bool.random(using: &random) ? .pipe : .signal, from: ends.randomElement(using: &random) ?? .unknown,
        to: ends.randomElement(using: &random) ?? .unknown,
        traits: Bool.random(using: &random) ? .inScope : [])
      guard Scene.passes(event, selection) else { continue }
      passed += 1
      #expect(letsThrough(KernelScope(selection).processes, event), "\(selection) \(event)")
    }
    #expect(passed > 1000, "the property was put to the test")
  }
}
