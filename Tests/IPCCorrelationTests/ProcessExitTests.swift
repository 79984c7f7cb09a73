import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Ends of processes")
struct ProcessExitTests {
  /// What a status, as wait(2) has it, tells.
  private func exits(_ statuses: [UInt32], cut: Bool = false) -> [ProcessExit] {
    var correlator = Correlator(CorrelatorSettings(captureLimit: 0))
    for status in statuses {
      var exit = ipc_exit()
      exit.header.time = 7
      (exit.header.tgid, exit.header.tid) = (12, 13)
      exit.header.type = UInt16(IPC_RECORD_EXIT.rawValue)
      exit.header.kind = UInt8(IPC_KIND_COUNT.rawValue)
      exit.status = status
      withUnsafeBytes(of: exit) {
        _ = correlator.take(UnsafeRawBufferPointer(rebasing: cut ? $0.dropLast(8) : $0[...]))
      }
    }
    let exits = correlator.takeExits()
    #expect(correlator.takeExits().isEmpty, "each is told once")
    return exits
  }

  @Test func `are told with their status, or the signal that killed them`() {
    let told = exits([3 << 8, 255 << 8, 9, 11 | 0x80, 34])
    #expect(
      told.map(\.ending) == [
        .exited(3), .exited(255), .killed("SIGKILL", hasDumped: false), .killed("SIGSEGV", hasDumped: true),
        .killed("SIGRTMIN", hasDumped: false),
      ])
    #expect(told.allSatisfy { $0.process.pid == 12 && $0.process.tid == 13 && $0.time == 7 })
  }

  @Test func `are ignored if the record is cut`() { #expect(exits([9], cut: true).isEmpty) }
}
