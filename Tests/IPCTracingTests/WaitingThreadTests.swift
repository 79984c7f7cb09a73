import IPCModel
import RecordLayout
import Testing

@testable import IPCTracing

@Suite("A thread that waits")
struct WaitingThreadTests {
  private func raw(
    _ file: UInt64, _ readiness: ipc_readiness?, call: ipc_waiting_call = IPC_WAITING_POLL, tid: UInt32 = 7
  ) -> ipc_waiting {
    var raw = ipc_waiting()
    raw.file = file
    raw.inode = file + 1
    raw.tgid = 7
    raw.tid = tid
    raw.call = UInt8(call.rawValue)
    raw.readiness = UInt8(readiness?.rawValue ?? 0)
    return raw
  }

  private func watched(_ file: UInt64, in set: UInt64, _ readiness: ipc_readiness) -> ipc_watched {
    ipc_watched(set: set, file: file, inode: file + 1, readiness: readiness.rawValue, pad: 0)
  }

  private func words(_ thread: WaitingThread) -> [String] {
    thread.waits.map { wait in
      "\(wait.file.map { "\($0.address)" } ?? "more")" + (wait.toRead ? " read" : "")
        + (wait.toWrite ? " write" : "")
    }
  }

  @Test func `polls each file once, however many queues that has`() {
    let threads = WaitingThread.threads(
      [
        raw(10, IPC_READY_TO_READ), raw(10, IPC_READY_TO_WRITE), raw(20, IPC_READY_TO_READ), raw(30, nil),
        raw(0, nil), raw(20, IPC_READY_TO_READ, tid: 8),
      ], watched: [])
    #expect(threads.map(words) == [["10 read write", "20 read", "30", "more"], ["20 read"]])
    #expect(threads.map(\.thread.tid) == [7, 8])
  }

  @Test func `waits for the files of its set, of which several processes may tell`() {
    let threads = WaitingThread.threads(
      [raw(99, nil, call: IPC_WAITING_SET), raw(98, nil, call: IPC_WAITING_SET, tid: 8)],
      watched: [
        watched(10, in: 99, IPC_READY_TO_READ), watched(20, in: 97, IPC_READY_TO_READ),
        watched(10, in: 99, IPC_READY_TO_READ), watched(30, in: 99, IPC_READY_TO_WRITE),
      ])
    #expect(threads.map(words) == [["10 read", "30 write"], []])
  }

  @Test func `is told alone if it has no number here`() {
    let threads = WaitingThread.threads(
      [raw(10, IPC_READY_TO_READ, tid: 0), raw(20, IPC_READY_TO_READ, tid: 0)], watched: [])
    #expect(threads.map(words) == [["10 read"], ["20 read"]])
    #expect(threads.allSatisfy { $0.thread.tid == -1 })
  }

  @Test func `may wait for no certain time`() {
    var endless = raw(10, IPC_READY_TO_READ, call: IPC_WAITING_TRANSFER)
    endless.since = .max
    endless.in_scope = 1
    let threads = WaitingThread.threads([endless], watched: [])
    #expect(threads.map(\.duration) == [nil] && threads.map(\.isInScope) == [true])
  }
}
