import IPCModel
import RecordLayout

/// A terminal's transfer record and the bytes behind it.
struct TerminalTransfer {
  /// The record as the kernel wrote it.
  let raw: ipc_terminal
  /// First contents of a write; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Reads a record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    let size = MemoryLayout<ipc_terminal>.size
    guard record.count >= size else { return nil }
    raw = record.loadUnaligned(as: ipc_terminal.self)
    captured = UnsafeRawBufferPointer(rebasing: record[size...].prefix(Int(raw.transfer.captured)))
  }

  var header: ipc_header { raw.transfer.header }
  var key: ChannelKey { ChannelKey(address: raw.transfer.channel, inode: raw.transfer.inode) }
  var name: TerminalName { TerminalName(raw.name) }
  var isOutput: Bool { raw.is_output != 0 }
  func has(_ flag: ipc_flags) -> Bool { header.flags & UInt8(flag.rawValue) != 0 }

  /// Who would get what is typed: the leader of the foreground process group, or another member.
  var foreground: Endpoint {
    if raw.foreground == 0 { return .unknown }
    return Endpoint(tgid: raw.foreground, tid: raw.foreground, comm: raw.foreground_comm)
  }

  /// The bytes that are to be captured; no call moves more than MAX_RW_COUNT (include/linux/fs.h).
  func wanted(limit: UInt64) -> Int { Int(min(raw.transfer.count, limit, 0x7FFF_F000)) }
}
