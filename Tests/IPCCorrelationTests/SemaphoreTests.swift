import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A wait for a semaphore")
struct SemaphoreTests {
  private typealias Change = (number: UInt16, amount: Int16, value: Int32)

  private let recording = CorrelatorRecording()

  /// - Parameters:
  ///   - changes: What the call of `caller` itself has changed.
  ///   - call: When that call began.
  private func ends(
    _ party: Party, doing waits: [Change], by caller: Party?, _ changes: [(UInt16, Int16)], order: UInt32 = 0,
    call: UInt64 = 5, traits: [ipc_released_traits] = [IPC_RELEASED_VALUES], key: Int32 = 0x4d2,
    began: UInt64? = nil
  ) {
    var raw = ipc_released()
    raw.transfer.header = recording.header(IPC_RECORD_RELEASED, IPC_KIND_SYSV_SEM, by: party)
    raw.transfer.channel = 0x1000
    raw.transfer.identity = 7
    if let caller {
      recording.parties[caller.endpoint] = caller.name
      raw.source.tgid = caller.pid
      raw.source.tid = caller.tid
      RecordBytes.set(&raw.source.comm, to: caller.process ?? caller.name)
      RecordBytes.set(&raw.source.thread, to: caller.name)
      raw.source.in_scope = caller.isInScope ? 1 : 0
    }
    raw.woken = raw.transfer.header.time - 100
    raw.began = began ?? raw.woken - 5000
    raw.call = call
    raw.key = key
    raw.order = order
    raw.traits = traits.reduce(caller == nil ? 0 : IPC_RELEASED_BY_CALL.rawValue) { $0 | $1.rawValue }
    raw.wait_count = UInt16(waits.count)
    raw.change_count = UInt16(changes.count)
    withUnsafeMutableBytes(of: &raw.waits) { bytes in
      for (place, wait) in waits.enumerated() {
        bytes.bindMemory(to: ipc_sem_change.self)[place] = ipc_sem_change(
          number: wait.number, amount: wait.amount, value: wait.value)
      }
    }
    withUnsafeMutableBytes(of: &raw.changes) { bytes in
      for (place, change) in changes.enumerated() {
        bytes.bindMemory(to: ipc_sem_change.self)[place] = ipc_sem_change(
          number: change.0, amount: change.1, value: 0)
      }
    }
    recording.arrive(RecordBytes.bytes(raw))
  }

  /// Each event, with the semaphore and what its source has added.
  private func told(after milliseconds: UInt64 = 20) -> [String] {
    let lines = recording.told(after: milliseconds)
    return zip(lines, recording.told.suffix(lines.count)).map {
      "\($0.dropLast(2)): \($1.meta["sem"] ?? "?") by \($1.meta["delta"] ?? "?")"
    }
  }

  @Test func `ends by the call in which the thread was woken`() {
    ends(.bob, doing: [(2, -1, 0)], by: .ann.inScope, [(2, 1)])
    #expect(told() == ["ann > bob: 2 by 1"])
    #expect(
      recording.told.last?.meta
        == ["key": "0x000004d2", "id": "7", "sem": "2", "delta": "1", "waited_ns": "5000"])
    #expect(recording.told.last?.event.traits == .inScope)
    #expect(recording.told.last?.event.delay == 100)
  }

  @Test func `of a private set has no key, of one begun before the trace no duration`() {
    ends(.bob, doing: [(0, 0, 0)], by: .ann, [(0, -3)], key: 0, began: 0)
    #expect(told() == ["ann > bob: 0 by -3"])
    #expect(recording.meta("key") == "private")
    #expect(recording.meta("waited_ns") == nil)
  }

  @Test func `has an unknown source if its waking was not seen`() {
    ends(.bob, doing: [(4, -1, 0)], by: nil, [])
    #expect(recording.told() == ["<unknown> > bob 0"])
    #expect(recording.meta("sem") == "4")
    #expect(recording.meta("delta") == nil)
  }

  @Test func `adds up what one call does with a semaphore`() {
    ends(.bob, doing: [(0, -1, 0)], by: .ann, [(0, 3), (1, 1), (0, -1)])
    #expect(told() == ["ann > bob: 0 by 2"])
  }

  @Test func `ends by what another woken thread had waited to do`() {
    ends(.bea, doing: [(1, -1, 0)], by: .ann, [(0, 1)], order: 1)
    #expect(told(after: 5) == [])
    ends(.bob, doing: [(0, -1, 0), (1, 1, 0)], by: .ann, [(0, 1)])
    #expect(told() == ["bob > bea: 1 by 1", "ann > bob: 0 by 1"])
    #expect(recording.told.allSatisfy { $0.event.traits == [] })
  }

  @Test func `for a 0 ends by one that was woken later`() {
    ends(.bea, doing: [(1, 0, 0)], by: .ann, [(0, 1)], order: 0)
    #expect(told() == [])
    ends(.bob, doing: [(0, -1, 0), (1, -1, 0)], by: .ann, [(0, 1)], order: 1)
    #expect(told() == ["bob > bea: 1 by -1", "ann > bob: 0 by 1"])
    #expect(recording.told.allSatisfy { $0.event.traits == [] })
  }

  @Test func `is inferred if what was woken before is not known`() {
    ends(.bea, doing: [(1, -1, 0)], by: .ann, [(0, 1)], order: 1)
    #expect(recording.told(after: 200) == ["ann? > bea 0"])
    ends(.bob, doing: [(0, -1, 0), (1, 1, 0)], by: .ann, [(0, 1)])
    #expect(told() == ["ann > bob: 0 by 1"])
  }

  @Test func `for several ends by the one that was missing`() {
    // Both were 0: the first one has blocked it.
    ends(.bob, doing: [(1, -1, 1), (0, -2, 0)], by: .ann, [(0, 2), (1, 2)])
    // The first one was there.
    ends(.bob, doing: [(1, -1, 1), (0, -2, 0)], by: .ann, [(0, 2), (1, 1)], call: 6)
    #expect(told() == ["ann > bob: 1 by 2", "ann > bob: 0 by 2"])
  }

  @Test func `ends by the first of two that suffices`() {
    // 2 by the call, 1 by the first thread, of which the other one needs all.
    ends(.bob, doing: [(1, -1, 0), (0, 1, 0)], by: .ann, [(0, 2), (1, 1)])
    ends(.bea, doing: [(0, -3, 0)], by: .ann, [(0, 2), (1, 1)], order: 1)
    #expect(told() == ["ann > bob: 1 by 1", "bob > bea: 0 by 1"])
    ends(.bob, doing: [(1, -1, 0), (0, 1, 1)], by: .ann, [(0, 2), (1, 1)], call: 6)
    ends(.bea, doing: [(0, -2, 1)], by: .ann, [(0, 2), (1, 1)], order: 1, call: 6)
    #expect(told() == ["ann > bob: 1 by 1", "ann > bea: 0 by 2"])
    #expect(recording.told.allSatisfy { $0.event.traits == [] })
  }

  @Test func `is inferred if two may have ended it and the values are not known`() {
    ends(.bob, doing: [(1, -1, 0), (0, 1, 0)], by: .ann, [(0, 2), (1, 1)], traits: [])
    ends(.bea, doing: [(0, -3, 0)], by: .ann, [(0, 2), (1, 1)], order: 1, traits: [])
    #expect(recording.told() == ["ann > bob 0", "bob? > bea 0"])
  }

  @Test func `ends by who has set more than is listed`() {
    ends(.bob, doing: [(40, -1, 0)], by: .ann, [(0, 1)], traits: [IPC_RELEASED_CUT_CHANGES])
    #expect(told(after: 200) == ["ann > bob: 40 by ?"])
    #expect(recording.told.last?.event.traits == [])
  }

  @Test func `leaves nothing behind`() {
    ends(.bob, doing: [(0, -1, 0)], by: .ann, [(0, 1)])
    #expect(recording.told() == ["ann > bob 0"])
    _ = recording.told(after: 200)
    #expect(!recording.hasPending)
    #expect(recording.toldAtEnd() == [])
  }
}
