import ByteOutput
import IPCFormats
import IPCModel
import IPCProtocols
import IPCTraffic

extension Report {
  /// Methods that the page tells apart, those that took most time first.
  private static let methodLimit = 1000

  /// Adds a call, behind the events that carried it.
  public mutating func take(_ call: Call) {
    methods.take(call)
    guard calls.count < limits.calls else {
      omitted.calls += 1
      return
    }
    calls.count += 1
    let (frame, answer) = (call.request.frame, call.response?.frame)
    let start = start ?? call.time
    let request = place(of: frame, frame.transfers)
    let response = place(of: answer, call.responseTransfers)
    var traits: CallColumns.Traits = []
    if call.duration != nil { traits.insert(.timed) }
    if frame.isTruncated || answer?.isTruncated ?? false { traits.insert(.truncated) }
    if frame.traits.hasInferred || answer?.traits.hasInferred ?? false { traits.insert(.inferred) }
    if request == nil || response == nil { traits.insert(.leftOut) }
    calls.columns.append(call, request ?? .init(), response ?? .init()) {
      Double(Int64(bitPattern: $0 &- start))
    }
    calls.columns.client.append(number(of: frame.source))
    calls.columns.server.append(number(of: frame.destination))
    calls.columns.clientComm.append(comm(of: frame.source))
    calls.columns.serverComm.append(comm(of: frame.destination))
    calls.columns.channel.append(call.request.channel.name.withUnsafeBytes { channels.number(of: $0) })
    calls.columns.traits.append(traits.rawValue)
  }

  private mutating func number(of end: Endpoint) -> UInt32 {
    if let number = numbers[end.pid] { return number }
    let number = UInt32(processes.count)
    numbers[end.pid] = number
    processes.append(Process(pid: end.pid, comm: end.comm, description: nil))
    return number
  }

  private mutating func comm(of end: Endpoint) -> UInt32 {
    end.comm.withBytes { comms.number(of: UnsafeRawBufferPointer($0)) }
  }

  /// Finds a place for a message's contents: that of its transfers, if they lie there as they are, else one of their own.
  ///
  /// - Returns: Nil if there is no room.
  private mutating func place(of frame: Frame?, _ transfers: Range<UInt64>) -> CallColumns.Place? {
    guard let content = frame?.content, !content.isEmpty else { return CallColumns.Place() }
    let shown = content.prefix(limits.contentOfEvent)
    return shown.withUnsafeBytes { shown in
      let length = UInt32(shown.count)
      if let found = offset(of: shown, among: transfers) {
        return CallColumns.Place(start: found, length: length)
      }
      let used = columns.contents.bytes.count + calls.columns.contents.bytes.count
      guard used + shown.count <= limits.contents else { return nil }
      let start = calls.columns.contents.bytes.count
      calls.columns.contents.append(contentsOf: shown)
      return CallColumns.Place(start: -1 - start, length: length)
    }
  }

  /// Where bytes stand in the contents of some events, if they do in one piece.
  private func offset(of bytes: UnsafeRawBufferPointer, among transfers: Range<UInt64>) -> Int? {
    guard !transfers.isEmpty, transfers.upperBound <= UInt64(contentStarts.count) else { return nil }
    let start = contentStarts[Int(transfers.lowerBound)]
    // Before its first byte there may be other messages of the same transfer, and nothing else.
    let next = Int(transfers.lowerBound) + 1
    let first = next < contentStarts.count ? contentStarts[next] : columns.contents.bytes.count
    let end = min(first + bytes.count, columns.contents.bytes.count)
    return columns.contents.bytes.withUnsafeBytes { contents in
      var place = start
      while place + bytes.count <= end {
        let rest = contents[place...(end - bytes.count)]
        guard let next = rest.firstIndex(of: bytes[0]) else { return nil }
        if contents[next..<(next + bytes.count)].elementsEqual(bytes) { return next }
        place = next + 1
      }
      return nil
    }
  }

  /// Writes the methods of calls as `--calls --summary` tells them, and what calls share.
  func appendCallFacts(to json: inout JSONWriter) {
    let (rows, others) = methods.report(top: Self.methodLimit)
    beginList("methods", &json)
    for row in rows {
      json.beginArray()
      for end in [row.client, row.server] {
        json.value(Int64(end.pid))
        end.comm.withBytes { json.value($0) }
      }
      json.value(row.protocol)
      row.method.withUnsafeBufferPointer { json.value($0) }
      let figures = [
        row.calls, row.errors, row.durations.quantile(permille: 500), row.durations.quantile(permille: 990),
        row.longest, row.bytes, row.total,
      ]
      for figure in figures { json.value(figure) }
      json.endArray()
    }
    json.endArray()
    json.field("otherCalls", others)
    append("callTexts", calls.columns.texts, to: &json)
    beginList("statuses", &json)
    for status in CallColumns.statuses { json.value(status.word) }
    json.endArray()
  }
}
