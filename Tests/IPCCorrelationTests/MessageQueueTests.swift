import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A message of a queue")
struct MessageQueueTests {
  private let recording: CorrelatorRecording

  private func record(
    _ type: ipc_record_type, _ text: String, _ label: Int64?, by party: Party, _ kind: ipc_kind,
    began: UInt64? = nil,
    unread: UInt32 = 0, isFilled: Bool = false
  ) {
    let bytes = Array(text.utf8)
    let print = RecordBytes.fingerprint(of: bytes)
    let isSend = type == IPC_RECORD_WRITE
    var raw = ipc_queued()
    raw.transfer.header = recording.header(type, kind, by: party)
    raw.transfer.channel = 0x1000
    raw.transfer.identity = 42
    raw.transfer.count = UInt64(bytes.count)
    raw.transfer.unread = unread
    raw.transfer.captured = UInt32(isSend ? print.captured.count : bytes.count)
    raw.transfer.suffix = isSend ? UInt32(print.suffix) : 0
    raw.label = label ?? 0
    raw.began = isSend ? began ?? raw.transfer.header.time - 500 : 0
    raw.key = 0x4d2
    raw.traits = IPC_QUEUED_SEEN.rawValue
    if label != nil { raw.traits |= IPC_QUEUED_LABELED.rawValue }
    if isFilled { raw.traits |= IPC_QUEUED_FILLED.rawValue }
    recording.arrive(RecordBytes.bytes(raw, then: isSend ? print.captured : bytes))
  }

  private func send(
    _ text: String, _ label: Int64 = 1, by party: Party = .ann, _ kind: ipc_kind = IPC_KIND_MQUEUE,
    began: UInt64? = nil,
    unread: UInt32 = 1
  ) { record(IPC_RECORD_WRITE, text, label, by: party, kind, began: began, unread: unread) }

  private func receive(
    _ text: String, _ label: Int64? = nil, by party: Party = .bob, _ kind: ipc_kind = IPC_KIND_MQUEUE,
    unread: UInt32 = 0, isFilled: Bool = false
  ) { record(IPC_RECORD_READ, text, label, by: party, kind, unread: unread, isFilled: isFilled) }

  private func name(_ text: String) {
    var raw = ipc_channel()
    raw.header = recording.header(IPC_RECORD_CHANNEL, IPC_KIND_MQUEUE, by: .ann)
    raw.channel = 0x1000
    raw.inode = 42
    raw.length = UInt32(text.utf8.count) + 1
    recording.arrive(RecordBytes.bytes(raw, then: Array(text.utf8) + [0]))
  }

  @Test func `is told when it is received`() {
    name("jobs")
    send("hello", 3)
    #expect(recording.told() == [])
    receive("hello")
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(
      recording.told.first?.meta == ["name": "/jobs", "count": "5", "priority": "3", "queue_inode": "42"])
    #expect(recording.toldAtEnd() == [])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `of a SysV queue has key, id and type`() {
    send("hello", 3, IPC_KIND_SYSV_MSG)
    receive("hello", 3, IPC_KIND_SYSV_MSG)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.told.first?.meta == ["key": "0x000004d2", "id": "42", "mtype": "3", "count": "5"])
  }

  @Test func `is recognised by its bytes, whatever the order`() {
    send("one", by: .ann)
    send("two", by: .amy)
    receive("two")
    receive("one")
    #expect(recording.told() == ["amy > bob 3 \"two\"", "ann > bob 3 \"one\""])
  }

  @Test func `with the highest priority is received first`() {
    send("same", 1, by: .ann)
    send("same", 5, by: .amy)
    receive("same")
    receive("same")
    #expect(recording.told() == ["amy > bob 4 \"same\"", "ann > bob 4 \"same\""])
    #expect(recording.meta("priority") == "1")
  }

  @Test func `that is like another one is received in the order of sending`() {
    send("same", by: .ann)
    send("same", by: .amy)
    receive("same")
    receive("same")
    #expect(recording.told() == ["ann > bob 4 \"same\"", "amy > bob 4 \"same\""])
  }

  @Test func `that was sent at the same time as one like it is inferred`() {
    let began = recording.clock
    send("same", by: .ann, began: began)
    send("same", by: .amy, began: began)
    receive("same")
    receive("same")
    #expect(recording.told() == ["ann? > bob 4 \"same\"", "amy > bob 4 \"same\""])
  }

  @Test func `may be received before its sender goes on`() {
    let began = recording.clock
    receive("hello", 1)
    send("hello", 1, began: began)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
  }

  @Test func `from before the trace has an unknown source`() {
    receive("old", 2, unread: 1)
    receive("older", 2)
    #expect(recording.told() == [])
    #expect(recording.told(after: 200) == ["<unknown> > bob 3 \"old\"", "<unknown> > bob 5 \"older\""])
    #expect(recording.meta("priority") == "2")
  }

  @Test func `is inferred while others from before the trace may be like it`() {
    send("new", unread: 2)
    receive("new")
    #expect(recording.told() == ["ann? > bob 3 \"new\""])
    receive("old")
    _ = recording.told(after: 200)
    send("new")
    receive("new")
    #expect(recording.told() == ["ann > bob 3 \"new\""])
  }

  @Test func `behind those from before the trace is certain when they are known to be`() {
    receive("old", 2, unread: 1)
    receive("older", 2)
    send("new", 2)
    receive("new", 2)
    #expect(
      recording.told(after: 200)
        == ["<unknown> > bob 3 \"old\"", "<unknown> > bob 5 \"older\"", "ann > bob 3 \"new\""])
  }

  @Test func `that is cut has its whole length`() {
    send("hello, world", 2, IPC_KIND_SYSV_MSG)
    receive("hello", 2, IPC_KIND_SYSV_MSG, isFilled: true)
    #expect(recording.told() == ["ann > bob 12 \"hello\""])
    #expect(recording.meta("received") == "5")
  }

  @Test func `that nobody has received is told at the end`() {
    send("kept", 2)
    #expect(recording.told(after: 500) == [])
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"kept\""])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `is lost with its queue`() {
    send("kept", 2, IPC_KIND_SYSV_MSG)
    record(IPC_RECORD_REMOVED, "", nil, by: .ann, IPC_KIND_SYSV_MSG)
    #expect(recording.told() == ["ann > nobody 4 \"kept\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is inferred after a loss`() {
    send("one")
    recording.lost += 1
    receive("one")
    #expect(recording.told() == ["ann? > bob 3 \"one\""])
    send("two")
    #expect(recording.toldAtEnd() == [], "it may have been received")
  }

  @Test func `has no contents if nobody wants them`() {
    let recording = MessageQueueTests(recording: CorrelatorRecording(capturing: 0))
    recording.send("hello")
    recording.receive("hello")
    #expect(recording.recording.told() == ["ann > bob 5"])
    #expect(recording.recording.contentsInUse == 0)
  }

  init() { recording = CorrelatorRecording() }
  private init(recording: CorrelatorRecording) { self.recording = recording }
}
