import Foundation

/// What a virtual machine brought back: a folder with what ipcdump told there and what the actors say is true.
///
/// `scripts/vm/guest/scenarios` writes it. One ipcdump has told of many scenarios; after each, the player sent itself a signal with
/// the scenario's number.
final class RecordedRow: Sendable {
  let name: String
  let folder: URL
  private let told: [Int: [TracedEvent]]
  private let rest: [Part: [TracedEvent]]

  /// A trace of several scenarios.
  enum Part: String, CaseIterable {
    case main
    case late
  }

  init(_ folder: URL) throws {
    name = folder.lastPathComponent
    self.folder = folder
    var told: [Int: [TracedEvent]] = [:]
    var rest: [Part: [TracedEvent]] = [:]
    for part in Part.allCases {
      let events = folder.appending(path: "\(part.rawValue)/events")
      guard FileManager.default.fileExists(atPath: events.path) else { continue }
      let pids = Self.text(folder.appending(path: "\(part.rawValue)/play/pids"))
      guard let player = pids.split(separator: "\n").first.flatMap({ Int($0) }) else { continue }
      let owners = Self.owners(folder.appending(path: "\(part.rawValue)/play"))
      let lines = try EventLines(Data(contentsOf: events))
      var pieces = Self.split(lines.events, player: player, owners: owners)
      rest[part] = pieces.removeValue(forKey: Self.afterLast)
      told.merge(pieces) { $1 }
    }
    self.told = told
    self.rest = rest
  }

  private static let afterLast = -1

  /// The scenario of each process, as the truths tell it.
  private static func owners(_ plays: URL) -> [Int: Int] {
    var owners: [Int: Int] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: plays.path)) ?? [] {
      guard let number = Int(name), let truth = try? Data(contentsOf: plays.appending(path: "\(name)/truth")),
        let lines = try? EventLines(truth)
      else { continue }
      for event in lines.events {
        owners[event.srcPid] = number
        owners[event.dstPid] = number
      }
    }
    owners[-1] = nil
    return owners
  }

  /// The events of each scenario, which end with the player's signal to itself.
  ///
  /// What has an unknown end is told later: the tracer waits for it, or sees only then that nobody has the channel any more. It
  /// belongs to the scenario of its known end.
  private static func split(_ events: [TracedEvent], player: Int, owners: [Int: Int]) -> [Int: [TracedEvent]]
  {
    var told: [Int: [TracedEvent]] = [:]
    var current: [TracedEvent] = []
    for event in events {
      if event.srcPid == player, event.dstPid == player, event.meta.code == "SI_QUEUE",
        let number = event.meta.value
      {
        told[number] = current
        current = []
      } else if event.srcPid == -1 || event.dstPid == -1,
        let number = owners[max(event.srcPid, event.dstPid)],
        told[number] != nil
      {
        told[number]?.append(event)
      } else if event.srcPid != player {
        // The player also ends what a scenario has left; that is not the scenario's.
        current.append(event)
      }
    }
    told[afterLast] = current
    return told
  }

  private static func text(_ file: URL) -> String {
    (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func text(_ path: String) -> String { Self.text(folder.appending(path: path)) }

  func lines(_ path: String) throws -> EventLines {
    try EventLines(Data(contentsOf: folder.appending(path: path)))
  }

  /// A scenario's events, in the order in which they were told.
  func events(of scenario: RecordedScenario) -> [TracedEvent]? { told[scenario.number] }

  /// What was told after the last scenario, which belongs to none.
  func unclaimed(_ part: Part) -> [TracedEvent] { rest[part] ?? [] }

  func part(of scenario: RecordedScenario) -> Part { scenario.isLate ? .late : .main }

  /// Whether it ran in a virtual machine, which is many times slower.
  var isEmulated: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "vm/job").path) }

  /// Whether the kernel answered that it has this.
  func has(_ feature: KernelFeature) -> Bool {
    text("features").split(separator: "\n").contains { $0 == "\(feature)" }
  }

  /// Where the actor of a scenario left its truth, status and complaints.
  func play(_ scenario: RecordedScenario) -> String {
    "\(part(of: scenario).rawValue)/play/\(scenario.number)"
  }

  /// Scenarios that this row was to play.
  var planned: [RecordedScenario] {
    Part.allCases.flatMap { part in
      text("vm/plans/\(part.rawValue)").split(separator: "\n").compactMap { line in
        line.split(separator: " ").first.flatMap { Int($0) }.map { RecordedScenario.all[$0] }
      }
    }
  }

  /// How the guest's checks went (`scripts/vm/guest/checks`).
  var checks: [RecordedVerdict] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "checks").path)) ?? []
    return names.filter { $0.hasSuffix(".status") }.sorted().map { file in
      let name = String(file.dropLast(".status".count))
      let printed = text("checks/\(name).out").split(separator: "\n")
      switch text("checks/\(file)").trimmingCharacters(in: .whitespacesAndNewlines) {
      case "0": return RecordedVerdict(group: "checks", name: name, result: .passed)
      case "77":
        return RecordedVerdict(
          group: "checks", name: name, result: .skipped, reason: String(printed.last ?? ""))
      case let status:
        let shown = ["ended with \(status)"] + printed.suffix(20)
        return RecordedVerdict(
          group: "checks", name: name, result: .failed, reason: shown.joined(separator: "\n"))
      }
    }
  }
}
