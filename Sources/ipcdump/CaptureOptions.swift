import ArgumentParser
import IPCCapture
import IPCSession

/// Options that keep events in files, and that show what was kept.
struct CaptureOptions: ParsableArguments {
  @Option(
    name: [.customShort("w"), .customLong("write")],
    help: ArgumentHelp(
      "Keep events with their contents in this file, as pcapng for Wireshark and -r; - is standard output.",
      valueName: "file"))
  var output: String?

  @Flag(name: .customLong("print"), help: "With -w: show the events too.")
  var showsEvents = false

  @Option(
    name: [.customShort("r"), .customLong("read")],
    help: ArgumentHelp(
      "Show the events of this file, which -w has written, and trace nothing; - is standard input.",
      valueName: "file"))
  var input: String?

  @Option(
    name: [.customShort("C"), .customLong("file-size")],
    help: ArgumentHelp(
      "With -w: begin another file when this one has so many million bytes.", valueName: "megabytes"))
  var megabytes: UInt32?

  @Option(
    name: [.customShort("G"), .customLong("rotate-seconds")],
    help: ArgumentHelp(
      "With -w: begin another file after so many seconds; its name may hold strftime(3)'s %.",
      valueName: "seconds"))
  var seconds: UInt32?

  @Option(
    name: [.customShort("W"), .customLong("file-count")],
    help: ArgumentHelp(
      "With -C and --keep: use so many files in turn. With -G: end after so many files.", valueName: "count"))
  var fileCount: UInt32?

  @Option(
    help: ArgumentHelp(
      "What goes over a port, a type or a path (all, without =) is of this protocol, for --messages, --calls and Wireshark.",
      valueName: "channel=protocol"),
    transform: { try DissectionRule(argument: $0) })
  var dissect: [DissectionRule] = []

  @Flag(
    help: ArgumentHelp(
      "With -w: write channels as connections of TCP, which Wireshark follows, reassembles and dissects."))
  var streams = false

  @Flag(
    help: ArgumentHelp(
      "With -w: describe processes in blocks that Wireshark 5 reads; before, it shows each as a row."))
  var processBlocks = false

  @Flag(
    help: ArgumentHelp(
      "With -w: tell every second how full the buffer is and what ipcdump itself takes, for ipcdump-export."))
  var health = false

  /// The files of `-w`; nil if there are none.
  ///
  /// - Parameter byteLimit: Most bytes that are kept of an event's contents; nil for all.
  func fileSettings(byteLimit: Int?) -> CaptureFileSettings? {
    guard let output else { return nil }
    var settings = CaptureFileSettings(path: output, application: IPCDump.version)
    settings.sizeLimit = megabytes.map { Int($0) * 1_000_000 }
    settings.duration = seconds.map { UInt64($0) * 1_000_000_000 }
    settings.fileCount = fileCount
    settings.rules = dissect
    settings.byteLimit = byteLimit
    settings.form = streams ? .streams : .payloads
    settings.describesProcesses = processBlocks
    return settings
  }

  /// Whether files are opened that cannot be from the beginning.
  var opensLater: Bool { megabytes != nil || seconds != nil }

  func validate() throws {
    if output == nil {
      guard !showsEvents, megabytes == nil, seconds == nil, fileCount == nil else {
        throw ValidationError("--print, -C, -G and -W are about the file of -w; add -w and a file")
      }
      guard !streams, !processBlocks, !health else {
        throw ValidationError(
          "--streams, --process-blocks and --health are about the file of -w; add -w and a file")
      }
    }
    guard ![megabytes, seconds, fileCount].contains(0) else {
      throw ValidationError("-C, -G and -W take positive numbers; leave out what should have no limit")
    }
    if output == "-", megabytes != nil || seconds != nil {
      throw ValidationError("-C and -G begin new files, and standard output is one; give -w a file's name")
    }
    if streams, let rule = dissect.first(where: { !$0.isOfPort }) {
      let name = String(decoding: rule.dissector, as: UTF8.self)
      throw ValidationError(
        "with --streams, Wireshark finds a protocol by its port, and '\(name)' has none that is known here; leave out --streams, or decode as \(name) in Wireshark"
      )
    }
    if let input, input == output, input != "-" {
      throw ValidationError("-r and -w name the same file; -w would empty it first")
    }
  }

  /// Says that of a capture it is not told how ipcdump fares.
  func validateHealth() throws {
    guard health, input != nil else { return }
    throw ValidationError("--health is about a trace, and -r shows one of before; leave one of them out")
  }

  /// Says whether there are files that `-W` can count.
  ///
  /// - Parameter isRecording: Whether files are written by a flight recorder.
  func validateFileCount(isRecording: Bool) throws {
    guard fileCount != nil, !isRecording, (megabytes == nil) == (seconds == nil) else { return }
    throw ValidationError("-W counts the files of either -C, -G or --keep; give exactly one of them")
  }

  /// Says what does not go together with how events are shown.
  func validate(with shown: OutputOptions, _ messages: MessageOptions, command: [String]) throws {
    if output == nil, !dissect.isEmpty, !messages.isWanted {
      throw ValidationError(
        "--dissect is about --messages, --calls and the file of -w; add one of them, or leave --dissect out")
    }
    if input != nil, !command.isEmpty {
      throw ValidationError("-r shows what was traced before; leave out -r, or -- and the command")
    }
    if shown.byteLimit != nil, !shown.showsContents, output == nil, !messages.isWanted {
      throw ValidationError(
        "-B limits the contents that -x, -X or --text shows or -w keeps; add one, or leave -B out")
    }
    if output != nil, shown.file != nil, !showsEvents {
      throw ValidationError("-o says where events are shown, which -w does not; add --print, or leave -o out")
    }
    if output == "-", showsEvents, shown.file ?? "-" == "-" {
      throw ValidationError("-w - and --print both write to standard output; add -o and a file")
    }
  }
}
