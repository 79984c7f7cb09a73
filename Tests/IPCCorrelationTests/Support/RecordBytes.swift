import RecordLayout

/// Makes the bytes of records (records.h).
enum RecordBytes {
  static func header(
    _ type: ipc_record_type, _ kind: ipc_kind, by party: Party, time: UInt64, lost: UInt32,
    flags: [ipc_flags] = []
  ) -> ipc_header {
    var header = ipc_header()
    header.time = time
    header.tgid = party.pid
    header.tid = party.tid
    set(&header.comm, to: party.process ?? party.name)
    set(&header.thread, to: party.name)
    header.image = party.image
    header.type = UInt16(type.rawValue)
    header.kind = UInt8(kind.rawValue)
    let scope = party.isInScope ? [IPC_FLAG_IN_SCOPE] : []
    header.flags = (flags + scope).reduce(0) { $0 | UInt8($1.rawValue) }
    header.lost = lost
    return header
  }

  /// Fills a `char[16]`; at least the last byte stays 0.
  static func set<Text: BitwiseCopyable>(_ comm: inout Text, to name: String) {
    withUnsafeMutableBytes(of: &comm) { $0.copyBytes(from: name.utf8.prefix($0.count - 1)) }
  }

  /// A struct and what follows it.
  static func bytes(_ record: some BitwiseCopyable, then tail: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: record) { Array($0) } + tail
  }

  /// Puts another value into a field of a record's struct.
  static func set<Layout: BitwiseCopyable, Value>(
    _ field: WritableKeyPath<Layout, Value>, to value: Value, in record: inout [UInt8]
  ) {
    // Members of unions have no offset that a key path would tell.
    record.withUnsafeMutableBytes { bytes in
      var layout = bytes.loadUnaligned(as: Layout.self)
      layout[keyPath: field] = value
      bytes.storeBytes(of: layout, as: Layout.self)
    }
  }

  /// What the kernel sends of a write to recognise it by: first and last bytes.
  static func fingerprint(of bytes: [UInt8]) -> (captured: [UInt8], suffix: Int) {
    let prefix = Int(IPC_PREFIX_LIMIT), suffix = Int(IPC_SUFFIX_LIMIT)
    if bytes.count <= prefix + suffix { return (bytes, 0) }
    return (bytes.prefix(prefix) + bytes.suffix(suffix), suffix)
  }
}
