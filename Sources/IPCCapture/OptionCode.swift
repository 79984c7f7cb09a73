/// Options of the blocks that ipcdump writes (draft-ietf-opsawg-pcapng, sections 3.5 and 4).
enum OptionCode {
  static let end: UInt16 = 0
  static let comment: UInt16 = 1
  /// Bytes for a program that its enterprise number names; kept when a file is copied.
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
