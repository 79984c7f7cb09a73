import ArgumentParser
import Glibc
import IPCFormats

/// Options that say how events are shown, and where.
struct OutputOptions: ParsableArguments {
  /// Formats of `-f`.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv
  }

  /// When to colour.
  enum Color: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
  }

  @Option(name: .customShort("f"), help: ArgumentHelp("Output format.", valueName: "format"))
  var format = Format.text

  @Flag(name: .customShort("x"), help: "Show the contents too.")
  var showsContents = false

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp("With -x: show at most this many bytes of an event; 0 shows all.", valueName: "bytes"))
  var byteLimit: ByteSize?

  @Option(
    name: .customShort("c"),
    help: ArgumentHelp("Stop after this many events; 0 never stops.", valueName: "count"))
  var count: UInt64?

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp(
      "Write events to this file, which is emptied first; - is standard output.", valueName: "file"))
  var file: String?

  @Flag(name: .customShort("L"), help: "Do not tell about lost events in the output.")
  var hidesLosses = false

  @Option(
    help: ArgumentHelp(
      "Time in lines of text; delta is since the line before, relative since the start.", valueName: "style"))
  var time = TimeStyle.wall

  @Option(
    help: ArgumentHelp(
      "Colour the text; auto does on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = Color.auto

  @Flag(name: .short, help: "Say nothing on standard error but errors.")
  var quiet = false

  @Flag(name: .short, help: "Say more on standard error; -vv tells what libbpf does.")
  var verbose: Int

  func validate() throws {
    if byteLimit != nil, !showsContents {
      throw ValidationError("-B limits the contents that -x shows; add -x, or leave -B out")
    }
  }

  /// Bytes shown of an event; nil for all.
  var shownBytes: Int? { byteLimit.flatMap { $0.bytes == 0 ? nil : $0.bytes } }

  /// The format of `-f`.
  func makeFormat(_ options: FormatOptions) -> any EventFormat {
    switch format {
    case .text: TextFormat(options)
    case .json: JSONFormat(options)
    case .csv: CSVFormat(options)
    }
  }

  /// Whether text going to a file is coloured.
  func isColored(onTerminal: Bool) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: onTerminal && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    }
  }
}

extension TimeStyle: ExpressibleByArgument {}
