import ArgumentParser
import IPCFiltering
import IPCModel

/// Options that choose events. Different ones must all be met; of one that is repeated, any value does.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.customShort("t"), .customLong("type")],
    help: ArgumentHelp(
      "Show only events of these types; see --list-types. [default: all]", valueName: "type,..."),
    completion: .list(Kind.words),
    transform: { try KindList($0) })
  var types: [KindList] = []

  @Option(
    name: [.customShort("p"), .customLong("pid")],
    help: ArgumentHelp("Either end is one of these processes.", valueName: "pid,..."),
    transform: { try PidList($0, nameOption: "-P") })
  var pids: [PidList] = []

  @Option(
    name: [.customShort("s"), .customLong("src-pid")],
    help: ArgumentHelp("The source is one of these processes.", valueName: "pid,..."),
    transform: { try PidList($0, nameOption: "-S") })
  var sourcePids: [PidList] = []

  @Option(
    name: [.customShort("d"), .customLong("dst-pid")],
    help: ArgumentHelp("The destination is one of these processes.", valueName: "pid,..."),
    transform: { try PidList($0, nameOption: "-D") })
  var destinationPids: [PidList] = []

  @Option(
    name: [.customShort("P"), .customLong("comm")],
    help: ArgumentHelp("Either end, its thread or its executable has this name.", valueName: "comm"))
  var comms: [String] = []

  @Option(
    name: [.customShort("S"), .customLong("src-comm")],
    help: ArgumentHelp("The source, its thread or its executable has this name.", valueName: "comm"))
  var sourceComms: [String] = []

  @Option(
    name: [.customShort("D"), .customLong("dst-comm")],
    help: ArgumentHelp("The destination, its thread or its executable has this name.", valueName: "comm"))
  var destinationComms: [String] = []

  @Option(
    name: .customLong("uid"),
    help: ArgumentHelp("Either end runs as this user, by the effective one.", valueName: "user"))
  var users: [String] = []

  @Option(
    help: ArgumentHelp(
      "Either end is in this cgroup or below it, as /proc/PID/cgroup or its folder names it.",
      valueName: "path"))
  var cgroup: [String] = []

  @Option(
    help: ArgumentHelp(
      "Either end is in this container: by name, the beginning of its id, or the id of its Kubernetes pod.",
      valueName: "container"))
  var container: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Show only events of which this is true, such as 'port == 80 and not self'; --help where has the language.",
      valueName: "expression"),
    completion: .list(WhereExpression.fieldNames),
    transform: { text throws in
      do throws(WhereError) {
        return try WhereExpression(text)
      } catch {
        throw ValidationError("--where: \(error.sentence)")
      }
    })
  var expressions: [WhereExpression] = []

  @Flag(
    help: """
      Show what becomes of the ends of channels, too: connect, accept, close, shutdown, end of file and EPIPE, with who did \
      it.
      """)
  var lifecycle = false

  @Flag(
    help: """
      Show signals of the kernel, too (SIGPIPE, SIGSEGV, SIGCHLD, Ctrl-C), and those that a process was not allowed to send.
      """)
  var kernelSignals = false

  @Flag(
    help: "Show netlink messages to and from the kernel, too, and not only those between processes.")
  var kernelNetlink = false

  func validate() throws {
    guard !selection(ofCommand: false).kinds.isEmpty else {
      throw ValidationError("--where lets nothing through of the types that -t and it name")
    }
    let kinds = selection(ofCommand: false).kinds
    if lifecycle, !kinds.contains(where: \.row.carriesBytes) {
      throw ValidationError("--lifecycle is about channels, and -t or --where leaves none; choose more types")
    }
    if kernelSignals, !kinds.contains(.signal) {
      throw ValidationError("--kernel-signals needs signals; add signal to -t, or leave --kernel-signals out")
    }
    if kernelNetlink, !kinds.contains(.netlink) {
      throw ValidationError(
        "--kernel-netlink needs netlink; add netlink to -t, or leave --kernel-netlink out")
    }
    let names = [comms, sourceComms, destinationComms].map(\.count)
    let numbers = [pids, sourcePids, destinationPids].map { $0.reduce(0) { $0 + $1.pids.count } }
    guard (names + numbers).allSatisfy({ $0 <= Self.mostValues }) else {
      throw ValidationError(
        "more than \(Self.mostValues) processes or names; choose fewer, or filter the output")
    }
  }

  /// Says of an expression that it asks for what is not shown.
  ///
  /// - Parameter shown: Whether messages and calls are shown instead of transfers; nil where they cannot be.
  func validate(shown: (messages: Bool, calls: Bool)?) throws {
    for expression in expressions {
      guard
        let (word, need) = expression.unmetNeed(
          messages: shown?.messages ?? false, calls: shown?.calls ?? false)
      else { continue }
      throw ValidationError(need.sentence(asking: "--where", for: word, canBeShown: shown != nil))
    }
  }

  /// Entries of the kernel's maps `pids` and `comms`.
  private static let mostValues = 4096

  /// The options as a selection of what a capture holds: without `-t`, all of it was asked for when it was made.
  var captureSelection: Selection { selection(ofCommand: false, usual: Kind.all) }

  /// The options as a selection.
  ///
  /// - Parameters:
  ///   - ofCommand: Whether a command is traced.
  ///   - follows: Whether descendants of the processes of `-p` are meant, too.
  ///   - usual: What is meant without `-t`.
  func selection(ofCommand: Bool, follows: Bool = false, usual: [Kind] = Kind.usual) -> Selection {
    let kinds = types.flatMap(\.kinds)
    // What --where names need not be named by -t as well.
    let asked = expressions.reduce(Set(Kind.all)) { $0.intersection($1.kinds) }
    let meant = asked.isDisjoint(with: usual) ? Kind.all : usual
    var selection = Selection(kinds: Set(kinds.isEmpty ? meant : kinds).intersection(asked))
    if ofCommand { selection.criteria.append(.commandTree) }
    if follows { selection.criteria.append(.descendants(of: Set(pids.flatMap(\.pids)))) }
    for (option, end) in [
      (sourcePids, Criterion.End.source), (destinationPids, .destination), (follows ? [] : pids, .either),
    ]
    where !option.isEmpty {
      selection.criteria.append(.pids(Set(option.flatMap(\.pids)), of: end))
    }
    for (option, end) in [
      (sourceComms, Criterion.End.source), (destinationComms, .destination), (comms, .either),
    ]
    where !option.isEmpty {
      selection.criteria.append(.comms(Set(option.map { Comm($0) }), of: end))
    }
    for (option, group) in [
      (users, ProcessGroup.users), (cgroup, ProcessGroup.cgroups), (container, ProcessGroup.containers),
    ]
    where !option.isEmpty {
      selection.criteria.append(.group(group(Set(option.map { Array($0.utf8) })), scope: .all))
    }
    for expression in expressions { selection.criteria.append(.expression(expression)) }
    return selection
  }

  /// Whether events are chosen by containers, or by cgroups, which these are.
  var choosesContainers: Bool { !container.isEmpty || !cgroup.isEmpty }

  /// Whether contents have to be captured to choose events, also if nobody wants to see them.
  var needsContents: Bool { expressions.contains(where: \.needsContents) }
}

extension WhereExpression.Need {
  /// What is said of an expression that asks for what is not shown.
  ///
  /// - Parameters:
  ///   - option: Option that the expression is of.
  ///   - word: The field that is asked for.
  ///   - canBeShown: Whether messages and calls can be shown at all.
  func sentence(asking option: String, for word: String, canBeShown: Bool) -> String {
    let (owners, options) =
      switch self {
      case .messagesOrCalls: ("messages and calls", "--messages or --calls")
      case .messages: ("messages", "--messages")
      case .calls: ("calls", "--calls")
      }
    let sentence = "\(option) asks for '\(word)', which only \(owners) have"
    return canBeShown ? "\(sentence); add \(options)" : sentence
  }
}
