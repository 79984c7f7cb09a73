import CaptureSupport
import IPCCapture
import IPCModel
import TestSupport
import Testing

@Suite("What is written to a capture")
struct RoundTripTests {
  private static let sh = Endpoint(pid: 4321, tid: 4322, comm: Comm("sh"))
  private static let cat = Endpoint(pid: 4323, tid: 4323, comm: Comm("cat"))

  /// An event with every field that its kind has, of values that a compact number might spoil; those of an end, if it is
  /// about one.
  private static func full(
    _ kind: Kind, in recorded: inout Recorded, time: UInt64 = 50_123_456_789, ofEnd: Bool = false
  ) -> Event {
    let values: [UInt64] = [0, 1, 127, 128, 65_535, .max, 1 << 63, 1 << 32]
    var event = Event(time: time, kind: kind, source: sh, destination: cat, count: 5)
    for field in kind.row.fields where ofEnd || field.role != .lifecycle {
      let bits =
        switch field.form {
        case .number: values[field.position % values.count]
        case .integer: (Int64(-5) - Int64(field.position)).metaBits
        case .text: recorded.texts.add("\(field.name) of \(kind.row.name)").metaBits
        }
      event.setBits(bits, at: field.position)
    }
    return event
  }

  @Test(arguments: Kind.all)
  func `is read back as it was, of every kind, with all fields and with none`(_ kind: Kind) {
    var recorded = Recorded()
    recorded.add(Self.full(kind, in: &recorded), Array("hello".utf8))
    recorded.add(Self.full(kind, in: &recorded), nil)
    recorded.add(Self.full(kind, in: &recorded), [])
    recorded.add(Event(time: 1, kind: kind, source: Self.sh, destination: Self.cat, count: 0), nil)
    recorded.end()
    let replayed = Replayed(recorded.bytes)
    #expect(replayed.failure == nil)
    #expect(replayed.text == recorded.liveText)
    #expect(replayed.count == 4)
  }

  @Test(arguments: Kind.all, [CaptureForm.payloads, .streams])
  func `is read back of ends, too, which have no contents`(_ kind: Kind, _ form: CaptureForm) {
    var recorded = Recorded(form: form)
    recorded.add(Self.full(kind, in: &recorded, ofEnd: true), nil)
    recorded.add(Self.full(kind, in: &recorded, ofEnd: true), Array("hello".utf8))
    recorded.end()
    let replayed = Replayed(recorded.bytes)
    #expect(replayed.failure == nil)
    #expect(replayed.text == recorded.liveText)
    #expect(replayed.count == 2 && !recorded.liveText.contains("bytes\":\"aGVs"))
  }

  @Test(arguments: [CaptureForm.payloads, .streams])
  func `is read back with who waits for whom, as it was when something would never end`(_ form: CaptureForm) {
    var recorded = Recorded(form: form)
    recorded.add(Self.full(.pipe, in: &recorded), Array("hello".utf8))
    let harmless = CapturedWaits(time: 1, sentences: [], json: [])
    recorded.add(harmless)
    // Whatever names processes have.
    let last = CapturedWaits(
      time: .max, sentences: Array("LEAK=\u{1b}[1m\nIPCDUMP_RECORD\n".utf8), json: Array(0...255))
    recorded.add(last)
    recorded.add(harmless)
    recorded.add(Self.full(.signal, in: &recorded), nil)
    recorded.end()
    for bytes in [recorded.bytes, SwappedCapture(recorded.bytes).bytes] {
      let replayed = Replayed(bytes)
      #expect(replayed.failure == nil)
      #expect(replayed.text == recorded.liveText && replayed.count == 2)
      #expect(replayed.waits == last)
    }
  }

  @Test(arguments: [CaptureForm.payloads, .streams])
  func `is read back with how ipcdump fared`(_ form: CaptureForm) {
    var recorded = Recorded(form: form)
    let told = [
      CapturedHealth(time: 7, ringBytes: 0, ringSize: 65536, cpuTime: 1, memory: 2),
      CapturedHealth(time: .max, ringBytes: .max, ringSize: .max, cpuTime: .max, memory: .max),
    ]
    recorded.add(told[0])
    recorded.add(Self.full(.pipe, in: &recorded), Array("hello".utf8))
    recorded.add(told[1])
    recorded.end()
    for bytes in [recorded.bytes, SwappedCapture(recorded.bytes).bytes] {
      let replayed = Replayed(bytes)
      #expect(replayed.failure == nil)
      #expect(replayed.text == recorded.liveText && replayed.count == 1)
      #expect(replayed.health == told)
    }
  }

  @Test func `is read back with whatever traits it has`() {
    var recorded = Recorded()
    for bits in UInt8.min...UInt8.max {
      var event = Self.full(.pipe, in: &recorded)
      event.traits = Event.Traits(rawValue: bits)
      recorded.add(event, [1, 2, 3, 4, 5])
    }
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test func `is read back with the time from write to read, known or not`() {
    var recorded = Recorded()
    let delays: [UInt64] = [0, 1, 1_000_000_000, .max - 1, Event.unknownDelay]
    for delay in delays {
      var event = Self.full(.pipe, in: &recorded)
      event.delay = delay
      recorded.add(event, [1])
    }
    #expect(Replayed(recorded.bytes).delays == delays)
  }

  @Test func `is read back whoever its ends were`() {
    var recorded = Recorded()
    let names = ["", "a", "a name of 15 by", "new\nline", "<unknown>", "ä\u{202e}b"]
    let ends = names.map { Endpoint(pid: .max, tid: .min, comm: Comm($0)) } + [.unknown]
    for source in ends {
      for destination in ends {
        recorded.add(Event(time: 7, kind: .pipe, source: source, destination: destination, count: .max), [0])
        recorded.add(Event(time: 7, kind: .signal, source: source, destination: destination, count: 0), nil)
      }
    }
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test func `is read back with the names of threads that have their own`() {
    var recorded = Recorded()
    let named = Endpoint(pid: 5, tid: 6, comm: Comm("server"), thread: Comm("worker-1"))
    let nameless = Endpoint(pid: 5, tid: 7, comm: Comm("server"), thread: Comm(""))
    for (source, destination) in [(named, Self.cat), (Self.sh, named), (named, nameless)] {
      recorded.add(Event(time: 7, kind: .pipe, source: source, destination: destination, count: 1), [0])
      recorded.add(Event(time: 7, kind: .signal, source: source, destination: destination, count: 0), nil)
    }
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
    #expect(recorded.liveText.contains(#""src_thread":"worker-1","dst_thread":"""#))
  }

  @Test func `is read back with descriptors, and with what is known of processes, in each file`() {
    var recorded = Recorded()
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    var (one, other) = (Self.sh, Self.cat)
    (one.image, one.descriptor) = (5, 1)
    (other.image, other.descriptor) = (6, .max)
    // Of two processes whose numbers fall on one place.
    var third = Endpoint(pid: one.pid + 1024, tid: 9, comm: Comm("third"))
    third.image = 5
    recorded.describe(
      one,
      ProcessDescription(executable: bytes("/bin/sh"), arguments: bytes("sh -c x"), directory: bytes("/")))
    recorded.describe(other, ProcessDescription(user: bytes("nobody"), container: bytes("0123456789ab")))
    recorded.describe(third, ProcessDescription(executable: [0xFF], arguments: []))
    for round in 0..<3 {
      for (source, destination) in [(one, other), (third, one), (one, third), (other, .unknown)] {
        recorded.add(Event(time: 7, kind: .pipe, source: source, destination: destination, count: 1), [0])
        recorded.add(Event(time: 7, kind: .signal, source: source, destination: destination, count: 0), nil)
      }
      if round < 2 { recorded.beginAnother() }
    }
    let replayed = Replayed(recorded.bytes)
    #expect(replayed.failure == nil)
    #expect(replayed.text == recorded.liveText)
    #expect(recorded.liveText.contains(#""src_args":"sh -c x""#))
  }

  @Test func `is read back with texts that are not UTF-8, and longer than an option`() {
    var recorded = Recorded()
    let texts: [[UInt8]] = [
      [], [0xFF, 0xFE, 0x0A, 0x00, 0xC3], Array("=\n=".utf8), Array(repeating: 0x80, count: 70_000),
      Array(repeating: UInt8(ascii: "x"), count: 200_000),
    ]
    for text in texts {
      for kind in [Kind.unixStream, .signal] {
        var event = Self.full(kind, in: &recorded)
        event.set(kind == .signal ? Kind.Signal.name : Kind.UnixSocket.path, to: recorded.texts.add(text))
        recorded.add(event, [1])
        recorded.add(event, nil)
      }
    }
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test(arguments: [1, 2, 3, 4, 261_119, 261_120, 261_121, 600_000, 16 << 20])
  func `is read back with contents of any length`(_ length: Int) {
    var recorded = Recorded()
    var random = SeededRandom(seed: UInt64(length))
    var content = [UInt8](repeating: 0, count: length)
    for index in content.indices { content[index] = UInt8(truncatingIfNeeded: random.next()) }
    recorded.add(Self.full(.pipe, in: &recorded), content)
    recorded.add(Self.full(.signal, in: &recorded), nil)
    let replayed = Replayed(recorded.bytes)
    let isSame = replayed.text == recorded.liveText
    #expect(isSame && replayed.failure == nil)
  }

  @Test func `is read back with the losses between events`() {
    var recorded = Recorded()
    recorded.add(Self.full(.pipe, in: &recorded), [1])
    recorded.add(Loss(kind: nil, count: 3, bytes: 0, time: 60_000_000_000))
    for kind in Kind.all { recorded.add(Loss(kind: kind, count: 17, bytes: .max, time: 60_000_000_001)) }
    recorded.add(Self.full(.pipe, in: &recorded), [2])
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test func `is read back with the times that were told, though the clock was set`() {
    var recorded = Recorded()
    recorded.add(Self.full(.pipe, in: &recorded), [1])
    recorded.offset += 3_600_000_000_123
    recorded.add(Self.full(.signal, in: &recorded), nil)
    recorded.offset = -50_000_000_000_000
    recorded.add(Self.full(.pipe, in: &recorded), [1])
    recorded.add(Loss(kind: .pipe, count: 1, bytes: 1, time: 3))
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test(arguments: [0, 1, 5, 300_000])
  func `is read back with no more contents than were asked for`(_ limit: Int) {
    var recorded = Recorded(byteLimit: limit)
    var event = Self.full(.pipe, in: &recorded)
    event.count = 280_000
    recorded.add(event, Array(repeating: 7, count: 280_000))
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test(arguments: [1, 7, 4096])
  func `is read back however few bytes come at once`(_ portion: Int) {
    var recorded = Recorded()
    for kind in Kind.all { recorded.add(Self.full(kind, in: &recorded), Array("some bytes".utf8)) }
    recorded.end()
    #expect(Replayed(recorded.bytes, atOnce: portion).text == recorded.liveText)
  }

  @Test func `is read back from captures put one behind the other`() {
    var first = Recorded()
    first.add(Self.full(.pipe, in: &first), [1])
    first.end()
    var second = Recorded()
    second.add(Self.full(.signal, in: &second), nil)
    second.end()
    #expect(Replayed(first.bytes + second.bytes).text == first.liveText + second.liveText)
  }
}
