/// What tables of a size that is a power of two make of their keys.
package enum Hashing {
  /// Spreads a number over 64 bits by a multiplication with 2⁶⁴ divided by the golden ratio (Fibonacci hashing): the
  /// highest bits depend on all others, so that numbers given out one after the other fall far apart.
  @inlinable
  @inline(__always)
  package static func spread(_ number: UInt64) -> UInt64 { number &* 0x9E37_79B9_7F4A_7C15 }
}
