import ArgumentParser
import Glibc
import IPCCapture
import IPCExport
import IPCModel

/// `ipcdump-export`: metrics of a capture stream, for those who scrape. It needs no privilege; the tracer has no network.
@main
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipcdump-export",
    abstract: "Make metrics and spans of what ipcdump -w - writes.",
    usage: "ipcdump -w - | ipcdump-export [--metrics <address> ...] [--otlp <url>] [<file>]",
    discussion: """
      It reads a capture stream until its end, from standard input or a file. At /metrics is what it has read so far, as text of \
      Prometheus or as OpenMetrics; calls are sent to an OpenTelemetry Collector as spans.
      """,
    version: "ipcdump-export 0.1.0",
    helpNames: [.short, .long])

  @Option(
    help: ArgumentHelp(
      "Answer at this address: unix:/path, or 127.0.0.1:9464; it can be repeated.", valueName: "address"),
    transform: { text in
      guard let address = ListenAddress(text) else {
        throw ValidationError(
          "'\(text)' is no address to listen at; write unix:/path, 127.0.0.1:9464 or [::1]:9464")
      }
      return address
    })
  var metrics: [ListenAddress] = []

  @Option(
    help: ArgumentHelp(
      "Send calls as spans to the OpenTelemetry Collector at this URL: http://host:4318.", valueName: "url"),
    transform: { text in
      guard let address = CollectorAddress(text) else {
        throw ValidationError("'\(text)' is no URL of a collector; write http://host:4318")
      }
      return address
    })
  var otlp: CollectorAddress?

  @Option(
    help: ArgumentHelp("Let so many million bytes of spans wait for the collector.", valueName: "megabytes"))
  var spanMemory = 16

  @Option(
    help: ArgumentHelp("Tell so many pairs of executables apart, the rest is other.", valueName: "count"))
  var edges = 1000

  @Option(help: ArgumentHelp("Tell so many methods apart, the rest is other.", valueName: "count"))
  var methods = 500

  @Argument(help: ArgumentHelp("Capture to read; - is standard input.", valueName: "file"))
  var file = "-"

  func validate() throws {
    guard !metrics.isEmpty || otlp != nil else {
      throw ValidationError("nothing is asked for; add --metrics and an address, or --otlp and a URL")
    }
    guard (1...10_000).contains(spanMemory) else {
      throw ValidationError("--span-memory must be between 1 and 10000")
    }
    guard (1...100_000).contains(edges), (1...100_000).contains(methods) else {
      throw ValidationError("--edges and --methods must be between 1 and 100000")
    }
  }

  func run() throws {
    do throws(Failure) {
      try export()
    } catch {
      Self.say(error.sentence)
      throw ExitCode(error.cause == .usage ? 64 : 1)
    }
  }

  private func export() throws(Failure) {
    var settings = ExportSettings(program: Self.configuration.version)
    settings.addresses = metrics
    (settings.limits.edges, settings.limits.methods) = (edges, methods)
    settings.collector = otlp
    settings.spanMemory = spanMemory * 1_000_000
    let export = try StreamExport(settings)
    // Whatever happened, it is told what has become of the spans.
    defer { Self.say(export.closingLine) }
    try export.run(InputFile(path: file))
  }

  private static func say(_ sentence: String) {
    let line = Array("ipcdump-export: \(sentence)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
