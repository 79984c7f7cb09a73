import ByteOutput
import Foundation
import IPCFormats
import IPCModel

/// Events to show, with the texts that they refer to. Its times of day begin at 2026-11-20 16:04:05 at UTC+1.
struct Scene: ~Copyable {
  static let clock = WallClock(
    offset: 1_795_187_045_000_000_000, start: 0, zone: TimeZoneOffset(secondsEast: 3600))
  static let options = FormatOptions(clock: clock)

  static let sh = Endpoint(pid: 4321, tid: 4321, comm: Comm("sh"))
  static let cat = Endpoint(pid: 4322, tid: 4322, comm: Comm("cat"))
  static let wc = Endpoint(pid: 4323, tid: 4324, comm: Comm("wc"))

  /// One of many processes.
  static func process(_ number: Int) -> Endpoint {
    Endpoint(pid: Int32(10_000 + number), tid: Int32(10_000 + number), comm: Comm("worker-\(number)"))
  }

  var texts = TextTable()

  /// Bytes through a pipe or FIFO, at a time in nanoseconds.
  mutating func pipe(
    _ time: UInt64 = 1000, _ source: Endpoint = sh, _ destination: Endpoint = cat,
    named name: String = "<anonymous>",
    inode: UInt64 = 123, count: UInt64 = 6, traits: Event.Traits = []
  ) -> Event {
    pipe(time, source, destination, named: Array(name.utf8), inode: inode, count: count, traits: traits)
  }

  /// Bytes through a FIFO whose path may be any bytes.
  mutating func pipe(
    _ time: UInt64, _ source: Endpoint, _ destination: Endpoint, named name: [UInt8], inode: UInt64 = 123,
    count: UInt64 = 6, traits: Event.Traits = []
  ) -> Event {
    var event = Event(
      time: time, kind: .pipe, source: source, destination: destination, count: count, traits: traits)
    event.set(Kind.Pipe.name, to: texts.add(name))
    event.set(Kind.Pipe.inode, to: inode)
    event.set(Kind.Pipe.count, to: count)
    return event
  }

  /// SIGTERM with the largest value that a signal can carry.
  mutating func signal(_ time: UInt64 = 2000, _ source: Endpoint = sh, _ destination: Endpoint = cat) -> Event
  {
    var event = Event(time: time, kind: .signal, source: source, destination: destination, count: 0)
    event.set(Kind.Signal.number, to: 15)
    event.set(Kind.Signal.name, to: texts.add("SIGTERM"))
    event.set(Kind.Signal.pointer, to: .max)
    return event
  }

  /// Bytes through a TCP connection, from port to port.
  mutating func tcp(
    _ time: UInt64 = 3000, _ source: Endpoint = sh, _ destination: Endpoint = cat, ports: (UInt64, UInt64),
    count: UInt64 = 6
  ) -> Event {
    var event = Event(
      time: time, kind: .loopbackTCP, source: source, destination: destination, count: count)
    event.set(Kind.LoopbackSocket.sourcePort, to: ports.0)
    event.set(Kind.LoopbackSocket.destinationPort, to: ports.1)
    event.set(Kind.LoopbackSocket.count, to: count)
    event.set(Kind.LoopbackSocket.sourceAddress, to: texts.add("127.0.0.1"))
    event.set(Kind.LoopbackSocket.destinationAddress, to: texts.add("127.0.0.2"))
    return event
  }

  /// What a format writes of events without contents, from its header to its footer.
  func show(_ events: [Event], losses: [Loss] = [], as type: (some EventFormat).Type) -> String {
    var format = type.init(Self.options)
    var output = OutputBuffer(capacity: 1)
    format.appendHeader(to: &output)
    for event in events { format.append(event, content: nil, texts: texts, to: &output) }
    for loss in losses { format.append(loss, to: &output) }
    format.appendFooter(to: &output)
    return output.withBytes { String(validating: $0, as: UTF8.self) } ?? "invalid UTF-8 in the output"
  }
}

/// Names that a hostile process might choose.
let nastyTexts: [[UInt8]] = [
  Array("a\"b<script>\n".utf8),
  Array("<script>alert(1)</script>".utf8),
  Array("</script><!--".utf8),
  Array("two\nlines\r\n".utf8),
  Array("\u{1b}[2J\u{7}".utf8),
  Array(#"\N \G \n & &lt; #35;"#.utf8),
  Array("`**markdown**` |\"]) --> end".utf8),
  Array("\u{202e}gnp.exe\u{2066}".utf8),
  Array("line\u{2028}paragraph\u{2029}".utf8),
  Array("grüße 日本 🐟".utf8),
  [0x66, 0xff, 0xfe, 0x6f],
  [],
]

extension Comm {
  /// The first 15 bytes of a text up to a NUL, as the kernel would keep them.
  init(bytes: [UInt8]) {
    let padded = Array(bytes.prefix(15)) + [UInt8](repeating: 0, count: 16)
    self = padded.withUnsafeBytes { $0.baseAddress.map { Comm(copying: $0) } ?? .unknown }
  }
}
