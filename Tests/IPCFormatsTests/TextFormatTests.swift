import IPCFormats
import IPCModel
import TestSupport
import Testing

@Suite("Text output")
struct TextFormatTests {
  private let prefix = "15:04:05.123456789 pipe 4321(sh) > 4322(cat): "

  @Test func `tells a transfer in one line`() {
    var scene = Scene()
    let line = scene.show(scene.pipe(), as: TextFormat.self)
    #expect(line == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6\n")
  }

  @Test func `shows only the fields that an event has`() {
    var scene = Scene()
    let line = scene.show(scene.signal(), as: TextFormat.self)
    #expect(
      line == "15:04:05.123456789 signal 4321(sh) > 4322(cat): "
        + "num 37, name SIGRTMIN+3, code SI_QUEUE, value -7\n")
    let bare = Event(time: Scene.time, kind: .pipe, source: Scene.sh, destination: Scene.cat, count: 6)
    let bareLine = scene.show(bare, as: TextFormat.self)
    #expect(bareLine == "15:04:05.123456789 pipe 4321(sh) > 4322(cat)\n")
  }

  @Test(
    arguments: [
      ([.inferredSource], ", inferred src"),
      ([.inferredDestination], ", inferred dst"),
      ([.inferredSource, .inferredDestination], ", inferred src dst"),
      ([.undelivered], ", undelivered"),
      ([.incomplete], ", truncated"),
      ([.inferredSource, .undelivered, .incomplete], ", inferred src, undelivered, truncated"),
      ([.inScope], ""),
    ] as [(Event.Traits, String)])
  func `tells what is uncertain`(traits: Event.Traits, expected: String) {
    var scene = Scene()
    let line = scene.show(scene.pipe(traits: traits), as: TextFormat.self)
    #expect(line == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6" + expected + "\n")
  }

  @Test func `tells what has become of an end in one line without bytes`() {
    var scene = Scene()
    let line = scene.show(scene.closed(), as: TextFormat.self, content: [])
    #expect(line == prefix + "pipe_name <anonymous>, pipe_inode 123, op close, how write\n")
  }

  @Test func `says unknown of an end that is not known`() {
    var scene = Scene()
    let line = scene.show(scene.pipe(from: .unknown, to: .unknown), as: TextFormat.self)
    #expect(line.hasPrefix("15:04:05.123456789 pipe <unknown>(<unknown>) > <unknown>(<unknown>): "))
  }

  @Test func `dumps contents below the line`() {
    var scene = Scene()
    let lines = scene.show(scene.pipe(), as: TextFormat.self, content: Array("hello\n".utf8))
    #expect(
      lines == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6\n"
        + " 00000000  68 65 6c 6c 6f 0a                                 |hello.|\n")
  }

  @Test func `dumps no more than the limit and says so`() {
    var scene = Scene()
    let event = scene.pipe()
    let options = Scene.options(byteLimit: 2)
    let lines = scene.show(event, as: TextFormat.self, content: Array("hello\n".utf8), options: options)
    #expect(
      lines == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6, truncated\n"
        + " 00000000  68 65" + String(repeating: " ", count: 45) + "|he|\n")
    let noContent = scene.show(event, as: TextFormat.self, options: options)
    #expect(noContent == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6\n")
  }

  @Test(
    arguments: [
      (.hexDump, " 00000000  68 65 6c 6c 6f 0a                                 |hello.|\n"),
      (.ascii, "\thello\\n\n"), (.lines, "\thello\n"),
    ] as [(ContentStyle, String)])
  func `shows contents in the way that was asked for`(style: ContentStyle, expected: String) {
    var scene = Scene()
    let options = Scene.options(contents: style)
    let lines = scene.show(
      scene.pipe(), as: TextFormat.self, content: Array("hello\n".utf8), options: options)
    #expect(lines == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6\n" + expected)
  }

  @Test(arguments: [(.ascii, "\the\n"), (.lines, "\the\\\n")] as [(ContentStyle, String)])
  func `shows no more than the limit in any way`(style: ContentStyle, expected: String) {
    var scene = Scene()
    let options = Scene.options(byteLimit: 2, contents: style)
    let lines = scene.show(
      scene.pipe(), as: TextFormat.self, content: Array("hello\n".utf8), options: options)
    #expect(lines == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6, truncated\n" + expected)
  }

  @Test(arguments: ContentStyle.allCases)
  func `says why bytes are missing, and shows none`(style: ContentStyle) {
    var scene = Scene()
    let options = Scene.options(contents: style)
    let event = scene.incomplete(because: "spliced")
    let none = scene.show(event, as: TextFormat.self, options: options)
    #expect(none == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6, bytes_missing spliced\n")
    let part = scene.show(
      scene.incomplete(because: "unreadable", traits: .incomplete), as: TextFormat.self, content: [],
      options: options)
    #expect(
      part == prefix + "pipe_name <anonymous>, pipe_inode 123, count 6, bytes_missing unreadable, truncated\n"
    )
  }

  @Test func `tells what is typed into a terminal`() {
    var scene = Scene()
    let options = Scene.options(contents: .lines)
    let lines = scene.show(scene.typing(), as: TextFormat.self, content: Array("ls\r".utf8), options: options)
    #expect(
      lines == "15:04:05.123456789 pty 4321(sh) > 4322(cat): "
        + "tty_name pts/3, dst_sid 4300, count 3, direction input\n\tls\\r\\\n")
  }

  @Test func `dumps nothing for a kind without bytes`() {
    var scene = Scene()
    let event = scene.signal()
    let with = scene.show(event, as: TextFormat.self, content: [1, 2, 3])
    let without = scene.show(event, as: TextFormat.self)
    #expect(with == without)
  }

  @Test(arguments: nastyTexts)
  func `stays one line whatever a process calls itself`(text: [UInt8]) {
    var scene = Scene()
    let comm = (text + [UInt8](repeating: 0, count: 16)).withUnsafeBytes { bytes in
      bytes.baseAddress.map { Comm(copying: $0) }
    }
    let source = Endpoint(pid: 1, tid: 1, comm: comm ?? .unknown)
    let line = scene.show(scene.pipe(named: text, from: source), as: TextFormat.self)
    #expect(line.hasSuffix("\n"))
    #expect(line.dropLast().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }

  @Test func `escapes names and paths`() {
    var scene = Scene()
    let source = Endpoint(pid: 1, tid: 1, comm: Comm("a\u{1b}[2J\nb"))
    let event = scene.pipe(named: Array("/tmp/\u{202e}x\n".utf8) + [0xff], from: source)
    let line = scene.show(event, as: TextFormat.self)
    #expect(
      line == #"15:04:05.123456789 pipe 1(a\x1b[2J\nb) > 4322(cat): "#
        + #"pipe_name /tmp/\u{202e}x\n\xff, pipe_inode 123, count 6"# + "\n")
  }

  @Test func `shows a thread's name behind its process's, where it has one of its own`() {
    var scene = Scene()
    let line = scene.show(scene.pipe(to: Scene.logger), as: TextFormat.self)
    #expect(line.contains(" pipe 4321(sh) > 1234(rsyslogd/in:imuxsock): "), "\(line)")
  }

  @Test func `shows what else was asked for of both ends, before remarks`() {
    var scene = Scene()
    var event = scene.described()
    event.traits = .inferredSource
    let all = scene.show(event, as: TextFormat.self, options: Scene.options(details: .all))
    #expect(
      all.hasSuffix(
        #", count 6, src_fd 1, dst_fd 0, src_exe /usr/bin/dash, dst_exe /usr/bin/cat, "#
          + #"src_args "sh -c echo \x22a\x22, > b", src_cwd /tmp, src_user root, "#
          + "dst_container 0123456789ab, dst_ns_pid 7, inferred src\n"), "\(all)")
    let one = scene.show(scene.described(), as: TextFormat.self, options: Scene.options(details: .descriptor))
    #expect(one.hasSuffix(", count 6, src_fd 1, dst_fd 0\n"))
    var other = Scene()
    let none = other.show(other.pipe(), as: TextFormat.self, options: Scene.options(details: .all))
    #expect(none.hasSuffix(", count 6\n"))
  }

  @Test func `shows no other ends than there are, whatever a process calls itself`() {
    var scene = Scene()
    let source = Endpoint(pid: 1, tid: 1, comm: Comm("a) > 1(systemd"))
    let line = scene.show(scene.pipe(from: source), as: TextFormat.self)
    #expect(line.contains(#"pipe 1(a\x29 \x3e 1\x28systemd) > 4322(cat): "#), "\(line)")
    let unknown = scene.show(scene.pipe(from: .unknown), as: TextFormat.self)
    #expect(unknown.contains("pipe <unknown>(<unknown>) > 4322(cat): "), "\(unknown)")
  }

  @Test func `shows the largest numbers`() {
    var scene = Scene()
    let end = Endpoint(pid: .max, tid: .max, comm: Comm("x"))
    let pipe = scene.show(scene.pipe(inode: .max, count: .max, from: end), as: TextFormat.self)
    #expect(pipe.contains("2147483647(x)"))
    #expect(pipe.hasSuffix("pipe_inode 18446744073709551615, count 18446744073709551615\n"))
    let signal = scene.show(scene.signal(value: .min), as: TextFormat.self)
    #expect(signal.hasSuffix("value -9223372036854775808\n"))
  }

  @Test func `leaves the time out if asked to`() {
    var scene = Scene()
    let line = scene.show(scene.pipe(), as: TextFormat.self, options: Scene.options(time: .none))
    #expect(line.hasPrefix("pipe 4321(sh)"))
  }

  @Test func `tells the time since the line before, losses included`() {
    var scene = Scene()
    var event = scene.pipe()
    var format = TextFormat(Scene.options(time: .delta))
    let first = scene.show(event, by: &format)
    let loss = written { format.append(Loss(kind: nil, count: 1, bytes: 0, time: event.time + 5), to: &$0) }
    event.time += 7
    let second = scene.show(event, by: &format)
    #expect(first.hasPrefix("0.000000000 pipe"))
    #expect(loss == "0.000000005 lost 1 record\n")
    #expect(second.hasPrefix("0.000000002 pipe"))
  }

  @Test func `colours names, keys and warnings`() {
    var scene = Scene()
    let event = scene.pipe(count: 6, traits: [.inferredSource, .undelivered])
    let line = scene.show(event, as: TextFormat.self, options: Scene.options(time: .none, color: true))
    #expect(
      line == "\u{1b}[1mpipe\u{1b}[0m \u{1b}[32m4321(sh)\u{1b}[0m > \u{1b}[36m4322(cat)\u{1b}[0m: "
        + "\u{1b}[2mpipe_name\u{1b}[0m <anonymous>, \u{1b}[2mpipe_inode\u{1b}[0m 123, "
        + "\u{1b}[2mcount\u{1b}[0m 6, \u{1b}[33minferred src\u{1b}[0m, \u{1b}[33mundelivered\u{1b}[0m\n")
    let loss = show(
      lossOf: 2, .pipe, bytes: 3, as: TextFormat.self, options: Scene.options(time: .none, color: true))
    #expect(loss == "\u{1b}[1;31mlost 2 pipe records (3 bytes)\u{1b}[0m\n")
  }

  @Test(
    arguments: [
      (17, .pipe, 8_704, "lost 17 pipe records (8704 bytes)"),
      (1, .pipe, 1, "lost 1 pipe record (1 byte)"),
      (2, .signal, 0, "lost 2 signal records"),
      (17, nil, 0, "lost 17 records"),
      (UInt64.max, nil, UInt64.max, "lost 18446744073709551615 records (18446744073709551615 bytes)"),
    ] as [(UInt64, Kind?, UInt64, String)])
  func `tells a loss in one line`(count: UInt64, kind: Kind?, bytes: UInt64, expected: String) {
    let line = show(lossOf: count, kind, bytes: bytes, as: TextFormat.self)
    #expect(line == "15:04:05.123456789 " + expected + "\n")
  }

  @Test func `has no header`() {
    var format = TextFormat(Scene.options())
    let header = written { format.appendHeader(to: &$0) }
    #expect(header == "")
  }
}
