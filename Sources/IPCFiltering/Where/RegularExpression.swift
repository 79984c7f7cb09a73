import Glibc

/// An extended regular expression (regex(7)), compiled by the C library; it may match anywhere in a text.
///
/// A class, because what regcomp(3) makes must be freed once.
final class RegularExpression: @unchecked Sendable {
  // Not changed after it was compiled; regexec(3) may be called by several threads.
  private let compiled: UnsafeMutablePointer<regex_t>

  /// Compiles an expression.
  ///
  /// - Throws: What the C library says of it, as text.
  init(_ pattern: [UInt8]) throws(WhereError) {
    let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    let text = pattern.map { CChar(bitPattern: $0) } + [0]
    let status = regcomp(compiled, text, REG_EXTENDED | REG_NOSUB)
    guard status == 0 else {
      var message = [CChar](repeating: 0, count: 256)
      regerror(status, compiled, &message, message.count)
      compiled.deallocate()
      let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw WhereError(String(decoding: words, as: UTF8.self), at: 0)
    }
    self.compiled = compiled
  }

  deinit {
    regfree(compiled)
    compiled.deallocate()
  }

  /// Whether it matches in a text, which may have NULs in it.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    // REG_STARTEND (a bit that Glibc's importer may not show, regex.h): the range stands in the first match.
    var range = regmatch_t(rm_so: 0, rm_eo: regoff_t(text.count))
    guard let start = text.baseAddress?.assumingMemoryBound(to: CChar.self) else {
      return regexec(compiled, "", 1, &range, REG_STARTEND) == 0
    }
    return regexec(compiled, start, 1, &range, REG_STARTEND) == 0
  }
}
