import ArgumentParser
import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import IPCSession
import IPCTracing
import Testing

@testable import ipcdump

@Suite("The command line")
struct OptionParsingTests {
  private func parse(_ arguments: String...) throws -> TraceCommand { try TraceCommand.parse(arguments) }

  private func selection(_ arguments: String...) throws -> Selection {
    let options = try TraceCommand.parse(arguments)
    return options.filter.selection(ofCommand: !options.traced.command.isEmpty)
  }

  /// What is said of arguments that are refused; nil if they are taken.
  private func complaint(_ arguments: String...) -> String? {
    do {
      _ = try TraceCommand.parse(arguments)
      return nil
    } catch {
      return TraceCommand.exitCode(for: error).isSuccess ? nil : TraceCommand.message(for: error)
    }
  }

  @Test func `takes details of both ends, together and repeated`() throws {
    #expect(try parse().output.endDetails == [])
    #expect(try parse("--with", "fd,exe").output.endDetails == [.descriptor, .executable])
    #expect(
      try parse("--with", "args,cwd", "--with", "user,container").output.endDetails
        == [.arguments, .directory, .user, .container])
    #expect(
      complaint("--with", "pid")?.contains("'pid' is nothing that --with shows; it takes fd, exe, args")
        == true)
  }

  @Test func `without options traces everything, as text without contents`() throws {
    let options = try parse()
    #expect(try selection() == Selection(kinds: Set(Kind.usual)))
    #expect(options.output.format == .text)
    #expect(!options.output.showsContents)
    #expect(options.output.contents.isEmpty)
    #expect(options.output.shownBytes == nil)
    #expect(options.output.count ?? 0 == 0)
    #expect(options.output.file == nil)
    #expect(!options.output.hidesLosses)
    #expect(options.output.time == .wall)
    #expect(!options.output.quiet)
    #expect(options.output.verbose == 0)
    #expect(options.trace.hook == .auto)
    #expect(options.trace.ringSize == 16 << 20)
    #expect(!options.trace.includeSelf)
    #expect(options.traced.command == [])
  }

  @Test(arguments: ["text", "json", "csv", "dot", "mermaid", "chrome-trace"])
  func `takes every format`(name: String) throws {
    #expect(try parse("-f", name).output.format.rawValue == name)
  }

  @Test func `of a look are its own`() throws {
    let why = try WhyCommand.parse(["-p", "1,2", "--json", "--watch", "0.5"])
    #expect(why.pids.map(\.pids) == [[1, 2]])
    #expect(why.watch == TimeSpan(nanoseconds: 500_000_000))
    #expect(
      try WhyCommand.parse(["--after", "2m", "--", "true"]).after == TimeSpan(nanoseconds: 120_000_000_000))
    for wrong in ["", "x", "-1", "0", "1d", "1.2.3", "s"] { #expect(TimeSpan(argument: wrong) == nil) }
  }

  @Test func `of a list are its own`() throws {
    let list = try ListCommand.parse(["-p", "1,2", "-P", "cat", "-t", "unix,netlink", "--json"])
    #expect(list.pids.map(\.pids) == [[1, 2]] && list.comms == ["cat"] && list.json)
    #expect(list.types.flatMap(\.names) == ["unix-stream", "unix-dgram", "unix-seqpacket", "netlink"])
    #expect(throws: (any Error).self) { try ListCommand.parse(["-t", "pip"]) }
    #expect(throws: (any Error).self) { try ListCommand.parse(["1"]) }
  }

  @Test func `of a report are its own`() throws {
    let report = try ReportCommand.parse(["t.pcapng", "-o", "t.html", "-t", "pipe", "-p", "1,2", "-B", "0"])
    #expect(report.capture == "t.pcapng" && report.page == "t.html" && report.byteLimit.bytes == 0)
    #expect(report.filter.selection(ofCommand: false).criteria == [.pids([1, 2], of: .either)])
    #expect(try ReportCommand.parse(["-"]).byteLimit.bytes == 4096)
    #expect(throws: (any Error).self) { try ReportCommand.parse([]) }
    #expect(throws: (any Error).self) { try ReportCommand.parse(["t.pcapng", "-x"]) }
    #expect(complaint("--", "report") == nil)
  }

  @Test func `takes every option that the original had`() throws {
    let options = try parse(
      "-B", "10", "-D", "cat", "-L", "-P", "sh", "-S", "sh", "-c", "5", "-d", "20", "-f", "json", "-o",
      "file", "-p",
      "10", "-s", "0x0a", "-t", "pipe", "-x")
    #expect(options.output.shownBytes == 10)
    #expect(options.output.hidesLosses)
    #expect(options.output.count == 5)
    #expect(options.output.format == .json)
    #expect(options.output.file == "file")
    #expect(options.output.showsContents)
    var expected = Selection(kinds: [.pipe])
    expected.criteria = [
      .pids([10], of: .source), .pids([20], of: .destination), .pids([10], of: .either),
      .comms([Comm("sh")], of: .source), .comms([Comm("cat")], of: .destination),
      .comms([Comm("sh")], of: .either),
    ]
    #expect(options.filter.selection(ofCommand: false) == expected)
  }

  @Test func `answers a call for help, or for the version, without failing`() {
    for argument in ["-h", "--help", "--version"] {
      let error = #expect(throws: (any Error).self) { try TraceCommand.parse([argument]) }
      #expect(error.map { TraceCommand.exitCode(for: $0).isSuccess } == true)
    }
    let help = TraceCommand.helpMessage()
    for option in [
      "-B", "-D", "-L", "-P", "-S", "-c", "-d", "-f", "-o", "-p", "-s", "-t", "-x", "-X", "--ascii", "--text",
      "-h",
    ] {
      #expect(help.contains(option + " ") || help.contains(option + ","), "\(option) is in the help")
    }
  }

  @Test func `gathers the values of a repeated option`() throws {
    #expect(try selection("-p", "1,2", "-p", "3").criteria == [.pids([1, 2, 3], of: .either)])
    #expect(try selection("-s", "1", "-s", "2").criteria == [.pids([1, 2], of: .source)])
    #expect(try selection("-d", "1", "-d", "2").criteria == [.pids([1, 2], of: .destination)])
    #expect(try selection("-P", "a", "-P", "b").criteria == [.comms([Comm("a"), Comm("b")], of: .either)])
    #expect(try selection("-S", "a", "-S", "b").criteria == [.comms([Comm("a"), Comm("b")], of: .source)])
    #expect(
      try selection("-D", "a", "-D", "b").criteria == [.comms([Comm("a"), Comm("b")], of: .destination)])
    #expect(try selection("-t", "k", "-t", "p").kinds == [.signal, .pipe])
  }

  @Test func `takes flags in a row`() throws {
    let options = try parse("-xLqvv")
    #expect(options.output.showsContents)
    #expect(options.output.hidesLosses)
    #expect(options.output.quiet)
    #expect(options.output.verbose == 2)
  }

  @Test func `takes flags and, last, an option in a row`() throws {
    let options = try parse("-xf", "json")
    #expect(options.output.showsContents)
    #expect(options.output.format == .json)
  }

  @Test func `takes a value with an equals sign`() throws {
    #expect(try parse("-f=csv").output.format == .csv)
    #expect(try parse("--time=epoch").output.time == .epoch)
  }

  @Test(arguments: ["wall", "date", "epoch", "delta", "relative", "none"])
  func `takes every style of time`(style: String) throws {
    #expect(try parse("--time", style).output.time.rawValue == style)
  }

  @Test func `takes what lies behind two dashes as the command, options and all`() throws {
    let options = try parse("-x", "--", "sh", "-c", "echo -x", "--", "-t")
    #expect(options.output.showsContents)
    #expect(options.traced.command == ["sh", "-c", "echo -x", "--", "-t"])
    #expect(options.output.count ?? 0 == 0)
    #expect(try selection("--", "true").criteria == [.commandTree])
    #expect(try selection("-p", "1").criteria == [.pids([1], of: .either)])
  }

  @Test func `of a screen are those of a trace, and its own`() throws {
    let top = try TopCommand.parse(["-t", "pipe", "-p", "1", "--follow", "-B", "0", "--no-color"])
    #expect(
      top.filter.pids.map(\.pids) == [[1]] && top.trace.follow && top.byteLimit.bytes == 0 && top.noColor)
    #expect(try TopCommand.parse(["-r", "x", "--at", "end"]).at?.place == .end)
    #expect(try TopCommand.parse(["-r", "x", "--at", "1.5"]).at?.place == .time(1_500_000_000))
    #expect(try TopCommand.parse(["-r", "x", "--at", "0"]).at?.place == .time(0))
    #expect(try TopCommand.parse(["--", "make", "-j2"]).traced.command == ["make", "-j2"])
    #expect(try TopCommand.parse(["-r", "file"]).filter.captureSelection.kinds == Set(Kind.all))
    let wrong = [
      ["-r", "-"], ["--at", "1"], ["-r", "x", "--", "true"], ["--user", "root"], ["-r", "x", "--at", "soon"],
      ["-r", "x", "--follow", "-p", "1"], ["--where", "method == 'x'"], ["--summary"], ["-f", "json"],
    ]
    for arguments in wrong {
      #expect(throws: (any Error).self, "\(arguments)") { try TopCommand.parse(arguments) }
    }
  }

  @Test func `takes the descendants of processes, those of -p only`() throws {
    let options = try parse("-p", "1,2", "-d", "3", "--follow")
    #expect(
      options.filter.selection(ofCommand: false, follows: options.trace.follow).criteria
        == [.descendants(of: [1, 2]), .pids([3], of: .destination)])
    #expect(complaint("--follow")?.contains("add -p") == true)
    #expect(complaint("--follow", "-s", "1")?.contains("add -p") == true)
    #expect(complaint("--follow", "-p", "1", "--", "true")?.contains("in any case") == true)
    #expect(complaint("--follow", "-p", "1", "-r", "file")?.contains("captures") == true)
  }

  @Test func `takes no command without two dashes`() {
    #expect(complaint("ls") != nil)
    #expect(complaint("-x", "ls", "-l") != nil)
  }

  @Test(
    arguments: [("-x", .hexDump), ("-X", .ascii), ("--ascii", .ascii), ("--text", .lines)]
      as [(String, ContentStyle)])
  func `takes every way to show contents`(option: String, style: ContentStyle) throws {
    for arguments in [[option], [option, option], [option, "-f", "json"], ["-qB", "5", option]] {
      let options = try TraceCommand.parse(arguments)
      #expect(options.output.showsContents)
      #expect(options.output.contents.first == style)
    }
  }

  @Test func `takes one way under both of its names`() throws {
    #expect(try parse("-X", "--ascii").output.contents.first == .ascii)
    #expect(try parse("-XLq").output.contents == [.ascii])
  }

  @Test(arguments: [["-x", "-X"], ["-xX"], ["-x", "--text"], ["--text", "--ascii"], ["-x", "-X", "-x"]])
  func `refuses two ways to show contents`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try TraceCommand.parse(arguments) }
    #expect(error.map { TraceCommand.exitCode(for: $0).rawValue } == 64)
    let complaint = error.map { TraceCommand.message(for: $0) }
    #expect(complaint == "-x, -X and --text show the contents in different ways; choose one of them")
  }

  @Test func `shows contents in the way that was chosen`() throws {
    let event = Event(time: 0, kind: .pipe, source: .unknown, destination: .unknown, count: 2)
    for (option, shown) in [("-x", "|a.|"), ("-X", "\ta\\n\n"), ("--text", "\ta\n")] {
      var format = try parse(option).output.makeFormat(FormatOptions())
      var output = OutputBuffer()
      let texts = TextTable()
      Array("a\n".utf8).withUnsafeBytes { format.append(event, content: $0, texts: texts, to: &output) }
      let text = output.withBytes { String(decoding: $0, as: UTF8.self) }
      #expect(text.contains(shown), "\(option)")
    }
  }

  @Test func `refuses a limit of bytes without contents`() throws {
    #expect(complaint("-B", "5")?.contains("-x") == true)
    #expect(complaint("-B", "5")?.contains("--text") == true)
    #expect(try parse("-x", "-B", "0").output.shownBytes == nil, "0 shows all")
    #expect(try parse("-B", "1k", "-x").output.shownBytes == 1024)
  }

  @Test(
    arguments: [
      ["-t", "t1"], ["-tt"], ["-t"], ["-p", "0"], ["-p", "-1"], ["-p", "x"], ["-p"], ["-f", "xml"],
      ["-c", "-1"],
      ["-c", "x"], ["-B", "-1", "-x"], ["--time", "noon"], ["--color", "red"], ["--hook", "kprobe"],
      ["--buffer-size", "1k"], ["--buffer-size", "2G"], ["--patience", "9"], ["--patience", "60001"], ["-z"],
      ["--unknown"],
    ])
  func `refuses what it does not understand`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try TraceCommand.parse(arguments) }
    #expect(error.map { TraceCommand.exitCode(for: $0).rawValue } == 64)
    #expect(error.map { TraceCommand.message(for: $0).isEmpty } == false)
  }

  @Test(
    arguments: [("64k", 65_536), ("65537", 131_072), ("100k", 131_072), ("1G", 1 << 30), ("16M", 16 << 20)])
  func `rounds the buffer up to a power of two`(text: String, size: Int) throws {
    #expect(try parse("--buffer-size", text).trace.ringSize == size)
  }

  @Test func `takes every way to watch`() throws {
    #expect(try parse("--hook", "raw_tp").trace.hook == .raw)
    #expect(try parse("--hook", "tracepoint").trace.hook == .tracepoint)
    #expect(try parse("--include-self").trace.includeSelf)
    #expect(try parse("--list-types").listTypes)
    #expect(try parse("--info").info)
    #expect(try !parse("--info").json)
    #expect(try parse("--info", "--json").json)
  }

  @Test func `takes JSON for the kernel's report only`() {
    #expect(complaint("--json")?.contains("-f json") == true)
  }

  @Test func `refuses a user without a command`() {
    #expect(complaint("--user", "nobody")?.contains("add -- and a command") == true)
  }

  @Test func `cuts a name to what the kernel keeps of it`() throws {
    #expect(
      try selection("-P", "systemd-journald").criteria == [.comms([Comm("systemd-journal")], of: .either)])
  }

  @Test func `colours if it is told to, whatever it writes to`() throws {
    #expect(try parse("--color", "always").output.isColored(onTerminal: false))
    #expect(try !parse("--color", "never").output.isColored(onTerminal: true))
    #expect(try !parse().output.isColored(onTerminal: false))
  }
}
