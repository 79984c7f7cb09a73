import Foundation

/// Real programs at work: servers whose clients ask as fast as they can, and a build (`Benchmarks/RealWork`).
struct RealWork {
  /// A script of that folder, and what of its speed may be lost.
  struct Program {
    let name: String
    let title: String
    /// What its script counts.
    let unit: String
    /// Time of the work when traced, in terms of that untraced.
    let limit: Double
  }

  static let programs = [
    Program(
      name: "redis", title: "redis-benchmark GET, 20 clients over a unix socket",
      unit: "requests a second", limit: 1.2),
    Program(
      name: "postgres", title: "pgbench -S, 4 clients over a unix socket",
      unit: "transactions a second", limit: 1.2),
    Program(
      name: "nginx", title: "wrk on nginx, 20 connections over TCP", unit: "requests a second",
      limit: 1.2),
    Program(
      name: "build", title: "configure and make -j2 of GNU hello", unit: "builds a minute",
      limit: 1.02),
  ]

  private static let conditions: [Condition] = [.untraced, .metadata, .contents, .strace]

  private let scripts: String
  private let programs: [Program]
  private let conditions: [Condition]
  private let scale: Double
  /// How much is done in a time, a value a round.
  private var rates: [String: [Condition: Samples]] = [:]
  /// What a program lacks that cannot be run here.
  private var lacks: [String: String] = [:]

  /// - Parameters:
  ///   - scripts: Their folder.
  ///   - isChosen: Whether a program of that name is wanted.
  ///   - conditions: Those that can be had here.
  ///   - scale: Part of the work.
  init(scripts: String, _ isChosen: (String) -> Bool, _ conditions: [Condition], scale: Double) {
    self.scripts = scripts
    programs = Self.programs.filter { isChosen($0.name) }
    self.conditions = Self.conditions.filter(conditions.contains)
    self.scale = scale
  }

  /// Makes ready what the programs work with.
  mutating func prepare(on stage: Stage) throws(BenchFailure) {
    // PostgreSQL refuses to be root, and has to come to its folder.
    chmod(stage.folder.path, 0o711)
    for program in programs {
      mkdir(folder(of: program, on: stage), 0o755)
      let ending = try ChildProcess(
        words(program, "prepare", .untraced, on: stage), diagnostics: stage.folder.file("diagnostics")
      ).wait()
      if ending.status == 0 { continue }
      let said = stage.folder.text("diagnostics").split(separator: "\n").last.map(String.init) ?? ""
      guard ending.status == 77 else { throw BenchFailure("\(program.name): \(said)") }
      lacks[program.name] = said
    }
  }

  mutating func measureRound(on stage: Stage) throws(BenchFailure) {
    for program in programs where lacks[program.name] == nil {
      for condition in conditions {
        let prefix = condition.prefix(ipcdump: stage.ipcdump, output: "/dev/null") ?? []
        let ending = try ChildProcess(
          prefix + words(program, "run", condition, on: stage), output: stage.folder.file("rate"),
          diagnostics: stage.folder.file("diagnostics")
        ).wait()
        guard ending.status == 0, let last = stage.folder.text("rate").split(separator: "\n").last,
          let rate = Double(last)
        else {
          throw BenchFailure("\(program.name): \(stage.folder.text("diagnostics").suffix(400))")
        }
        rates[program.name, default: [:]][condition, default: []].append(rate)
      }
    }
  }

  private func folder(of program: Program, on stage: Stage) -> String { stage.folder.file(program.name) }

  private func words(
    _ program: Program, _ part: String, _ condition: Condition, on stage: Stage
  ) -> [String] {
    [
      "env", "-C", folder(of: program, on: stage), "SHARE=\(scale * condition.share)",
      "\(scripts)/\(program.name)", part,
    ]
  }

  /// How many times longer the work takes than untraced.
  private func ratio(_ program: Program, _ condition: Condition) -> Ratio? {
    guard let untraced = rates[program.name]?[.untraced], let traced = rates[program.name]?[condition] else {
      return nil
    }
    return untraced.ratio(to: traced)
  }

  /// The targets; what cannot be run is in the table alone.
  var figures: [Figure] {
    programs.compactMap { program in
      ratio(program, .metadata).map { .atMost(program.limit, "\(program.title), traced/untraced", $0) }
    }
  }

  /// Programs by conditions, as a Markdown table of ratios to untraced.
  var table: MarkdownTable {
    let shown = conditions.filter { $0 != .untraced }
    var table = MarkdownTable(head: ["work", "untraced"] + shown.map(\.title))
    for program in programs {
      let rate = rates[program.name]?[.untraced].map { "\($0.median.decimal) \(program.unit)" }
      let untraced = rate ?? lacks[program.name] ?? "–"
      table.rows.append([program.title, untraced] + shown.map { ratio(program, $0)?.text ?? "–" })
    }
    return table
  }
}
