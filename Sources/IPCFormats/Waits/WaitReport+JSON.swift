import ByteOutput
import IPCWaits

extension WaitReport {
  /// Appends the report as one JSON object in a line.
  ///
  /// - Parameters:
  ///   - clock: What turns times into those of people.
  ///   - onlyStuck: Whether waits that can still end are left out.
  ///   - output: Where to.
  public func appendJSON(clock: WallClock, onlyStuck: Bool = false, to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.beginObject()
    json.key("time")
    json.beginString()
    var times = TimestampWriter(.rfc3339, clock: clock)
    times.append(time, to: &json.output)
    json.endString()
    json.list("waits", onlyStuck ? part.waits.filter(\.isStuck) : part.waits) { $0.append($1) }
    verdicts.append(to: &json)
    json.list("unknown", onlyStuck ? [] : part.unknown) { $0.append($1) }
    json.field("unseen_processes", UInt64(graph.snapshot.unseenProcesses))
    json.endObject()
    json.output.append("\n")
    output = json.finish()
  }

  /// What will never end, and what seems to have been forgotten.
  public var verdicts: WaitVerdicts { WaitVerdicts(deadlocks: part.deadlocks, leaks: part.leaks) }
}

/// What will never end, and what seems to have been forgotten.
public struct WaitVerdicts: Sendable, Decodable {
  let deadlocks: [Deadlock]
  let leaks: [Leak]

  /// Takes them.
  public init(deadlocks: [Deadlock], leaks: [Leak]) {
    self.deadlocks = deadlocks
    self.leaks = leaks
  }

  /// Appends them as two keys of an object.
  package func append(to json: inout JSONWriter) {
    json.list("deadlocks", deadlocks) { $0.append($1) }
    json.list("leaks", leaks) { $0.append($1) }
  }
}

extension JSONWriter {
  fileprivate mutating func list<Element>(
    _ key: StaticString, _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    self.key(key)
    beginArray()
    for element in elements { write(&self, element) }
    endArray()
  }

  mutating func field(_ key: StaticString, text: String) {
    self.key(key)
    value(text: text)
  }

  mutating func field(_ key: StaticString, ifKnown number: (some BinaryInteger)?) {
    if let number { field(key, Int64(clamping: number)) }
  }

  private mutating func thread(_ pid: Int32, _ tid: Int32, _ name: String, _ duration: UInt64?) {
    field("pid", Int64(pid))
    field("tid", Int64(tid))
    field("comm", text: name)
    field("waiting_ns", duration)
  }

  fileprivate mutating func append(_ wait: ThreadWait) {
    beginObject()
    thread(wait.pid, wait.tid, wait.name, wait.duration)
    field("call", text: wait.call.rawValue)
    field("mode", text: wait.mode.rawValue)
    list("on", wait.targets) { $0.append($1) }
    endObject()
  }

  private mutating func append(_ target: WaitTarget) {
    beginObject()
    field("type", text: target.type.rawValue)
    if let channel = target.channel { field("channel", text: channel) }
    field("fd", ifKnown: target.descriptor)
    field("unread", ifKnown: target.unread)
    field("capacity", ifKnown: target.capacity)
    list("by", target.enders) { json, ender in
      json.beginObject()
      json.field("pid", Int64(ender.pid))
      json.field("comm", text: ender.name)
      json.field("tid", ifKnown: ender.tid)
      json.field("fd", ifKnown: ender.descriptor)
      json.field("does", text: ender.deed.rawValue)
      json.endObject()
    }
    field("external", target.isExternal)
    endObject()
  }

  fileprivate mutating func append(_ deadlock: Deadlock) {
    beginObject()
    list("pids", deadlock.pids) { $0.value(Int64($1)) }
    list("threads", deadlock.threads) { $0.value(Int64($1)) }
    field("kind", text: deadlock.shape.rawValue)
    field("reason", text: deadlock.reason)
    list("blocked", deadlock.blocked) { $0.value(Int64($1)) }
    endObject()
  }

  fileprivate mutating func append(_ leak: Leak) {
    beginObject()
    field("channel", text: leak.channel)
    key("reader")
    append(leak.reader)
    list("holders", leak.holders) { $0.append($1) }
    endObject()
  }

  private mutating func append(_ holder: Leak.Holder) {
    beginObject()
    field("pid", Int64(holder.pid))
    field("comm", text: holder.name)
    field("fd", Int64(holder.descriptor))
    endObject()
  }

  fileprivate mutating func append(_ wait: UnknownWait) {
    beginObject()
    thread(wait.pid, wait.tid, wait.name, wait.duration)
    field("call", text: wait.call.rawValue)
    field("wchan", text: wait.function)
    endObject()
  }
}
