/// Types of blocks in a pcapng file that ipcdump writes or looks into (draft-ietf-opsawg-pcapng, section 4).
enum BlockType {
  /// Begins a section, and says in which byte order it is. Reads the same in both.
  static let sectionHeader: UInt32 = 0x0A0D_0D0A
  /// Describes where packets come from.
  static let interfaceDescription: UInt32 = 1
  /// Counts of an interface.
  static let interfaceStatistics: UInt32 = 5
  /// A packet.
  static let enhancedPacket: UInt32 = 6
  /// An entry of systemd's journal, in its export format.
  static let journalExport: UInt32 = 9

  /// What a section header holds behind its length: the byte order of the section.
  static let byteOrderMagic: UInt32 = 0x1A2B_3C4D
  /// Bytes of type, length and the length again at the end, which every block has.
  static let frame = 12
}
