import ByteOutput
import IPCFormats
import IPCModel

/// Events to show, with the texts that they refer to, at 2026-11-20 15:04:05.123456789 UTC.
struct Scene: ~Copyable {
  static let second: Int64 = 1_795_187_045
  static let time: UInt64 = 50_123_456_789
  static let sh = Endpoint(pid: 4321, tid: 4321, comm: Comm("sh"))
  static let cat = Endpoint(pid: 4322, tid: 4323, comm: Comm("cat"))
  /// A thread with a name of its own.
  static let logger = Endpoint(
    pid: 1234, tid: 1236, comm: Comm("rsyslogd"), thread: Comm("in:imuxsock"))
  static let utc = TimeZoneOffset(secondsEast: 0)

  var texts = TextTable()

  static func clock(zone: TimeZoneOffset = utc, start: UInt64 = 50_000_000_000) -> WallClock {
    WallClock(offset: (second - 50) * 1_000_000_000, start: start, zone: zone)
  }

  static func options(
    byteLimit: Int? = nil, time: TimeStyle = .wall, zone: TimeZoneOffset = utc, color: Bool = false,
    contents: ContentStyle = .hexDump, details: EndDetails = []
  ) -> FormatOptions {
    FormatOptions(
      byteLimit: byteLimit, timeStyle: time, clock: clock(zone: zone), color: color, contentStyle: contents,
      details: details)
  }

  /// A transfer by descriptors between processes of which something is known.
  mutating func described() -> Event {
    var (source, destination) = (Scene.sh, Scene.cat)
    (source.image, source.descriptor) = (7, 1)
    (destination.image, destination.descriptor) = (8, 0)
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    texts.processes.add(
      ProcessDescription(
        executable: bytes("/usr/bin/dash"), arguments: bytes(#"sh -c echo "a", > b"#),
        directory: bytes("/tmp"),
        user: bytes("root")), for: KnownProcesses.Image(pid: source.pid, image: 7))
    texts.processes.add(
      ProcessDescription(
        executable: bytes("/usr/bin/cat"), container: bytes("0123456789ab"), namespacePid: 7),
      for: KnownProcesses.Image(pid: destination.pid, image: 8))
    return pipe(from: source, to: destination)
  }

  mutating func pipe(
    named name: some Sequence<UInt8> = "<anonymous>".utf8, inode: UInt64 = 123, count: UInt64 = 6,
    from source: Endpoint = sh, to destination: Endpoint = cat, traits: Event.Traits = []
  ) -> Event {
    var event = Event(
      time: Scene.time, kind: .pipe, source: source, destination: destination, count: count, traits: traits)
    event.set(Kind.Pipe.name, to: texts.add(name))
    event.set(Kind.Pipe.inode, to: inode)
    event.set(Kind.Pipe.count, to: count)
    return event
  }

  /// A transfer of 6 bytes of which some could not be had.
  mutating func incomplete(because reason: StaticString, traits: Event.Traits = []) -> Event {
    var event = pipe(traits: traits)
    event.set(Kind.Pipe.bytesMissing, to: texts.add(reason.description))
    return event
  }

  /// The write end of a pipe, closed.
  mutating func closed() -> Event {
    var event = Event(time: Scene.time, kind: .pipe, source: Scene.sh, destination: Scene.cat, count: 0)
    event.set(Kind.Pipe.name, to: texts.add("<anonymous>"))
    event.set(Kind.Pipe.inode, to: 123)
    if let fields = Kind.pipe.row.lifecycle {
      event.set(fields.operation, to: texts.add("close"))
      event.set(fields.way, to: texts.add("write"))
    }
    return event
  }

  /// `ls` and a newline, typed into `pts/3`.
  mutating func typing() -> Event {
    var event = Event(time: Scene.time, kind: .pty, source: Scene.sh, destination: Scene.cat, count: 3)
    event.set(Kind.Terminal.name, to: texts.add("pts/3"))
    event.set(Kind.Terminal.session, to: 4300)
    event.set(Kind.Terminal.count, to: 3)
    event.set(Kind.Terminal.direction, to: texts.add("input"))
    return event
  }

  /// SIGRTMIN+3 with a value, and no fields about who was meant and what became of it.
  mutating func signal(value: Int64 = -7) -> Event {
    var event = Event(time: Scene.time, kind: .signal, source: Scene.sh, destination: Scene.cat, count: 0)
    event.set(Kind.Signal.number, to: 37)
    event.set(Kind.Signal.name, to: texts.add("SIGRTMIN+3"))
    event.set(Kind.Signal.code, to: texts.add("SI_QUEUE"))
    event.set(Kind.Signal.value, to: value)
    return event
  }

  func show(
    _ event: Event, as format: (some EventFormat).Type, content: [UInt8]? = nil,
    options: FormatOptions = options()
  ) -> String {
    var format = format.init(options)
    return show(event, by: &format, content: content)
  }

  func show(_ event: Event, by format: inout some EventFormat, content: [UInt8]? = nil) -> String {
    var output = OutputBuffer(capacity: 1)
    if let content {
      content.withUnsafeBytes { format.append(event, content: $0, texts: texts, to: &output) }
    } else {
      format.append(event, content: nil, texts: texts, to: &output)
    }
    return string(of: output)
  }
}

/// Shows a loss at the time of the scene.
func show(
  lossOf count: UInt64, _ kind: Kind?, bytes: UInt64, as format: (some EventFormat).Type,
  options: FormatOptions = Scene.options()
) -> String {
  var format = format.init(options)
  var output = OutputBuffer(capacity: 1)
  format.append(Loss(kind: kind, count: count, bytes: bytes, time: Scene.time), to: &output)
  return string(of: output)
}

/// What is in a buffer; every format must give valid UTF-8, so that a line breaks nothing downstream.
func string(of output: borrowing OutputBuffer) -> String {
  output.withBytes { String(validating: $0, as: UTF8.self) } ?? "invalid UTF-8 in the output"
}

/// What `body` appends to an empty buffer.
func written(_ body: (inout OutputBuffer) -> Void) -> String {
  var output = OutputBuffer(capacity: 1)
  body(&output)
  return string(of: output)
}
