import Testing

/// A scenario that is played in a virtual machine, beside many others under one ipcdump, and judged afterwards.
struct RecordedScenario: CustomTestStringConvertible {
  /// What must be told.
  enum Measure {
    /// Every transfer with its bytes.
    case exact
    /// Every transfer; no process saw its bytes.
    case route
    /// The bytes that could be had, and that others could not.
    case readable
  }

  /// Its place in `all`, by which plans and recordings name it.
  var number: Int
  var group: String
  var words: [String]
  var measure: Measure
  /// Traced by `-p` after it has begun.
  var isLate: Bool
  /// The only type that its truth knows of.
  var type: String?

  var name: String { words.joined(separator: " ") }
  var testDescription: String { name }

  /// Everything that the live tests play and that can be told apart in a common trace, from the same lists.
  static let all: [RecordedScenario] = {
    var all: [RecordedScenario] = []
    func add(
      _ group: String, _ scenarios: [Scenario], _ measure: Measure = .exact, isLate: Bool = false,
      type: String? = nil
    ) {
      for scenario in scenarios {
        all.append(
          RecordedScenario(
            number: all.count, group: group, words: scenario.words, measure: measure, isLate: isLate,
            // An option that leaves out the other types, as the live tests give it.
            type: scenario.options.first == "-t" ? scenario.options.last : type))
      }
    }
    let pipes = LiveTests.PipeTests.scenarios + LiveTests.PipeTests.concurrent
    add("pipe", pipes.filter { $0.words[0] != "fifo" })
    add("pipe", [Scenario("pipe-compat"), Scenario("pipe-compat", "--vector")])
    add("pipe", [Scenario("pipe-splice")], .route)
    add("pipe", [Scenario("pipe-preexisting")], isLate: true)
    add("fifo", pipes.filter { $0.words[0] == "fifo" })
    add("signal", LiveTests.SignalTests.scenarios)

    typealias Streams = LiveTests.UnixStreamTests
    add("unix", Streams.scenarios + Streams.serverScenarios + Streams.urgent + Streams.compat)
    add("unix", [Scenario("socket-splice", "--kind", "unix-stream")], .route)
    add("unix", Streams.late, isLate: true)
    typealias Messages = LiveTests.UnixMessageTests
    add("unix", Messages.scenarios + Messages.serverScenarios + Messages.compat)
    for name in Messages.names {
      add("unix", [Scenario("dgram-senders", "--name", name), Scenario("dgram-departed", "--name", name)])
    }
    add("unix", [Scenario("socket-alternate", "--kind", "unix-dgram")])
    add("unix", Scenario.over(Messages.kinds, "socket-splice"), .route)
    add("unix", Messages.late, isLate: true)
    typealias Passing = LiveTests.UnixPassingTests
    add("unix", Passing.descriptorScenarios + Passing.credentialScenarios)

    typealias TCP = LiveTests.InternetTCPTests
    add("tcp", TCP.scenarios + TCP.serverScenarios + TCP.hostScenarios + TCP.compat)
    add("tcp", TCP.splicing, .route)
    add("tcp", TCP.late, isLate: true)
    typealias UDP = LiveTests.InternetUDPTests
    add("udp", UDP.scenarios + UDP.hostScenarios + UDP.compat)
    add("udp", [Scenario("socket-splice", "--kind", "udp4")], .route)
    add("udp", UDP.late, isLate: true)

    add("pty", LiveTests.TerminalTests.scenarios + LiveTests.TerminalTests.readers)
    add("pty", [Scenario("terminal-by-peer")])
    typealias Access = LiveTests.AccessTests
    add("access", Access.memory + Access.compat + Access.tracing + Access.taking)
    add("eventfd", LiveTests.EventfdTests.scenarios)
    typealias Queues = LiveTests.MessageQueueTests
    add("queues", Queues.scenarios + Queues.optional)
    add("queues", Queues.late, isLate: true)
    typealias Semaphores = LiveTests.SemaphoreTests
    add("semaphores", Semaphores.scenarios + Semaphores.compat)
    add("semaphores", Semaphores.late, isLate: true)
    typealias Memory = LiveTests.SharedMemoryTests
    add("shared memory", Memory.scenarios + Memory.compat, type: "shared-memory")
    add("shared memory", Memory.late, isLate: true, type: "shared-memory")
    typealias Futexes = LiveTests.FutexTests
    add("futexes", Futexes.scenarios + Futexes.optional, type: "futex")
    add("futexes", Futexes.late, isLate: true, type: "futex")
    typealias Netlink = LiveTests.NetlinkTests
    add("netlink", Netlink.scenarios + Netlink.optional)
    add("netlink", Netlink.late, isLate: true)
    add("vsock", LiveTests.VsockTests.scenarios)
    add("vsock", LiveTests.VsockTests.late, isLate: true)
    typealias Splices = LiveTests.SpliceTests
    add("splice", Splices.passingOn + Splices.pieces + Splices.between("splice-stream") + Splices.files)
    add("uring", LiveTests.UringTests.scenarios + LiveTests.UringTests.special)
    add("contents", LiveTests.WholeContentsTests.scenarios)
    add("contents", LiveTests.UnreadTests.scenarios)
    add(
      "contents", LiveTests.WholeContentsTests.vanishing.map { Scenario("unreadable", "--kind", $0) },
      .readable)
    return all
  }()

  /// The first of every kind of scenario in its group: a selection that touches everything once.
  static let quick: [RecordedScenario] = {
    var known: Set<String> = []
    return all.filter { known.insert("\($0.group) \($0.words[0]) \($0.isLate)").inserted }
  }()

  /// Three of every group, for guests in which everything takes very long.
  static let few: [RecordedScenario] = {
    var counts: [String: Int] = [:]
    return quick.filter { scenario in
      counts["\(scenario.group) \(scenario.isLate)", default: 0] += 1
      return counts["\(scenario.group) \(scenario.isLate)", default: 0] <= 3
    }
  }()

  /// A line that the player understands (`ipc-actor --play`).
  var planLine: String { "\(number) \(name)\n" }
}
