import ByteOutput
import IPCCorrelation
import IPCFiltering
import IPCFormats
import IPCModel
import IPCSession
import IPCTraffic

/// Takes records through correlator and pipeline, as a session of ipcdump does; its output goes nowhere.
struct Player: ~Copyable {
  private var correlator: Correlator
  private let pipeline: EventPipeline
  private let output: DiscardedOutput
  private var nextSweep: UInt64 = 0

  /// Events so far.
  var events: Int { Int(pipeline.captured) }
  /// Bytes of output so far.
  var bytes: Int { output.bytes }

  /// Records, and their bytes, between two writes of the output; the bytes as in `Session`.
  private static let portion = (records: 256, bytes: 1 << 20)
  /// Time between two looks for what is idle, in nanoseconds of the records' clock, as in `Session`.
  private static let sweepInterval: UInt64 = 250_000_000

  init(_ traffic: Traffic, format: any EventFormat, clock: WallClock, withSummary: Bool) {
    correlator = Correlator(CorrelatorSettings(captureLimit: traffic.captureLimit))
    output = DiscardedOutput(format, showsContents: traffic.captureLimit > 0)
    var outputs: [any EventConsumer] = [output]
    if withSummary {
      outputs.append(TrafficOutput(edgeCount: nil, isJSON: false, output: .standardError))
    }
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = [.commandTree]
    pipeline = EventPipeline(EventFilter(selection), outputs, limit: 0, clock: clock)
  }

  /// Plays some of a tape's records.
  mutating func play(_ tape: Tape, _ records: Range<Int>) {
    var now: UInt64 = 0
    var taken = (records: 0, bytes: 0)
    tape.play(records) { record in
      now = correlator.take(record) ?? now
      taken = (taken.records + 1, taken.bytes + record.count)
      guard taken.records >= Self.portion.records || taken.bytes >= Self.portion.bytes else { return }
      release(now: now)
      taken = (0, 0)
    }
    release(now: now)
  }

  private mutating func release(now: UInt64) {
    let pipeline = pipeline
    repeat {
      output.discard()
      correlator.release(now: now) { event, content, texts in
        pipeline.take(event, content: content, texts: texts)
      }
    } while pipeline.isFull
    output.discard()
    guard now >= nextSweep else { return }
    nextSweep = now + Self.sweepInterval
    correlator.sweep(now: now, channels: nil)
  }
}

/// Formats events, counts their bytes and throws them away.
private final class DiscardedOutput: EventConsumer {
  private var format: any EventFormat
  private let showsContents: Bool
  private var buffer = OutputBuffer()
  private(set) var bytes = 0

  init(_ format: any EventFormat, showsContents: Bool) {
    self.format = format
    self.showsContents = showsContents
  }

  var pendingBytes: Int { buffer.count }

  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    format.append(event, content: showsContents ? content : nil, texts: texts, to: &buffer)
    return true
  }

  func take(_ loss: Loss) { format.append(loss, to: &buffer) }

  func finish() { discard() }

  /// Empties the buffer.
  func discard() {
    bytes += buffer.count
    buffer.removeAll()
  }
}
