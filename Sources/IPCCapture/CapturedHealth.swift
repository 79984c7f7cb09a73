import ByteOutput
import IPCFormats

/// How the ipcdump that writes a capture fares, as it is told in the capture every second.
public struct CapturedHealth: Sendable, Equatable {
  /// When it was told, in nanoseconds of `CLOCK_MONOTONIC`.
  public var time: UInt64
  /// Most bytes that have waited in the ring between kernel and ipcdump since the last time.
  public var ringBytes: UInt64
  /// Bytes that the ring has room for.
  public var ringSize: UInt64
  /// CPU time that ipcdump has taken, in nanoseconds.
  public var cpuTime: UInt64
  /// Resident memory of ipcdump, in bytes.
  public var memory: UInt64

  /// Takes what was measured.
  public init(time: UInt64, ringBytes: UInt64, ringSize: UInt64, cpuTime: UInt64, memory: UInt64) {
    self.time = time
    self.ringBytes = ringBytes
    self.ringSize = ringSize
    self.cpuTime = cpuTime
    self.memory = memory
  }
}

extension CapturedHealth {
  private static let version: UInt8 = 1

  /// Reads what ``append(to:)`` has written; nil if that was a later version's.
  init?(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var cursor = ByteCursor(bytes)
    guard try cursor.byte() == Self.version else { return nil }
    time = UInt64(littleEndian: try cursor.integer(UInt64.self))
    ringBytes = try cursor.varint()
    ringSize = try cursor.varint()
    cpuTime = try cursor.varint()
    memory = try cursor.varint()
  }

  func append(to output: inout OutputBuffer) {
    output.append(Self.version)
    output.append(integer: time.littleEndian)
    for number in [ringBytes, ringSize, cpuTime, memory] { output.appendVarint(number) }
  }
}

extension CaptureWriter {
  /// Appends how ipcdump fares, as an entry of the journal, which earlier versions take for somebody else's.
  public mutating func append(_ health: CapturedHealth, offset: Int64, to output: inout OutputBuffer) {
    record.removeAll()
    health.append(to: &record)
    appendOwnEntry(at: health.time, offset: offset, JournalEntry.healthField, to: &output) { output in
      output.append("ring ")
      output.appendDecimal(health.ringBytes)
      output.append(" of ")
      output.appendDecimal(health.ringSize)
      output.append(" bytes, CPU ")
      output.appendDecimal(health.cpuTime / 1_000_000)
      output.append(" ms, memory ")
      output.appendDecimal(health.memory)
      output.append(" bytes")
    }
  }
}
