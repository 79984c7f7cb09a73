import Foundation

/// Compares what was told in a recording with what happened.
struct RecordedJudge {
  var row: RecordedRow

  func verdict(_ scenario: RecordedScenario) throws -> RecordedVerdict {
    func verdict(_ result: RecordedVerdict.Result, _ reason: String = "") -> RecordedVerdict {
      RecordedVerdict(group: scenario.group, name: scenario.name, result: result, reason: reason)
    }
    let play = row.play(scenario)
    let status = row.text("\(play)/status").trimmingCharacters(in: .whitespacesAndNewlines)
    let complaint = row.text("\(play)/err").trimmingCharacters(in: .whitespacesAndNewlines)
    switch status {
    case "0": break
    case "77": return verdict(.skipped, complaint.replacing("ipc-actor: unsupported: ", with: ""))
    case "124": return verdict(.failed, "the actor did not end in its time\n\(complaint)")
    case "": return verdict(.failed, "was not played")
    default: return verdict(.failed, "the actor ended with \(status)\n\(complaint)")
    }
    if let missing = KernelFeature.needed(by: scenario).first(where: { !row.has($0) }) {
      return verdict(.skipped, missing.rawValue)
    }
    guard let events = row.events(of: scenario) else {
      return verdict(.failed, "the signal that ends the scenario was not told")
    }
    let truth = try row.lines("\(play)/truth").events
    let faults = faults(scenario, told: events, truth: truth)
    guard !faults.isEmpty else { return verdict(.passed) }
    // Right, but concluded rather than seen: shown as such, and only where there is a reason.
    if let reason = reasonToInfer(scenario),
      self.faults(scenario, told: events.map(\.takenAsObserved), truth: truth).isEmpty
    {
      return verdict(.skipped, "told as inferred: \(reason)")
    }
    return verdict(.failed, faults.joined(separator: "\n"))
  }

  private func reasonToInfer(_ scenario: RecordedScenario) -> String? {
    // Who reads a terminal is waited for 100 ms; an emulated CPU may take longer from a write to the read.
    if scenario.group == "pty" && row.isEmulated { return "the emulated CPU was too slow" }
    return KernelFeature.observing(scenario).first { !row.has($0) }?.rawValue
  }

  /// What was told of that which the scenario's truth is about.
  private func relevant(_ scenario: RecordedScenario, told: [TracedEvent], truth: [TracedEvent])
    -> [TracedEvent]
  {
    let types = Set(truth.map(\.type)).union(scenario.type.map { [$0] } ?? [])
    return told.withoutArenas.filter { event in
      // These are recorded of all scenarios, as one ipcdump traces them; the truths of others do not tell them.
      let isUnusual = ["shared-memory", "futex"].contains(event.type)
      return types.contains(event.type) || !(isUnusual || scenario.type != nil)
    }
  }

  private func faults(_ scenario: RecordedScenario, told all: [TracedEvent], truth: [TracedEvent]) -> [String]
  {
    var told = relevant(scenario, told: all, truth: truth)
    switch scenario.measure {
    case .exact:
      let comparison = Comparison(events: told, truth: truth)
      let parts = toldInPart(told).map { "content is not whole: \($0)" }
      return (comparison.isExact ? [] : [comparison.description]) + [disorder(told)].compactMap(\.self)
        + parts
    case .route:
      for index in told.indices {
        told[index].bytes = nil
        told[index].truncated = nil
        told[index].meta.bytesMissing = nil
      }
      let comparison = Comparison(events: told, truth: truth)
      return (comparison.isExact ? [] : [comparison.description]) + [disorder(told)].compactMap(\.self)
    case .readable:
      guard told.count == truth.count else { return ["\(told.count) events of \(truth.count)"] }
      return zip(told, truth).compactMap(LiveTests.WholeContentsTests.fault)
    }
  }

  /// Whether a trace of several scenarios was told without loss or complaint, and to its end.
  func closing(_ part: RecordedRow.Part) -> RecordedVerdict {
    var verdict = RecordedVerdict(group: "loss", name: "the \(part) trace", result: .passed)
    // The actors of the late trace, which are given by number, have children.
    let diagnostics = row.text("\(part.rawValue)/err").split(separator: "\n").filter {
      !$0.contains(" not traced; --follow adds ")
    }.joined(separator: "\n")
    let status = row.text("\(part.rawValue)/status").trimmingCharacters(in: .whitespacesAndNewlines)
    if diagnostics.wholeMatch(of: /\d+ events? captured, 0 lost/) == nil || status != "0" {
      verdict.result = .failed
      verdict.reason = "ipcdump ended with \(status)\n\(diagnostics)"
    }
    let rest = row.unclaimed(part)
    if !rest.isEmpty {
      verdict.result = .failed
      verdict.reason +=
        "\ntold after the last scenario:\n" + rest.prefix(8).map { "\(Told($0))" }.joined(separator: "\n")
    }
    return verdict
  }

  /// A burst under a way of attaching that may lose: what was seen and what was said to be lost is all that happened.
  func forced() throws -> RecordedVerdict {
    var verdict = RecordedVerdict(group: "forced hook", name: "--hook=raw_tp", result: .failed)
    let diagnostics = row.text("forced/err")
    guard let figures = diagnostics.firstMatch(of: /(\d+) events? captured, (\d+) lost/),
      let lost = Int(figures.2),
      let totals = try row.lines("forced/truth").totals.first
    else {
      verdict.reason = "no figures: \(diagnostics)"
      return verdict
    }
    let lines = try row.lines("forced/events")
    let seen = lines.events.filter { $0.meta.pipeInode == totals.meta.pipeInode && $0.delivered != false }
    let bytes = seen.compactMap(\.meta.count).reduce(0, +)
    let summary =
      "\(totals.reads) reads of \(totals.meta.count ?? 0) bytes, \(seen.count) told with \(bytes), \(lost) lost"
    let isWhole = lost == 0 && seen.count == totals.reads && bytes == totals.meta.count
    let isTold = lost > 0 && seen.count + lost >= totals.reads && bytes <= totals.meta.count ?? 0
    let reported = lines.losses.map(\.count).reduce(0, +)
    if (isWhole || isTold) && reported == lost {
      verdict.result = .passed
    } else {
      verdict.reason = "\(summary); \(reported) of the lost are in the output"
    }
    return verdict
  }
}
