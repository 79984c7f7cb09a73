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
    #expect(Scene.passes(event) { $0.pids = [10] })
    #expect(Scene.passes(event) { $0.pids = [20] })
    #expect(!Scene.passes(event) { $0.pids = [30] })
  }

  @Test func `takes -s for the source only`() {
    #expect(Scene.passes(event) { $0.sourcePids = [10] })
    #expect(!Scene.passes(event) { $0.sourcePids = [20] })
  }

  @Test func `takes -d for the destination only`() {
    #expect(Scene.passes(event) { $0.destinationPids = [20] })
    #expect(!Scene.passes(event) { $0.destinationPids = [10] })
  }

  @Test func `takes -P for either end's name`() {
    #expect(Scene.passes(event) { $0.comms = [Comm("sh")] })
    #expect(Scene.passes(event) { $0.comms = [Comm("cat")] })
    #expect(!Scene.passes(event) { $0.comms = [Comm("nginx")] })
    #expect(!Scene.passes(event) { $0.comms = [Comm("s")] }, "the whole name is meant")
  }

  @Test func `takes -S for the source's name only`() {
    #expect(Scene.passes(event) { $0.sourceComms = [Comm("sh")] })
    #expect(!Scene.passes(event) { $0.sourceComms = [Comm("cat")] })
  }

  @Test func `takes -D for the destination's name only`() {
    #expect(Scene.passes(event) { $0.destinationComms = [Comm("cat")] })
    #expect(!Scene.passes(event) { $0.destinationComms = [Comm("sh")] })
  }

  @Test func `means processes by numbers, not threads`() {
    #expect(!Scene.passes(event) { $0.pids = [21] })
  }

  @Test func `knows a name of which the kernel keeps fifteen bytes`() {
    let long = Endpoint(pid: 40, tid: 40, comm: Comm("systemd-journal"))
    #expect(Scene.passes(Scene.event(from: long)) { $0.sourceComms = [Comm("systemd-journald")] })
  }

  @Test func `takes any of several values of one option`() {
    #expect(Scene.passes(event) { $0.pids = [30, 20] })
    #expect(Scene.passes(event) { $0.sourcePids = [10, 30] })
    #expect(Scene.passes(event) { $0.destinationComms = [Comm("nginx"), Comm("cat")] })
    #expect(!Scene.passes(event) { $0.comms = [Comm("nginx"), Comm("bash")] })
  }

  @Test func `wants every one of different options`() {
    #expect(
      Scene.passes(event) {
        $0.sourcePids = [10]
        $0.destinationComms = [Comm("cat")]
        $0.pids = [10, 20]
      })
    #expect(
      !Scene.passes(event) {
        $0.sourcePids = [10]
        $0.destinationPids = [30]
      })
    #expect(
      !Scene.passes(event) {
        $0.pids = [10]
        $0.comms = [Comm("nginx")]
      })
    #expect(
      Scene.passes(event) {
        $0.pids = [10]
        $0.comms = [Comm("cat")]
      }, "the number may be one end's and the name the other's")
  }

  @Test func `lets an unknown end meet no condition on it`() {
    let received = Scene.event(from: .unknown)
    #expect(!Scene.passes(received) { $0.sourcePids = [-1, 10] })
    #expect(!Scene.passes(received) { $0.sourceComms = [Comm.unknown] })
    #expect(!Scene.passes(received) { $0.comms = [Comm.unknown] })
    #expect(!Scene.passes(received) { $0.pids = [-1] })
    #expect(Scene.passes(received) { $0.pids = [20] }, "the other end is known")
    #expect(Scene.passes(received) { $0.destinationComms = [Comm("cat")] })
    let sent = Scene.event(to: .unknown, traits: .undelivered)
    #expect(!Scene.passes(sent) { $0.destinationPids = [20] })
    #expect(!Scene.passes(sent) { $0.destinationComms = [Comm.unknown] })
    #expect(Scene.passes(sent) { $0.sourcePids = [10] })
  }

  @Test func `lets a process that calls itself unknown be chosen by that name`() {
    let joker = Endpoint(pid: 40, tid: 40, comm: .unknown)
    #expect(Scene.passes(Scene.event(from: joker)) { $0.sourceComms = [.unknown] })
  }

  @Test func `wants an end of the command's tree if there is a command`() {
    #expect(!Scene.passes(event) { $0.isTreeOnly = true })
    #expect(Scene.passes(Scene.event(traits: .inScope)) { $0.isTreeOnly = true })
    #expect(Scene.passes(Scene.event(traits: [.inScope, .inferredSource])) { $0.isTreeOnly = true })
    #expect(
      !Scene.passes(Scene.event(traits: .inScope)) {
        $0.isTreeOnly = true
        $0.pids = [30]
      })
  }

  @Test func `takes an inferred end for what it is inferred to be`() {
    #expect(Scene.passes(Scene.event(traits: .inferredSource)) { $0.sourcePids = [10] })
  }
}
