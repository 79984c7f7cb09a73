import RecordLayout

/// The BPF object that is compiled from `bpf/` and embedded in this binary.
public enum KernelPrograms {
  /// Calls `body` with the bytes of the ELF object, aligned to 8 bytes.
  public static func withObject<R: ~Copyable, E: Error>(
    _ form: ObjectForm, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let object = form.encoded
    let encoded = UnsafeBufferPointer(start: object.utf8Start, count: object.utf8CodeUnitCount)
    let decoded = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count / 4 * 3, alignment: 8)
    defer { decoded.deallocate() }
    let count = decodeBase64(encoded, into: decoded)
    if case .readingDirectly(let function, let type) = form {
      number(function, type, in: UnsafeMutableRawBufferPointer(rebasing: decoded[..<count]))
    }
    return try body(UnsafeRawBufferPointer(rebasing: decoded[..<count]))
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

  /// Decodes what `embed-bpf` has written: complete groups of four, padded at the end (RFC 4648 section 4).
  static func decodeBase64(_ encoded: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableRawBufferPointer)
    -> Int
  {
    let values = digitValues
    return values.withUnsafeBufferPointer { values in
      var count = 0
      var group: UInt32 = 0
      var digits = 0
      for character in encoded {
        let value = values[Int(character)]
        if value == notADigit { break }
        group = group << 6 | UInt32(value)
        digits += 1
        guard digits == 4 else { continue }
        bytes[count] = UInt8(truncatingIfNeeded: group >> 16)
        bytes[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
        bytes[count + 2] = UInt8(truncatingIfNeeded: group)
        count += 3
        group = 0
        digits = 0
      }
      if digits >= 2 {
        group <<= 6 * UInt32(4 - digits)
        for rest in 0..<(digits - 1) {
          bytes[count] = UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(rest)))
          count += 1
        }
      }
      return count
    }
  }

  /// Stands for characters that are no digits of base64.
  private static let notADigit: UInt8 = 0xFF

  /// What each character stands for.
  private static var digitValues: [UInt8] {
    var values = [UInt8](repeating: notADigit, count: 256)
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }
}
