import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A wake by a futex")
struct FutexTests {
  private let recording = CorrelatorRecording()

  private func wakes(
    _ party: Party, by waker: Party, _ operation: UInt32 = 1, traits: [ipc_woken_traits] = [],
    name: String = "", began: UInt64? = nil
  ) {
    var raw = ipc_woken()
    raw.header = recording.header(IPC_RECORD_WOKEN, IPC_KIND_FUTEX, by: party)
    recording.parties[waker.endpoint] = waker.name
    raw.source.tgid = waker.pid
    raw.source.tid = waker.tid
    RecordBytes.set(&raw.source.comm, to: waker.process ?? waker.name)
    RecordBytes.set(&raw.source.thread, to: waker.name)
    raw.woken = raw.header.time - 100
    raw.began = began ?? raw.woken - 5000
    raw.offset = 260
    raw.operation = operation
    raw.traits = traits.reduce(0) { $0 | $1.rawValue }
    raw.name_length = UInt32(name.utf8.count)
    recording.arrive(RecordBytes.bytes(raw, then: Array(name.utf8)))
  }

  @Test func `tells where the word lies and how long was waited`() {
    wakes(.bob, by: .ann, traits: [IPC_WOKEN_FOUND, IPC_WOKEN_PSEUDO], name: "memfd:x\0")
    #expect(recording.told() == ["ann > bob 0"])
    #expect(
      recording.told.last?.meta
        == ["object": "memfd:x", "offset": "260", "op": "wake", "waited_ns": "5000"])
    #expect(recording.told.last?.event.delay == 100)
  }

  @Test(
    arguments: [
      (3, "requeue"), (4, "cmp_requeue"), (5, "wake_op"), (7, "unlock_pi"), (10, "wake_bitset"),
      (12, "cmp_requeue_pi"), (256, "owner_died"),
    ] as [(UInt32, String)])
  func `tells what the waker has done`(operation: UInt32, word: String) {
    wakes(.bob, by: .ann, operation, began: 0)
    #expect(recording.told() == ["ann > bob 0"])
    #expect(recording.told.last?.meta == ["op": word])
  }

  @Test func `by what wakes nobody is nothing`() {
    wakes(.bob, by: .ann, 0)
    #expect(recording.told() == [])
  }
}
