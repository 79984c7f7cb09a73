import RecordLayout

/// The BPF object that is compiled from `bpf/` and embedded in this binary.
public enum KernelPrograms {
  /// Calls `body` with the bytes of the ELF object, aligned to 8 bytes.
  ///
  /// - Parameters:
  ///   - hasCalls: Whether its programs have functions of their own, which the verifier looks at once; not every kernel
  ///     takes those.
  ///   - castFunction: Number of `bpf_rdonly_cast` in the kernel's types; nil for programs that never call it.
  public static func withObject<R: ~Copyable, E: Error>(
    hasCalls: Bool, castFunction: UInt32?, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let object = hasCalls ? embeddedObject : embeddedObjectWithoutCalls
    let encoded = UnsafeBufferPointer(start: object.utf8Start, count: object.utf8CodeUnitCount)
    let decoded = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count / 4 * 3, alignment: 8)
    defer { decoded.deallocate() }
    let count = decodeBase64(encoded, into: decoded)
    putIn(castFunction, in: UnsafeMutableRawBufferPointer(rebasing: decoded[..<count]))
    return try body(UnsafeRawBufferPointer(rebasing: decoded[..<count]))
  }

  /// Makes each mark a call, or what does nothing: some kernels (5.13 to 5.15) look for the functions of calls that are
  /// never reached, too.
  private static func putIn(_ castFunction: UInt32?, in object: UnsafeMutableRawBufferPointer) {
    let mark = UInt64(IPC_CAST_CALL)
    let copy: UInt64 = 0x10BF  // r0 = r1
    let instruction = castFunction.map { mark & 0xFFFF_FFFF | UInt64($0) << 32 } ?? copy
    // Sections of instructions are aligned like these (struct bpf_insn).
    object.withMemoryRebound(to: UInt64.self) { words in
      for index in words.indices where words[index] == mark { words[index] = instruction }
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
