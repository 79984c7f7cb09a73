/// Blocks that ``CaptureWriter`` has appended, from the beginning of one on.
public enum CaptureBlocks {
  /// How many of the first `count` bytes are whole blocks.
  public static func wholeLength(of bytes: UnsafeRawBufferPointer, in count: Int) -> Int {
    var whole = 0
    while whole + BlockType.frame <= count {
      let length = Int(bytes.loadUnaligned(fromByteOffset: whole + 4, as: UInt32.self))
      guard length >= BlockType.frame, whole + length <= count else { break }
      whole += length
    }
    return whole
  }
}
