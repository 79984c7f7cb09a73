import ByteOutput
import IPCWaits

extension ChannelList {
  /// Appends one JSON object a line for each descriptor. Keys never change; new ones are added behind.
  public func appendJSON(to output: inout OutputBuffer) {
    for row in rows {
      var json = JSONWriter(output)
      json.append(row)
      json.output.append("\n")
      output = json.finish()
    }
  }
}

extension JSONWriter {
  fileprivate mutating func append(_ row: ChannelList.Row) {
    beginObject()
    field("pid", Int64(row.pid))
    field("comm", text: row.name)
    field("fd", Int64(row.descriptor))
    field("access", text: row.access)
    field("type", text: row.type.rawValue)
    if let channel = row.channel { field("channel", text: channel) }
    if let path = row.path { field("path", text: path) }
    field("unread", ifKnown: row.unread)
    field("capacity", ifKnown: row.capacity)
    field("sent_unread", ifKnown: row.farUnread)
    key("ends")
    beginArray()
    for end in row.ends {
      beginObject()
      field("pid", Int64(end.pid))
      field("comm", text: end.name)
      field("fd", Int64(end.descriptor))
      endObject()
    }
    endArray()
    if row.far != .here { field("end", text: row.far.rawValue) }
    if !row.waiters.isEmpty { append(row.waiters) }
    endObject()
  }

  private mutating func append(_ waiters: [ChannelList.Waiter]) {
    key("waits")
    beginArray()
    for waiter in waiters {
      beginObject()
      field("tid", Int64(waiter.tid))
      field("call", text: waiter.call.rawValue)
      field("waiting_ns", ifKnown: waiter.duration)
      endObject()
    }
    endArray()
  }
}

extension ChannelList.Row {
  /// What it was opened for: `r`, `w`, `rw`.
  var access: String { (canRead ? "r" : "") + (canWrite ? "w" : "") }

  /// What the channel is called if that is a path, or an abstract name.
  var path: String? { channel.flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil } }
}
