import IPCModel
import IPCSession
import PlainText

/// What is said at once of pids and names that nobody has, so that nobody waits for events that cannot come.
struct SelectionRemarks {
  private let filter: FilterOptions

  /// Prepares for the options of a trace.
  init(_ filter: FilterOptions) { self.filter = filter }

  /// A sentence for each option that chooses what does not run.
  ///
  /// - Parameter ofCommand: Whether a command is traced, whose processes have their names later.
  func sentences(ofCommand: Bool) -> [String] {
    let pids = [("-p", filter.pids), ("-s", filter.sourcePids), ("-d", filter.destinationPids)]
    var sentences = pids.flatMap { option, lists in remarks(on: lists.flatMap(\.pids), of: option) }
    let names = [
      ("-P", "-p", filter.comms), ("-S", "-s", filter.sourceComms), ("-D", "-d", filter.destinationComms),
    ].filter { !$0.2.isEmpty }
    if ofCommand || names.isEmpty { return sentences }
    let known = ProcessTable.names()
    for (option, pidOption, names) in names {
      sentences += names.filter { !known.contains(Comm($0)) }.map {
        remark(on: $0, of: option, pidOption, known)
      }
    }
    return sentences
  }

  private func remarks(on pids: [Int32], of option: String) -> [String] {
    var absent: [Int32] = []
    var sentences: [String] = []
    for pid in pids {
      switch ProcessTable.standing(of: pid) {
      case .process: break
      case .absent: absent.append(pid)
      case .thread(let leader):
        sentences.append(
          "\(option) \(pid): that is a thread of \(ProcessTable.words(leader)), and \(option) takes processes; did you mean \(option) \(leader)?"
        )
      }
    }
    if let first = absent.first {
      let shown =
        absent.prefix(Self.mostPids).map(String.init) + (absent.count > Self.mostPids ? ["..."] : [])
      sentences.insert(
        absent.count == 1
          ? "\(option) \(first): there is no such process"
          : "\(option) \(shown.joined(separator: ",")): there are no such processes", at: 0)
    }
    return sentences
  }

  private static let mostPids = 8

  private func remark(on name: String, of option: String, _ pidOption: String, _ known: Set<Comm>) -> String {
    let sentence = "\(option) \(ProcessTable.words(Comm(name))): nobody has this name now"
    if let pid = Int32(name), ProcessTable.standing(of: pid) != .absent {
      return "\(sentence); did you mean \(pidOption) \(pid)?"
    }
    let nearest = Spelling.nearest(to: name, among: known.map(\.description).sorted())
    return sentence + (nearest.map { "; did you mean \(option) \(ProcessTable.words(Comm($0)))?" } ?? "")
  }
}
