import IPCFiltering
import IPCModel
import Testing

@Suite("The filter of finished events")
struct EventFilterTests {
  private let event = Scene.event()

  @Test func `passes everything of its kinds if nothing else is chosen`() {
    #expect(Scene.passes(event) { _ in })
    #expect(Scene.passes(Scene.event(from: .unknown, to: .unknown)) { _ in })
    #expect(Scene.passes(event) { $0.kinds = [.pipe] })
    #expect(!Scene.passes(event) { $0.kinds = [.signal] })
    #expect(!Scene.passes(Scene.event(.signal)) { $0.kinds = [.pipe] })
    #expect(Scene.passes(Scene.event(.signal)) { $0.kinds = [.pipe, .signal] })
  }

  @Test func `takes -p for either end`() {
    #expect(Scene.passes(event) { $0.criteria.append(.pids([10], of: .either)) })
    #expect(Scene.passes(event) { $0.criteria.append(.pids([20], of: .either)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.pids([30], of: .either)) })
  }

  @Test func `takes -s for the source only`() {
    #expect(Scene.passes(event) { $0.criteria.append(.pids([10], of: .source)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.pids([20], of: .source)) })
  }

  @Test func `takes -d for the destination only`() {
    #expect(Scene.passes(event) { $0.criteria.append(.pids([20], of: .destination)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.pids([10], of: .destination)) })
  }

  @Test func `takes -P for either end's name`() {
    #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm("sh")], of: .either)) })
    #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm("cat")], of: .either)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.comms([Comm("nginx")], of: .either)) })
    #expect(
      !Scene.passes(event) { $0.criteria.append(.comms([Comm("s")], of: .either)) }, "the whole name is meant"
    )
  }

  @Test func `takes -S for the source's name only`() {
    #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm("sh")], of: .source)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.comms([Comm("cat")], of: .source)) })
  }

  @Test func `takes -D for the destination's name only`() {
    #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm("cat")], of: .destination)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.comms([Comm("sh")], of: .destination)) })
  }

  @Test func `means processes by numbers, not threads`() {
    #expect(!Scene.passes(event) { $0.criteria.append(.pids([21], of: .either)) })
  }

  @Test func `takes a name for the process's and for the thread's`() {
    let event = Scene.event(from: Scene.worker, to: Scene.cat)
    for name in ["nginx", "worker"] {
      #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm(name)], of: .source)) })
      #expect(Scene.passes(event) { $0.criteria.append(.comms([Comm(name)], of: .either)) })
      #expect(!Scene.passes(event) { $0.criteria.append(.comms([Comm(name)], of: .destination)) })
    }
  }

  @Test func `takes a name for that of the executable's file`() {
    var texts = TextTable()
    var source = Scene.sh
    source.image = 1
    texts.processes.add(
      ProcessDescription(executable: Array("/usr/lib/systemd/systemd-journald".utf8)),
      for: KnownProcesses.Image(pid: source.pid, image: 1))
    let event = Scene.event(from: source, to: Scene.cat)
    func passes(_ name: String, _ end: Criterion.End) -> Bool {
      var selection = Selection(kinds: [.pipe])
      selection.criteria = [.comms([Comm(name)], of: end)]
      return EventFilter(selection).passes(event, texts: texts)
    }
    #expect(
      passes("systemd-journald", .source) && passes("systemd-journald", .either) && passes("sh", .source))
    #expect(!passes("systemd-journald", .destination) && !passes("systemd", .either))
  }

  @Test func `knows a name of which the kernel keeps fifteen bytes`() {
    let long = Endpoint(pid: 40, tid: 40, comm: Comm("systemd-journal"))
    #expect(
      Scene.passes(Scene.event(from: long)) {
        $0.criteria.append(.comms([Comm("systemd-journald")], of: .source))
      })
  }

  @Test func `takes any of several values of one option`() {
    #expect(Scene.passes(event) { $0.criteria.append(.pids([30, 20], of: .either)) })
    #expect(Scene.passes(event) { $0.criteria.append(.pids([10, 30], of: .source)) })
    #expect(
      Scene.passes(event) { $0.criteria.append(.comms([Comm("nginx"), Comm("cat")], of: .destination)) })
    #expect(!Scene.passes(event) { $0.criteria.append(.comms([Comm("nginx"), Comm("bash")], of: .either)) })
  }

  @Test func `wants every one of different options`() {
    #expect(
      Scene.passes(event) {
        $0.criteria.append(.pids([10], of: .source))
        $0.criteria.append(.comms([Comm("cat")], of: .destination))
        $0.criteria.append(.pids([10, 20], of: .either))
      })
    #expect(
      !Scene.passes(event) {
        $0.criteria.append(.pids([10], of: .source))
        $0.criteria.append(.pids([30], of: .destination))
      })
    #expect(
      !Scene.passes(event) {
        $0.criteria.append(.pids([10], of: .either))
        $0.criteria.append(.comms([Comm("nginx")], of: .either))
      })
    #expect(
      Scene.passes(event) {
        $0.criteria.append(.pids([10], of: .either))
        $0.criteria.append(.comms([Comm("cat")], of: .either))
      }, "the number may be one end's and the name the other's")
  }

  @Test func `lets an unknown end meet no condition on it`() {
    let received = Scene.event(from: .unknown)
    #expect(!Scene.passes(received) { $0.criteria.append(.pids([-1, 10], of: .source)) })
    #expect(!Scene.passes(received) { $0.criteria.append(.comms([Comm.unknown], of: .source)) })
    #expect(!Scene.passes(received) { $0.criteria.append(.comms([Comm.unknown], of: .either)) })
    #expect(!Scene.passes(received) { $0.criteria.append(.pids([-1], of: .either)) })
    #expect(Scene.passes(received) { $0.criteria.append(.pids([20], of: .either)) }, "the other end is known")
    #expect(Scene.passes(received) { $0.criteria.append(.comms([Comm("cat")], of: .destination)) })
    let sent = Scene.event(to: .unknown, traits: .undelivered)
    #expect(!Scene.passes(sent) { $0.criteria.append(.pids([20], of: .destination)) })
    #expect(!Scene.passes(sent) { $0.criteria.append(.comms([Comm.unknown], of: .destination)) })
    #expect(Scene.passes(sent) { $0.criteria.append(.pids([10], of: .source)) })
  }

  @Test func `lets a process that calls itself unknown be chosen by that name`() {
    let joker = Endpoint(pid: 40, tid: 40, comm: .unknown)
    #expect(Scene.passes(Scene.event(from: joker)) { $0.criteria.append(.comms([.unknown], of: .source)) })
  }

  @Test func `wants an end of the command's tree if there is a command`() {
    #expect(!Scene.passes(event) { $0.criteria.append(.commandTree) })
    #expect(Scene.passes(Scene.event(traits: .inScope)) { $0.criteria.append(.commandTree) })
    #expect(
      Scene.passes(Scene.event(traits: [.inScope, .inferredSource])) { $0.criteria.append(.commandTree) })
    #expect(
      !Scene.passes(Scene.event(traits: .inScope)) {
        $0.criteria.append(.commandTree)
        $0.criteria.append(.pids([30], of: .either))
      })
  }

  @Test func `takes an inferred end for what it is inferred to be`() {
    #expect(
      Scene.passes(Scene.event(traits: .inferredSource)) { $0.criteria.append(.pids([10], of: .source)) })
  }
}
