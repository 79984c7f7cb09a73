import RecordLayout

extension UnsafeRawBufferPointer {
  /// Reads the struct that a record begins with.
  ///
  /// - Returns: The struct, and the bytes behind it, valid as long as the record; nil if it is cut.
  func record<Layout: BitwiseCopyable>(_ layout: Layout.Type) -> (raw: Layout, rest: UnsafeRawBufferPointer)?
  {
    let size = MemoryLayout<Layout>.size
    guard count >= size else { return nil }
    return (loadUnaligned(as: layout), UnsafeRawBufferPointer(rebasing: self[size...]))
  }

  /// The first bytes, as many as a record says, or as there are.
  func first(_ count: UInt32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: prefix(Int(count)))
  }
}

extension ipc_header {
  func has(_ flag: ipc_flags) -> Bool { flags & UInt8(flag.rawValue) != 0 }
}

extension ipc_transfer {
  /// The channel or direction; its address is 0 if the sender of a message is not known.
  var key: ChannelKey { ChannelKey(address: channel, identity: identity) }
  /// Bytes moved, or asked for; no call moves more than MAX_RW_COUNT (include/linux/fs.h), whatever it asks for.
  var moved: Int { Int(min(count, 0x7FFF_F000)) }
  /// Bytes that follow the record: never more than were moved.
  func captured(of rest: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    rest.first(UInt32(min(UInt64(captured), count)))
  }
}
