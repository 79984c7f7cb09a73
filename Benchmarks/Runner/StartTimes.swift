import Glibc

/// How long a user waits for the first event, and for the help.
struct StartTimes {
  private var first: Samples = []
  private var help: Samples = []

  mutating func measure(times: Int, on stage: Stage) throws(BenchFailure) {
    let command = Workload(name: "", title: "", arguments: ["pipes"], count: 1)
      .command(program: stage.load, report: stage.folder.file("report"))
    for _ in 0..<times {
      first.append(try Self.untilFirstLine(stage.ipcdump + ["-f", "json", "--"] + command))
      let start = ContinuousClock.now
      _ = try ChildProcess(stage.ipcdump + ["--help"]).wait()
      help.append((ContinuousClock.now - start).milliseconds)
    }
  }

  /// From the start of a program until it has written something, in milliseconds.
  private static func untilFirstLine(_ words: [String]) throws(BenchFailure) -> Double {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw BenchFailure("no pipe: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let start = ContinuousClock.now
    let child = try ChildProcess(words, into: ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    var byte: UInt8 = 0
    let count = read(ends[0], &byte, 1)
    let elapsed = ContinuousClock.now - start
    guard count == 1 else { throw BenchFailure("\(words.joined(separator: " ")) has told no event") }
    _ = try child.wait()
    return elapsed.milliseconds
  }

  var figures: [Figure] {
    [
      .atMost(150, "ms", "start to first event", first.median, measured: Self.text(first)),
      .atMost(15, "ms", "--help", help.median, measured: Self.text(help)),
    ]
  }

  private static func text(_ samples: Samples) -> String {
    "\(samples.median.decimal) (\(samples.least.decimal)–\(samples.greatest.decimal)) ms"
  }
}

extension Duration {
  /// In milliseconds.
  var milliseconds: Double { self / .milliseconds(1) }
}
