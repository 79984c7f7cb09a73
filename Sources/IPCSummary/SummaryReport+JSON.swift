import ByteOutput
import IPCModel

extension SummaryReport {
  /// Appends the summary as one JSON object in one line. Keys never change; new ones are added behind.
  public func appendJSON(to output: inout OutputBuffer) {
    output.append(#"{"duration_ns":"#)
    output.appendDecimal(duration)
    output.append(#","events":"#)
    output.appendDecimal(events)
    output.append(#","bytes":"#)
    output.appendDecimal(bytes)
    output.append(#","lost":"#)
    output.appendDecimal(lost)
    output.append(#","edges":["#)
    for index in edges.indices {
      if index > 0 { output.append(",") }
      append(edges[index], to: &output)
    }
    output.append(#"],"others":{"edges":"#)
    output.appendDecimal(others.edges)
    output.append(#","messages":"#)
    output.appendDecimal(others.messages)
    output.append(#","bytes":"#)
    output.appendDecimal(others.bytes)
    output.append(#","folded_edges":"#)
    output.appendDecimal(folded)
    output.append(#"},"blocked":"#)
    if let blocked {
      output.append("[")
      var isFirst = true
      for thread in blocked {
        for wait in thread.waits {
          if !isFirst { output.append(",") }
          isFirst = false
          append(wait, of: thread, to: &output)
        }
      }
      output.append("]")
    } else {
      output.append("null")
    }
    output.append("}\n")
  }

  private func append(_ edge: Edge, to output: inout OutputBuffer) {
    output.append(#"{"src_pid":"#)
    output.appendDecimal(Int64(edge.source.pid))
    output.append(#","src_comm":"#)
    edge.source.comm.withBytes { output.appendJSONString($0) }
    output.append(#","dst_pid":"#)
    output.appendDecimal(Int64(edge.destination.pid))
    output.append(#","dst_comm":"#)
    edge.destination.comm.withBytes { output.appendJSONString($0) }
    output.append(#","type":""#)
    output.append(edge.kind.row.name)
    output.append(#"","channel":"#)
    edge.channel.withUnsafeBufferPointer { output.appendJSONString($0) }
    output.append(#","messages":"#)
    output.appendDecimal(edge.messages)
    output.append(#","bytes":"#)
    output.appendDecimal(edge.bytes)
    output.append(#","bytes_per_second":"#)
    append(rate(of: edge.bytes), to: &output)
    output.append(#","delay_median_ns":"#)
    append(edge.delays.quantile(permille: 500), to: &output)
    output.append(#","delay_p99_ns":"#)
    append(edge.delays.quantile(permille: 990), to: &output)
    output.append(#","unread":"#)
    append(unread(of: edge), to: &output)
    if !edge.isDelivered { output.append(#","delivered":false"#) }
    output.append("}")
  }

  private func append(_ wait: BlockedThread.Wait, of thread: BlockedThread, to output: inout OutputBuffer) {
    output.append(#"{"pid":"#)
    output.appendDecimal(Int64(thread.thread.pid))
    output.append(#","tid":"#)
    output.appendDecimal(Int64(thread.thread.tid))
    output.append(#","comm":"#)
    thread.thread.comm.withBytes { output.appendJSONString($0) }
    output.append(wait.operation == .read ? #","operation":"read""# : #","operation":"write""#)
    output.append(#","type":""#)
    output.append(wait.kind.row.name)
    output.append(#"","channel":"#)
    channel(of: wait).withUnsafeBufferPointer { output.appendJSONString($0) }
    output.append(#","waiting_ns":"#)
    append(thread.duration, to: &output)
    output.append(#","unread":"#)
    append(unread(at: wait), to: &output)
    output.append(#","waits_for":"#)
    append(wait.others, to: &output)
    output.append(thread.isPolling ? #","call":"poll","among":"# : #","call":"transfer","among":"#)
    output.appendDecimal(UInt64(thread.waits.count + thread.otherCount))
    output.append("}")
  }

  private func append(_ processes: [Endpoint]?, to output: inout OutputBuffer) {
    guard let processes else { return output.append("null") }
    output.append("[")
    for index in processes.indices {
      if index > 0 { output.append(",") }
      output.append(#"{"pid":"#)
      output.appendDecimal(Int64(processes[index].pid))
      output.append(#","comm":"#)
      processes[index].comm.withBytes { output.appendJSONString($0) }
      output.append("}")
    }
    output.append("]")
  }

  private func append(_ value: UInt64?, to output: inout OutputBuffer) {
    if let value { output.appendDecimal(value) } else { output.append("null") }
  }
}
