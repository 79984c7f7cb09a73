import Foundation

/// How many bytes of contents a second reach a file.
struct ContentsThroughput {
  private struct Row {
    var format: String
    /// Payload shown, in GB/s from the first write to ipcdump's end.
    var rate: Double
    /// Bytes of output for a byte of payload.
    var expansion: Double
    var lost: Int
  }

  private var rows: [Row] = []
  /// Payload that is formatted and then thrown away, in GB/s.
  private var formatted = Double.nan
  private var formattedLost = 0
  /// What the file system takes from dd, in GB/s.
  private var disk = Double.nan

  /// Writes as large as issue 6 asks for.
  private static let size = 65536

  mutating func measure(count: Int, on stage: Stage) throws(BenchFailure) {
    let command = Workload(
      name: "", title: "", arguments: ["stream", "--size", "\(Self.size)"], count: count
    ).command(program: stage.load, report: stage.folder.file("report"))
    let file = stage.folder.file("contents")
    disk = try Self.diskRate(file: file, bytes: count * Self.size)
    stage.folder.remove("contents")
    let (elapsed, closing) = try Self.trace(command, as: "json", into: "/dev/null", on: stage)
    formatted = Double(closing.captured * Self.size) / 1e9 / elapsed
    formattedLost = closing.lost
    for format in ["json", "text"] {
      let (elapsed, closing) = try Self.trace(command, as: format, into: file, on: stage)
      let shown = try Self.payload(in: file, format: format)
      let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
      stage.folder.remove("contents")
      rows.append(
        Row(
          format: format, rate: Double(shown) / 1e9 / elapsed,
          expansion: Double(size) / Double(max(shown, 1)), lost: closing.lost))
    }
  }

  /// Traces the command with contents.
  ///
  /// - Returns: Seconds, less those of a trace of nothing, and what ipcdump said in the end.
  private static func trace(
    _ command: [String], as format: String, into file: String, on stage: Stage
  ) throws(BenchFailure) -> (elapsed: Double, closing: ClosingLine) {
    let words = stage.ipcdump + ["-f", format, "-x", "-o", file, "--"]
    let idle = try seconds { () throws(BenchFailure) in _ = try ChildProcess(words + ["true"]).wait() }
    var run: Stage.Run?
    let busy = try seconds { () throws(BenchFailure) in run = try stage.finish(words + command) }
    guard let closing = run?.closing else { throw BenchFailure("ipcdump has told no closing line") }
    return (busy - idle, closing)
  }

  private static func seconds(_ body: () throws(BenchFailure) -> Void) throws(BenchFailure) -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// What dd writes there in large blocks without waiting for the disk, as ipcdump does not either.
  private static func diskRate(file: String, bytes: Int) throws(BenchFailure) -> Double {
    let megabytes = max(bytes >> 20, 1)
    let elapsed = try seconds { () throws(BenchFailure) in
      let words = ["dd", "if=/dev/zero", "of=\(file)", "bs=1M", "count=\(megabytes)"]
      guard try ChildProcess(words).wait().status == 0 else { throw BenchFailure("dd cannot write \(file)") }
    }
    return Double(megabytes << 20) / 1e9 / elapsed
  }

  /// Bytes of contents in an output.
  private static func payload(in file: String, format: String) throws(BenchFailure) -> Int {
    if format == "json" { return try EventFile(path: file).contentBytes }
    guard let data = try? Data(contentsOf: URL(filePath: file), options: .alwaysMapped) else {
      throw BenchFailure("cannot read \(file)")
    }
    // A line of a hex dump begins with a tab and shows 16 bytes; the writes are multiples of that.
    var lines = 0
    data.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var at = 0
      while at < bytes.count {
        if bytes[at] == UInt8(ascii: "\t") { lines += 1 }
        guard let end = memchr(start + at, 0x0a, bytes.count - at) else { break }
        at = UnsafeRawPointer(end) - start + 1
      }
    }
    return lines * 16
  }

  var figures: [Figure] {
    let own = Figure(
      title: "contents of 64 KiB writes, -x -o /dev/null, json", target: "≥ 1 GB/s",
      measured: "\(formatted.decimal) GB/s of payload; \(formattedLost.grouped) lost",
      isReached: formatted >= 1)
    return [own]
      + rows.map { row in
        let limit = min(1, disk / row.expansion)
        return Figure(
          title: "contents of 64 KiB writes, -x -o file, \(row.format)",
          target: "≥ 1 GB/s or the disk's limit (\(limit.decimal) GB/s)",
          measured:
            "\(row.rate.decimal) GB/s of payload, \(row.expansion.decimal) bytes of output for each byte; \(row.lost.grouped) lost; dd writes \(disk.decimal) GB/s",
          // Nobody holds the traced program up: what the file does not take is lost, and counted.
          isReached: row.rate >= limit)
      }
  }
}
