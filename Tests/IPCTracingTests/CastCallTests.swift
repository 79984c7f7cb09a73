import KernelPrograms
import RecordLayout
import Testing

@Suite("Calls of bpf_rdonly_cast in the programs")
struct CastCallTests {
  private static let copy: UInt64 = 0x10BF  // r0 = r1

  /// How often a word is in the object.
  private func count(_ word: UInt64, castFunction: UInt32?) -> Int {
    KernelPrograms.withObject(hasCalls: true, castFunction: castFunction) { object in
      object.withMemoryRebound(to: UInt64.self) { $0.count { $0 == word } }
    }
  }

  @Test func `have the function's number`() {
    let call: UInt64 = 0x2085 | 77 << 32
    #expect(count(call, castFunction: 77) > 500)
    #expect(count(UInt64(IPC_CAST_CALL), castFunction: 77) == 0)
  }

  @Test func `are none where the kernel has no such function`() {
    let calls = count(0x2085 | 77 << 32, castFunction: 77)
    #expect(count(Self.copy, castFunction: nil) == count(Self.copy, castFunction: 77) + calls)
    #expect(count(UInt64(IPC_CAST_CALL), castFunction: nil) == 0)
  }
}
