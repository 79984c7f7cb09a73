import ByteOutput
import IPCModel
import IPCTraffic

extension TrafficReport {
  /// Appends a summary as one JSON object in one line. Keys never change; new ones are added behind.
  ///
  /// - Parameters:
  ///   - verdicts: What will never end; nil if nobody has looked.
  ///   - output: Where to.
  public func appendJSON(_ verdicts: WaitVerdicts? = nil, to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.beginObject()
    json.field("duration_ns", duration)
    json.field("events", events)
    json.field("bytes", bytes)
    json.field("lost", lost)
    json.key("edges")
    json.beginArray()
    for conversation in conversations { append(conversation, to: &json) }
    json.endArray()
    json.key("others")
    json.beginObject()
    json.field("edges", others.conversations)
    json.field("messages", others.messages)
    json.field("bytes", others.bytes)
    json.field("folded_edges", folded)
    json.endObject()
    json.key("blocked")
    if let blocked {
      json.beginArray()
      for thread in blocked {
        for wait in thread.waits { append(wait, of: thread, to: &json) }
      }
      json.endArray()
    } else {
      json.null()
    }
    verdicts?.append(to: &json)
    if connections > 0 {
      json.field("connections", connections)
      json.field("silent_connections", silentConnections)
    }
    if !sharedObjects.isEmpty { append(sharedObjects, to: &json) }
    json.endObject()
    output = json.finish()
    output.append("\n")
  }

  private func append(_ objects: [SharedObject], to json: inout JSONWriter) {
    json.key("shared_memory")
    json.beginArray()
    for object in objects {
      json.beginObject()
      object.name.withUnsafeBufferPointer { json.field("object", $0) }
      json.field("size", object.size)
      json.key("mappers")
      json.beginArray()
      for mapper in object.mappers {
        json.beginObject()
        json.field("pid", Int64(mapper.pid))
        json.field("comm", mapper.comm)
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
  }

  private func append(_ conversation: Conversation, to json: inout JSONWriter) {
    json.beginObject()
    json.envelope(of: conversation.kind, from: conversation.source, to: conversation.destination)
    conversation.channel.withUnsafeBufferPointer { json.field("channel", $0) }
    json.field("messages", conversation.messages)
    json.field("bytes", conversation.bytes)
    json.field("bytes_per_second", rate(of: conversation.bytes))
    json.field("delay_median_ns", conversation.delays.quantile(permille: 500))
    json.field("delay_p99_ns", conversation.delays.quantile(permille: 990))
    json.field("unread", unread(of: conversation))
    if !conversation.isDelivered { json.field("delivered", false) }
    json.endObject()
  }

  private func append(_ wait: BlockedThread.Wait, of thread: BlockedThread, to json: inout JSONWriter) {
    json.beginObject()
    json.field("pid", Int64(thread.thread.pid))
    json.field("tid", Int64(thread.thread.tid))
    json.field("comm", thread.thread.comm)
    json.field("operation", wait.operation == .read ? "read" as StaticString : "write")
    json.field("type", wait.kind.row.name)
    channel(of: wait).withUnsafeBufferPointer { json.field("channel", $0) }
    json.field("waiting_ns", thread.duration)
    json.field("unread", unread(at: wait))
    json.key("waits_for")
    if let others = wait.others {
      json.beginArray()
      for process in others {
        json.beginObject()
        json.field("pid", Int64(process.pid))
        json.field("comm", process.comm)
        json.endObject()
      }
      json.endArray()
    } else {
      json.null()
    }
    json.field("call", thread.isPolling ? "poll" as StaticString : "transfer")
    json.field("among", UInt64(thread.waits.count + thread.otherCount))
    if let name = thread.thread.ownThread { json.field("thread", name) }
    json.endObject()
  }
}
