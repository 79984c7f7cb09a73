import EmbeddedBytes
import RecordLayout

/// The BPF object that is compiled from `bpf/` and embedded in this binary.
public enum KernelPrograms {
  /// Calls `body` with the bytes of the ELF object, aligned to 8 bytes.
  public static func withObject<R: ~Copyable, E: Error>(
    _ form: ObjectForm, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try EmbeddedBytes.withBytes(of: form.embedded) { bytes throws(E) in
      if case .readingDirectly(let function, let type) = form { number(function, type, in: bytes) }
      return try body(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Puts the numbers of a function and of a type into the instructions that are marked for them (bpf/kernel/read.h).
  private static func number(_ function: UInt32, _ type: UInt32, in object: UnsafeMutableRawBufferPointer) {
    let call = UInt64(IPC_CAST_CALL)
    let argument = UInt64(IPC_CAST_TYPE)
    func numbered(_ instruction: UInt64, _ number: UInt32) -> UInt64 {
      instruction & 0xFFFF_FFFF | UInt64(number) << 32
    }
    // Sections of instructions are aligned like these (struct bpf_insn).
    object.withMemoryRebound(to: UInt64.self) { words in
      for index in words.indices {
        if words[index] == call { words[index] = numbered(call, function) }
        if words[index] == argument { words[index] = numbered(argument, type) }
      }
    }
  }
}
