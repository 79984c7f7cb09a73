import ByteOutput
import IPCModel

/// What else is shown of both ends of an event (`--with`).
public struct EndDetails: OptionSet, Sendable {
  /// The details as bits, in the order in which they are shown.
  public let rawValue: UInt8

  /// Details from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The descriptor that the operation was done by.
  public static let descriptor = EndDetails(rawValue: 1 << 0)
  /// Path of the executable.
  public static let executable = EndDetails(rawValue: 1 << 1)
  /// Command line.
  public static let arguments = EndDetails(rawValue: 1 << 2)
  /// Working directory.
  public static let directory = EndDetails(rawValue: 1 << 3)
  /// Effective user.
  public static let user = EndDetails(rawValue: 1 << 4)
  /// Container.
  public static let container = EndDetails(rawValue: 1 << 5)

  /// All of them.
  public static let all: EndDetails = [.descriptor, .executable, .arguments, .directory, .user, .container]

  /// Each of them alone, by its word.
  public static let words: [(word: String, detail: EndDetails)] = [
    ("fd", .descriptor), ("exe", .executable), ("args", .arguments), ("cwd", .directory), ("user", .user),
    ("container", .container),
  ]

  /// What is shown with each of them, by its keys in every format.
  static let facts: [(fact: Fact, detail: EndDetails, source: StaticString, destination: StaticString)] = [
    (.descriptor, .descriptor, "src_fd", "dst_fd"), (.executable, .executable, "src_exe", "dst_exe"),
    (.arguments, .arguments, "src_args", "dst_args"), (.directory, .directory, "src_cwd", "dst_cwd"),
    (.user, .user, "src_user", "dst_user"), (.container, .container, "src_container", "dst_container"),
    (.namespacePid, .container, "src_ns_pid", "dst_ns_pid"),
  ]

  /// How many are shown of each end.
  var factCount: Int { Self.facts.count { contains($0.detail) } }

  /// What is shown of an end.
  enum Fact {
    case descriptor, executable, arguments, directory, user, container
    /// The process's number in its container's pid namespace.
    case namespacePid
  }

  /// Whether it has to be known what processes run.
  public var describesProcesses: Bool { !subtracting(.descriptor).isEmpty }
}

/// The values of one event's details, looked up once.
struct EndDetailValues {
  private let shown: EndDetails
  private let ends: (source: Endpoint, destination: Endpoint)
  private let processes: (source: ProcessDescription?, destination: ProcessDescription?)

  init(_ shown: EndDetails, of event: borrowing Event, texts: borrowing TextTable) {
    self.shown = shown
    ends = (event.source, event.destination)
    processes =
      shown.describesProcesses
      ? (texts.processes.description(of: event.source), texts.processes.description(of: event.destination))
      : (nil, nil)
  }

  /// One value.
  enum Value {
    case number(Int64)
    case text([UInt8])
    /// A text that has spaces in it by nature.
    case line([UInt8])
  }

  /// Gives each detail that is asked for to `body`, at the source and then at the destination, nil if it is not known.
  @inline(__always)
  func forEach(_ body: (StaticString, Value?) -> Void) {
    if shown.isEmpty { return }
    for (fact, detail, source, destination) in EndDetails.facts where shown.contains(detail) {
      body(source, Self.value(fact, ends.source, processes.source))
      body(destination, Self.value(fact, ends.destination, processes.destination))
    }
  }

  private static func value(
    _ fact: EndDetails.Fact, _ end: Endpoint, _ process: ProcessDescription?
  ) -> Value? {
    switch fact {
    case .descriptor: end.descriptor < 0 ? nil : .number(Int64(end.descriptor))
    case .executable: process?.executable.map { .text($0) }
    case .arguments: process?.arguments.map { .line($0) }
    case .directory: process?.directory.map { .text($0) }
    case .user: process?.user.map { .text($0) }
    case .container: process?.shownContainer.map { .text($0) }
    case .namespacePid: process?.namespacePid.flatMap { $0 == end.pid ? nil : .number(Int64($0)) }
    }
  }
}
