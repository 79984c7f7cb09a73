import RecordLayout
import TestSupport

/// Makes records bad in the ways in which a record can be.
struct RecordMutation {
  var random: SeededRandom
  let alphabet: Alphabet
  /// Whether what a record is may change too, so that parts of structs pass for contents.
  let changesTypes: Bool

  private static let extremes: [UInt64] = [
    0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 40,
    UInt64(Int64.max), 1 << 63, .max - 1, .max,
  ]

  mutating func apply(to record: inout [UInt8]) {
    let size = min(Self.size(of: record), record.count)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: record.removeLast(Int.random(in: 0...record.count, using: &random))
    case 1: record += alphabet.text(Int.random(in: 0...200, using: &random))
    case 2, 3:
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<size, using: &random)
        if mayChange(index..<index + 1) { record[index] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      }
    default:
      let width = [1, 2, 4, 4, 8, 8][Int.random(in: 0..<6, using: &random)]
      let start = Int.random(in: 0..<max(1, size / width), using: &random) * width
      let value = Self.extremes[Int.random(in: 0..<Self.extremes.count, using: &random)]
      guard mayChange(start..<start + width), start + width <= record.count else { return }
      for index in 0..<width { record[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
  }

  /// Where the header has its type and its kind.
  private static let place = (
    type: MemoryLayout<ipc_header>.offset(of: \.type) ?? 0,
    kind: MemoryLayout<ipc_header>.offset(of: \.kind) ?? 0
  )

  /// `type` and `kind` of the header decide what is a struct and what are contents.
  private func mayChange(_ range: Range<Int>) -> Bool {
    changesTypes || !range.overlaps(Self.place.type...Self.place.kind)
  }

  /// Bytes of a record that are not contents.
  private static func size(of record: [UInt8]) -> Int {
    guard record.count > place.kind else { return max(record.count, 1) }
    switch (UInt32(record[place.type]), UInt32(record[place.kind])) {
    case (IPC_RECORD_CONTENT.rawValue, _): return MemoryLayout<ipc_content>.size
    case (IPC_RECORD_CHANNEL.rawValue, _): return MemoryLayout<ipc_channel>.size
    case (IPC_RECORD_BACKLOG.rawValue, _): return MemoryLayout<ipc_backlog>.size
    case (IPC_RECORD_SIGNAL.rawValue, _): return MemoryLayout<ipc_signal>.size
    case (IPC_RECORD_LIFE.rawValue, _): return MemoryLayout<ipc_life>.size
    case (IPC_RECORD_PASSED.rawValue, _): return MemoryLayout<ipc_passed>.size
    case (IPC_RECORD_ACCESS.rawValue, _): return MemoryLayout<ipc_access>.size
    case (IPC_RECORD_TAKEN.rawValue, _): return MemoryLayout<ipc_taken>.size
    case (IPC_RECORD_WOKEN.rawValue, _): return MemoryLayout<ipc_woken>.size
    case (IPC_RECORD_MAPPED.rawValue, _): return MemoryLayout<ipc_mapped>.size
    case (IPC_RECORD_SPACE.rawValue, _): return MemoryLayout<ipc_space>.size
    case (IPC_RECORD_RELEASED.rawValue, _): return MemoryLayout<ipc_released>.size
    case (_, IPC_KIND_EVENTFD.rawValue): return MemoryLayout<ipc_counter>.size
    case (_, IPC_KIND_MQUEUE.rawValue), (_, IPC_KIND_SYSV_MSG.rawValue): return MemoryLayout<ipc_queued>.size
    case (_, IPC_KIND_PIPE.rawValue): return MemoryLayout<ipc_transfer>.size
    case (_, IPC_KIND_PTY.rawValue): return MemoryLayout<ipc_terminal>.size
    default: return MemoryLayout<ipc_socket>.size
    }
  }
}
