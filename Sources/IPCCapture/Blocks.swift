import ByteOutput

/// Types of blocks in a pcapng file that ipcdump writes or reads (draft-ietf-opsawg-pcapng, section 4).
enum BlockType {
  /// Begins a section, and says in which byte order it is. Reads the same in both.
  static let sectionHeader: UInt32 = 0x0A0D_0D0A
  /// Describes where packets come from.
  static let interfaceDescription: UInt32 = 1
  /// Names of addresses.
  static let nameResolution: UInt32 = 4
  /// Counts of an interface.
  static let interfaceStatistics: UInt32 = 5
  /// A packet.
  static let enhancedPacket: UInt32 = 6
  /// An entry of systemd's journal, in its export format.
  static let journalExport: UInt32 = 9

  /// What a program defines that its enterprise number names; copied with the file.
  static let custom: UInt32 = 0xBAD

  /// What a section header has behind its length: the byte order of the section.
  static let byteOrderMagic: UInt32 = 0x1A2B_3C4D
  /// Bytes of type, length and the length again at the end, which every block has.
  static let frame = 12
}

/// Options of the blocks that ipcdump writes (draft-ietf-opsawg-pcapng, sections 3.5 and 4).
enum OptionCode {
  static let end: UInt16 = 0
  static let comment: UInt16 = 1
  /// Bytes for a program that its enterprise number names; copied with the file.
  static let customBytes: UInt16 = 2989

  // Of the section header.
  static let system: UInt16 = 3
  static let application: UInt16 = 4

  // Of an interface.
  static let interfaceName: UInt16 = 2
  static let interfaceDescription: UInt16 = 3
  static let timeResolution: UInt16 = 9

  // Of a packet.
  static let dropCount: UInt16 = 4
  static let packetID: UInt16 = 5
  static let processAndThread: UInt16 = 8

  // Of statistics.
  static let startTime: UInt16 = 2
  static let endTime: UInt16 = 3
  static let received: UInt16 = 4
  static let dropped: UInt16 = 5

  /// Enterprise number of ipcdump's own options.
  ///
  /// ipcdump has none of its own yet. The greatest is reserved in IANA's registry (RFC 9371), so nobody else has it, and
  /// what a section begins with says whose it is (``CaptureSchema``).
  static let enterprise: UInt32 = 0xFFFF_FFFF
  /// Most bytes that one option takes here; its length has 16 bits and must still be padded.
  static let limit = 60_000
}

/// Records of a block with names (draft-ietf-opsawg-pcapng, section 4.5).
enum NameRecord {
  static let end: UInt16 = 0
  static let version4: UInt16 = 1
}

/// What is in a custom block of Wireshark's that describes a process.
enum ProcessInformation {
  /// The Wireshark Foundation's number (RFC 9371).
  static let enterprise: UInt32 = 32622
  /// Type of the entry.
  static let entry: UInt32 = 3
  /// Option that is the process's name.
  static let name: UInt16 = 2
}

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

// MARK: - Writing

extension OutputBuffer {
  /// Appends the contents of another buffer.
  mutating func append(contentsOf other: borrowing OutputBuffer) {
    other.withBytes { append($0) }
  }

  /// Appends zeros behind `length` bytes, up to the next multiple of 4.
  mutating func appendPadding(after length: Int) {
    append(upTo: 4) { place in
      UnsafeMutableRawPointer(place).storeBytes(of: 0, as: UInt32.self)
      return -length & 3
    }
  }

  /// Sets an integer for which there was room left, in the byte order that its memory has.
  @inline(__always)
  mutating func set(integer value: some FixedWidthInteger & BitwiseCopyable, at position: Int) {
    replace(at: position, by: value)
  }

  /// Begins a block: what is appended up to the call of ``endBlock(at:)`` is in it.
  ///
  /// - Returns: Where it begins.
  mutating func beginBlock(_ type: UInt32) -> Int {
    append(integer: type)
    // Its length, which is known at its end.
    append(integer: UInt32(0))
    return count - 8
  }

  /// Ends the block that begins at a position.
  mutating func endBlock(at start: Int) {
    appendPadding(after: count - start)
    let length = UInt32(count - start + 4)
    append(integer: length)
    set(integer: length, at: start + 4)
  }

  /// Appends an option of a block.
  mutating func appendOption(_ code: UInt16, _ value: UnsafeRawBufferPointer) {
    append(integer: code)
    append(integer: UInt16(value.count))
    append(value)
    appendPadding(after: value.count)
  }

  /// Appends an option that is a text.
  mutating func appendOption(_ code: UInt16, text: String) {
    var text = text
    text.withUTF8 { appendOption(code, UnsafeRawBufferPointer($0)) }
  }

  /// Appends an option of 64 bits.
  mutating func appendOption(_ code: UInt16, number: UInt64) {
    append(integer: code)
    append(integer: UInt16(8))
    append(integer: number)
  }

  /// Appends bytes of ipcdump's own as options, as many as they need.
  mutating func appendOwnOptions(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count <= OptionCode.limit { return appendOwnOption(bytes) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(OptionCode.limit)
      appendOwnOption(UnsafeRawBufferPointer(rebasing: part))
      rest = rest.dropFirst(part.count)
    }
  }

  @inline(__always)
  private mutating func appendOwnOption(_ bytes: UnsafeRawBufferPointer) {
    append(integer: OptionCode.customBytes)
    append(integer: UInt16(bytes.count + 4))
    append(integer: OptionCode.enterprise)
    append(bytes)
    appendPadding(after: bytes.count)
  }

  /// Appends what ends the options of a block.
  mutating func appendEndOfOptions() {
    append(integer: UInt32(OptionCode.end))
  }
}

/// The next multiple of 4, to which pcapng pads everything.
func padded(_ length: Int) -> Int { (length + 3) & ~3 }
