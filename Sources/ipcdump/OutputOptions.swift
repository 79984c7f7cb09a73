import ArgumentParser
import Glibc
import IPCFormats
import IPCReport

/// Options that say how events are shown, and where.
struct OutputOptions: ParsableArguments {
  /// Formats of `-f`.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv, dot, mermaid, chromeTrace = "chrome-trace", otlp
  }

  /// When to colour.
  enum Color: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never

    /// Whether text going to a file is coloured.
    func isWanted(onTerminal: Bool) -> Bool {
      switch self {
      case .always: true
      case .never: false
      case .auto: onTerminal && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
      }
    }
  }

  @Option(
    name: [.customShort("f"), .customLong("format")],
    help: ArgumentHelp("Output format.", valueName: "format"))
  var format = Format.text

  @Flag var contents: [ContentStyle] = []

  @Option(
    name: [.customShort("B"), .customLong("max-bytes")],
    help: ArgumentHelp(
      "With contents: show or keep at most this many bytes of an event; 0 means all.", valueName: "bytes"))
  var byteLimit: ByteSize?

  @Option(
    name: [.customShort("c"), .customLong("count")],
    help: ArgumentHelp("Stop after this many events; 0 never stops.", valueName: "count"))
  var count: UInt64?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Write events to this file, which is emptied first; - is standard output.", valueName: "file"))
  var file: String?

  @Flag(
    name: [.customShort("L"), .customLong("hide-losses")], help: "Do not report lost events in the output.")
  var hidesLosses = false

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      """
      Show more of both ends: fd, exe, args, cwd, user, container, as it is when the process is first seen or executes a \
      program; and protocol, which the channel speaks.
      """, valueName: "detail,..."),
    completion: .list(DetailList.words), transform: { try DetailList($0) })
  var details: [DetailList] = []

  @Option(
    help: ArgumentHelp(
      "Time in lines of text; delta is since the line before, relative since the start.", valueName: "style"))
  var time = TimeStyle.wall

  @Option(
    help: ArgumentHelp(
      "Colour the text; auto does on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = Color.auto

  @Flag(name: [.short, .long], help: "Say nothing on standard error but errors.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Say more on standard error; -vv tells what libbpf does.")
  var verbose: Int

  func validate() throws {
    if let first = contents.first, !contents.allSatisfy({ $0 == first }) {
      throw ValidationError("-x, -X and --text show the contents in different ways; choose one of them")
    }
  }

  /// What else is shown of both ends.
  var endDetails: EndDetails { details.reduce(into: []) { $0.formUnion($1.details) } }

  /// Whether the protocol of a transfer's channel is shown.
  var showsProtocol: Bool { details.contains(where: \.showsProtocol) }

  /// Whether contents are wanted, in whichever way.
  var showsContents: Bool { !contents.isEmpty }

  /// Bytes shown of an event; nil for all.
  var shownBytes: Int? { byteLimit.flatMap { $0.bytes == 0 ? nil : $0.bytes } }

  /// The format of `-f`.
  func makeFormat(_ options: FormatOptions) -> any EventFormat {
    var options = options
    options.contentStyle = contents.first ?? .hexDump
    return switch format {
    // Only calls are shown as OTLP, which is checked before.
    case .text, .otlp: TextFormat(options)
    case .json: JSONFormat(options)
    case .csv: CSVFormat(options)
    case .dot: DotFormat(options)
    case .mermaid: MermaidFormat(options)
    case .chromeTrace: ChromeTraceFormat(options)
    }
  }

  /// The format of `-f`, for messages and calls.
  func makeMessageFormat(_ options: FormatOptions) -> any MessageFormat {
    var options = options
    options.contentStyle = contents.first ?? .hexDump
    switch format {
    case .text, .dot, .mermaid: return MessageTextFormat(options)
    case .json: return MessageJSONFormat(options)
    case .csv: return MessageCSVFormat(options)
    case .chromeTrace: return MessageTimelineFormat(options)
    case .otlp:
      var format = OTLPFormat(options)
      format.origin = .ofThisHost(program: IPCDump.version)
      return format
    }
  }

  /// Whether text going to a file is coloured.
  func isColored(onTerminal: Bool) -> Bool { color.isWanted(onTerminal: onTerminal) }
}

extension TimeStyle: ExpressibleByArgument {}

extension ContentStyle: EnumerableFlag {
  /// Flags that choose a style.
  public static func name(for style: ContentStyle) -> NameSpecification {
    switch style {
    case .hexDump: [.customShort("x"), .customLong("hex")]
    case .ascii: [.customShort("X"), .customLong("ascii")]
    case .lines: .customLong("text")
    }
  }

  /// Their lines in the help.
  public static func help(for style: ContentStyle) -> ArgumentHelp? {
    switch style {
    case .hexDump: "Show the contents too, as a hex dump."
    case .ascii: #"Show the contents as ASCII, other bytes as \n, \r, \t, \\ or \xHH."#
    case .lines: "Show the contents as lines of text, control characters escaped."
    }
  }
}

/// Options that ask for a summary.
struct SummaryOptions: ParsableArguments {
  @Flag(
    name: .customLong("summary"),
    help: """
      Show who talks to whom, how much, how fast and who waits for whom: at the end, and whenever SIGUSR1 comes. Events \
      are shown only with -o, or -w and --print.
      """)
  var isWanted = false

  @Option(
    help: ArgumentHelp(
      "With --summary: list so many edges, the greatest first; the default is 20, 0 lists all.",
      valueName: "count"))
  var top: UInt32?

  /// Edges that are distinguished; nil for all.
  var shownEdges: Int? {
    let top = top ?? 20
    return top == 0 ? nil : Int(top)
  }

  /// Says what does not go together.
  ///
  /// - Parameters:
  ///   - keepsEvents: Whether they go into a capture, contents included.
  ///   - showsEvents: Whether they are shown as well.
  func validate(with output: OutputOptions, keepsEvents: Bool, showsEvents: Bool) throws {
    if top != nil, !isWanted {
      throw ValidationError("--top is for the summary; add --summary, or leave --top out")
    }
    guard isWanted, !showsEvents else { return }
    if output.showsContents, !keepsEvents {
      throw ValidationError("--summary shows no contents; add -o and a file for the events, or leave -x out")
    }
    if output.format != .text, output.format != .json {
      throw ValidationError(
        "a summary is text or JSON; add -o and a file for events as \(output.format.rawValue), or choose -f json"
      )
    }
  }
}
