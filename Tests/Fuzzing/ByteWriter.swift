/// Puts numbers into bytes, the lowest first.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ number: UInt64) {
    for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }

  mutating func append(short number: Int) {
    bytes += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
  }

  mutating func append(_ channels: [FuzzChannel]) {
    bytes.append(UInt8(clamping: channels.count))
    for channel in channels.prefix(255) {
      append(channel.address)
      append(channel.inode)
      append(UInt64(bitPattern: Int64(channel.pid)))
      let flags: [UInt8] = [
        channel.isWritable ? 1 : 0, channel.isReadable ? 2 : 0, channel.unread == nil ? 0 : 4,
      ]
      bytes.append(flags.reduce(0, |))
      if let unread = channel.unread { append(unread) }
    }
  }
}
