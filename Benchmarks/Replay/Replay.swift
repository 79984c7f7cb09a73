import AllocationCounter
import ArgumentParser
import Glibc
import IPCCapture
import IPCFormats
import IPCTraffic

/// Plays constructed records through correlator, filter and format, and counts what is allocated for an event.
@main
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipc-replay",
    abstract: """
      Play records without a kernel, and tell how many memory blocks were allocated for the events and how much CPU \
      time one of them took.
      """)

  /// The formats of ipcdump.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv, capture, streams

    func make(_ options: FormatOptions) -> any EventFormat {
      switch self {
      case .text: TextFormat(options)
      case .json: JSONFormat(options)
      case .csv: CSVFormat(options)
      case .capture: CaptureFormat(options, form: .payloads)
      case .streams: CaptureFormat(options, form: .streams)
      }
    }
  }

  @Argument(help: "What the records are of.")
  var traffic: Traffic

  @Argument(help: "How events are shown.")
  var format: Format

  @Option(help: "Events that are counted.")
  var events = 50_000

  @Option(help: "Events before, in which buffers and tables reach their size; contents fill blocks of 1 MiB.")
  var warmUp = 30_000

  @Flag(help: "Add the events up, too.")
  var summary = false

  @Option(help: "Show where that many of the allocations come from, on standard error.")
  var show = 0

  func run() throws {
    let tape = traffic.tape(events: warmUp + events)
    let start = tape.count / (warmUp + events) * warmUp
    let options = FormatOptions()
    var player = Player(
      traffic, format: format.make(options), clock: options.clock, withSummary: summary)
    player.play(tape, 0..<start)
    let (eventsBefore, bytesBefore) = (player.events, player.bytes)
    let timeBefore = clock()
    allocation_counter_start(Int32(show))
    player.play(tape, start..<tape.count)
    let allocations = allocation_counter_stop()
    let events = player.events - eventsBefore
    let nanoseconds = (clock() - timeBefore) * (1_000_000_000 / CLOCKS_PER_SEC) / max(events, 1)
    print("events \(events) bytes \(player.bytes - bytesBefore) allocations \(allocations) ns \(nanoseconds)")
  }
}

extension Traffic: ExpressibleByArgument {}
