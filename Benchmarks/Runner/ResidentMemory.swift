import Foundation

/// ipcdump's memory while channels and processes come and go.
struct ResidentMemory {
  /// One sample, in MiB.
  private struct Sample {
    /// Each page once, although the ring is mapped twice (Pss, proc_pid_smaps(5)).
    var all: Double
    /// Without files and shared mappings, of which the ring is one.
    var own: Double
  }

  private struct Course {
    var title: String
    var samples: [Sample]
    var lost: Int
  }

  private var courses: [Course] = []

  /// Ring of ipcdump's default, in MiB (`--buffer-size`).
  private static let ring = 16.0
  /// What more may be in use in the second half of a run, in MiB, and still be called flat: with half a million pipes, 8
  /// bytes for each, which is less than anything that could be left of one.
  private static let tolerance = 4.0

  mutating func measure(scale: Double, on stage: Stage) throws(BenchFailure) {
    for (title, name, count) in [
      ("short-lived pipes", "pipes", 1_000_000), ("processes", "processes", 100_000),
    ] {
      let workload = Workload(name: name, title: title, arguments: [name], count: count).scaled(by: scale)
      let command = workload.command(program: stage.load, report: stage.folder.file("report"))
      let child = try ChildProcess(
        stage.ipcdump + ["-f", "json", "-o", "/dev/null", "--"] + command,
        diagnostics: stage.folder.file("diagnostics"))
      var samples: [Sample] = []
      while try child.poll() == nil {
        if let sample = Self.sample(of: child.pid) { samples.append(sample) }
        usleep(50_000)
      }
      guard let closing = ClosingLine(in: stage.folder.text("diagnostics")) else {
        throw BenchFailure("ipcdump has not told how many events it saw: \(stage.folder.text("diagnostics"))")
      }
      courses.append(
        Course(title: "\(workload.count.grouped) \(title)", samples: samples, lost: closing.lost))
    }
  }

  private static func sample(of pid: pid_t) -> Sample? {
    guard let sums = try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8) else {
      return nil
    }
    func value(_ key: String) -> Double? {
      guard let line = sums.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return nil }
      return Double(line.filter(\.isNumber)).map { $0 / 1024 }
    }
    guard let all = value("Pss:"), let own = value("Anonymous:") else { return nil }
    return Sample(all: all, own: own)
  }

  var figures: [Figure] {
    courses.map { course in
      let middle = course.samples.count / 2
      let all = course.samples.map(\.all).max() ?? .nan
      let early = course.samples[..<middle].map(\.own).max() ?? .nan
      let late = course.samples[middle...].map(\.own).max() ?? .nan
      let limit = 64 + Self.ring
      return Figure(
        title: "resident memory, \(course.title)",
        target: "flat, ≤ 64 MiB + ring (\(limit.decimal(places: 0)) MiB)",
        measured:
          "at most \(all.decimal) MiB; of its own \(early.decimal), then \(late.decimal) MiB; \(course.lost.grouped) lost",
        isReached: all <= limit && late - early <= Self.tolerance)
    }
  }
}
