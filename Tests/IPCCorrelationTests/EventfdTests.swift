import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A read of an eventfd")
struct EventfdTests {
  private let recording = CorrelatorRecording()

  private func record(
    _ type: ipc_record_type, _ value: UInt64, by party: Party, began: UInt64? = nil, left: UInt64 = 0,
    isSemaphore: Bool = false
  ) {
    var raw = ipc_counter()
    raw.transfer.header = recording.header(type, IPC_KIND_EVENTFD, by: party)
    raw.transfer.channel = 0x1000
    raw.transfer.identity = 3
    raw.transfer.count = 8
    raw.value = value
    raw.began = began ?? raw.transfer.header.time - 500
    raw.left = left
    raw.traits = isSemaphore ? IPC_COUNTER_SEMAPHORE.rawValue : 0
    recording.arrive(RecordBytes.bytes(raw))
  }

  private func make(_ value: UInt64 = 0, isSemaphore: Bool = false) {
    record(IPC_RECORD_CREATED, value, by: .bob, isSemaphore: isSemaphore)
  }
  private func add(_ value: UInt64, by party: Party, began: UInt64? = nil) {
    record(IPC_RECORD_WRITE, value, by: party, began: began, left: value)
  }
  private func read(_ value: UInt64, by party: Party = .bob) { record(IPC_RECORD_READ, value, by: party) }

  /// Each event and its value.
  private func told(after milliseconds: UInt64 = 20) -> [String] {
    let lines = recording.told(after: milliseconds)
    return zip(lines, recording.told.suffix(lines.count)).map { "\($0) of \($1.meta["value"] ?? "?")" }
  }

  @Test func `takes what was added`() {
    make()
    add(5, by: .ann)
    read(5)
    #expect(told() == ["ann > bob 8 of 5"])
    #expect(recording.meta("eventfd_id") == "3")
    #expect(recording.meta("semaphore") == "0")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `takes each source's adds together`() {
    make()
    add(1, by: .ann)
    add(20, by: .amy)
    add(2, by: .ann)
    read(23)
    #expect(told() == ["ann > bob 8 of 3", "amy > bob 8 of 20"])
  }

  @Test func `leaves out what it was made with`() {
    make(7)
    add(4, by: .ann)
    read(11)
    add(2, by: .ann)
    read(2)
    #expect(told() == ["ann > bob 8 of 4", "ann > bob 8 of 2"])
  }

  @Test func `comes before the add is known`() {
    make()
    let began = recording.clock
    read(5)
    add(5, by: .ann, began: began)
    #expect(told() == ["ann > bob 8 of 5"])
  }

  @Test func `takes no add that was too late`() {
    make()
    add(5, by: .ann)
    let began = recording.clock
    read(5)
    add(6, by: .amy, began: began)
    read(6)
    #expect(told() == ["ann > bob 8 of 5", "amy > bob 8 of 6"])
  }

  @Test func `tells by the sum which of two overlapping adds it took`() {
    make()
    let began = recording.clock
    add(5, by: .ann, began: began)
    add(6, by: .amy, began: began)
    read(6)
    read(5)
    #expect(told() == ["amy > bob 8 of 6", "ann > bob 8 of 5"])
  }

  @Test func `infers which of two equal adds it took`() {
    make()
    let began = recording.clock
    add(5, by: .ann, began: began)
    add(5, by: .amy, began: began)
    read(5)
    read(5)
    #expect(told() == ["ann? > bob 8 of 5", "amy > bob 8 of 5"])
  }

  @Test func `has an unknown source for what nobody was seen to add`() {
    make()
    add(5, by: .ann)
    read(8)
    #expect(told() == [])
    #expect(told(after: 200) == ["ann? > bob 8 of 5", "<unknown> > bob 8 of 3"])
  }

  /// Trying all choices of so many adds, for each read again and again, would never end.
  @Test func `is not looked for in more adds than it takes`() {
    make()
    let began = recording.clock
    for _ in 0..<1000 { add(2, by: .ann, began: began) }
    for _ in 0..<200 { read(1) }
    #expect(told() == [])
    #expect(told(after: 200) == Array(repeating: "<unknown> > bob 8 of 1", count: 200))
  }

  @Test func `of one from before the trace knows what was there`() {
    record(IPC_RECORD_WRITE, 5, by: .ann, left: 12)
    read(12)
    #expect(told() == ["ann > bob 8 of 5"])
  }

  @Test func `of a semaphore takes 1 of what was added first`() {
    make(1, isSemaphore: true)
    record(IPC_RECORD_WRITE, 2, by: .ann, isSemaphore: true)
    record(IPC_RECORD_WRITE, 1, by: .amy, isSemaphore: true)
    for _ in 0..<4 { read(1) }
    #expect(told() == ["ann > bob 8 of 1", "ann > bob 8 of 1", "amy > bob 8 of 1"])
    #expect(recording.meta("semaphore") == "1")
  }

  @Test func `of another eventfd at the same place takes nothing of the first`() {
    make()
    add(5, by: .ann)
    make()
    add(5, by: .amy)
    read(5)
    #expect(told() == ["amy > bob 8 of 5"])
  }

  @Test func `is inferred after a loss`() {
    make()
    recording.lost += 1
    add(5, by: .ann)
    read(5)
    #expect(told() == ["ann? > bob 8 of 5"])
  }
}
