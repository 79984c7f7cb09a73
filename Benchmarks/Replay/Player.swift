import ByteOutput
import IPCCorrelation
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTraffic

/// Takes records through correlator, filter and format, as a session of ipcdump does; its output goes nowhere.
struct Player: ~Copyable {
  private var correlator: Correlator
  private var format: any EventFormat
  private let filter: EventFilter
  private let showsContents: Bool
  private let summary: TrafficSummary?
  private var output = OutputBuffer()
  private var nextSweep: UInt64 = 0

  /// Events so far.
  private(set) var events = 0
  /// Bytes of output so far.
  private(set) var bytes = 0

  /// Records, and their bytes, between two writes of the output; the bytes as in `Session`.
  private static let portion = (records: 256, bytes: 1 << 20)
  /// Time between two looks for what is idle, in nanoseconds of the records' clock, as in `Session`.
  private static let sweepInterval: UInt64 = 250_000_000

  init(_ traffic: Traffic, format: any EventFormat, summary: TrafficSummary?) {
    self.summary = summary
    correlator = Correlator(CorrelatorSettings(captureLimit: traffic.captureLimit))
    self.format = format
    showsContents = traffic.captureLimit > 0
    var selection = Selection(kinds: Set(Kind.all))
    selection.isTreeOnly = true
    filter = EventFilter(selection)
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
    var told = 0
    correlator.release(now: now) { event, content, texts in
      if filter.passes(event) {
        format.append(event, content: showsContents ? content : nil, texts: texts, to: &output)
        summary?.take(event, texts: texts)
        told += 1
      }
      return true
    }
    events += told
    bytes += output.count
    output.removeAll()
    guard now >= nextSweep else { return }
    nextSweep = now + Self.sweepInterval
    correlator.sweep(now: now, channels: nil)
  }
}
