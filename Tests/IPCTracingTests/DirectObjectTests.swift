import KernelPrograms
import RecordLayout
import Testing

@Suite("Programs that read directly")
struct DirectObjectTests {
  /// How often a word is in an object.
  private func count(_ word: UInt64, in form: ObjectForm) -> Int {
    KernelPrograms.withObject(form) { object in
      object.withMemoryRebound(to: UInt64.self) { $0.count { $0 == word } }
    }
  }

  @Test func `have the numbers of the function and of the type`() {
    let form = ObjectForm.readingDirectly(function: 0xA5A5A5, type: 0x5A5A5A)
    let calls = count(0x2085 | 0xA5A5A5 << 32, in: form)
    #expect(calls > 500)
    #expect(count(0x02B7 | 0x5A5A5A << 32, in: form) == calls)
    #expect(count(UInt64(IPC_CAST_CALL), in: form) == 0)
    #expect(count(UInt64(IPC_CAST_TYPE), in: form) == 0)
  }

  @Test(arguments: [ObjectForm.withFunctions, .withoutFunctions])
  func `are no others`(form: ObjectForm) {
    #expect(count(UInt64(IPC_CAST_CALL), in: form) == 0)
  }
}
