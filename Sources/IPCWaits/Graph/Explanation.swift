/// Puts a deadlock into a sentence.
struct Explanation {
  private let graph: WaitGraph

  /// Threads of a deadlock that a sentence has room for.
  private static let shownThreads = 6

  init(_ graph: WaitGraph) { self.graph = graph }

  /// Why a deadlock does not end.
  func reason(of deadlock: Deadlock) -> String {
    let waits = deadlock.threads.compactMap { graph.wait(of: $0) }
    if deadlock.shape == .alone, waits.count == 1, let wait = waits.first { return reason(ofOne: wait) }
    let shown = inOrder(waits).prefix(Self.shownThreads).map { wait in
      let target = stuckTargets(of: wait).first
      let what = target.map { "\(WaitWords.infinitive(wait, $0))" } ?? "go on"
      let who = deadlock.shape == .alone ? "thread \(wait.tid)" : WaitWords.process(wait.pid, wait.name)
      return "\(who) cannot \(what) before \(endersOf(wait, deadlock))"
    }
    let more = waits.count - shown.count
    return shown.joined(separator: "; ") + (more > 0 ? "; and \(more) more threads likewise" : "")
  }

  private func stuckTargets(of wait: ThreadWait) -> [WaitTarget] { wait.targets.filter { !graph.canEnd($0) } }

  /// Each thread behind the one that it waits for, as far as that goes.
  private func inOrder(_ waits: [ThreadWait]) -> [ThreadWait] {
    var rest = waits
    var ordered: [ThreadWait] = []
    while !rest.isEmpty {
      let pids = ordered.last.map { Set(stuckTargets(of: $0).lazy.flatMap(\.enders).map(\.pid)) } ?? []
      let next = rest.firstIndex { pids.contains($0.pid) } ?? rest.startIndex
      ordered.append(rest.remove(at: next))
    }
    return ordered
  }

  private func reason(ofOne wait: ThreadWait) -> String {
    let target = stuckTargets(of: wait).first
    guard let target else { return "it waits for itself" }
    let channel = WaitWords.thing(target)
    let holding = target.enders.first { $0.pid == wait.pid }?.descriptor.map { " (fd \($0))" } ?? ""
    switch target.enders.first?.deed {
    case .write where wait.call == .read && target.type == .pipe:
      return
        "it will never read \(channel) to the end, because it holds the last write end itself\(holding)"
    case .read where target.type == .pipe:
      return
        "it will never write all to \(channel)\(WaitWords.load(target)), because it holds the last read end itself\(holding)"
    case .some(let deed):
      return
        "it cannot \(WaitWords.infinitive(wait, target)), because nobody but itself\(holding) could \(WaitWords.verb(deed))"
    case nil:
      return "it cannot \(WaitWords.infinitive(wait, target)), because nobody is there who could end that"
    }
  }

  private func endersOf(_ wait: ThreadWait, _ deadlock: Deadlock) -> String {
    let target = stuckTargets(of: wait).first
    var parts: [String] = []
    for ender in target?.enders.prefix(Self.shownThreads) ?? [] {
      let who =
        if let tid = ender.tid, ender.pid == wait.pid {
          "thread \(tid)"
        } else if ender.pid == wait.pid {
          deadlock.shape == .alone ? "another thread" : "another thread of its own"
        } else {
          WaitWords.process(ender.pid, ender.name)
        }
      parts.append("\(who) \(WaitWords.thirdPerson(ender.deed))")
    }
    return parts.isEmpty ? "somebody comes who is not there" : parts.joined(separator: " or ")
  }
}

/// The words for waits.
public enum WaitWords {
  /// `4321(name)`.
  public static func process(_ pid: Int32, _ name: String) -> String { "\(pid)(\(name))" }

  /// `pipe [77]`.
  public static func thing(_ target: WaitTarget) -> String {
    target.channel.map { "\(target.type.rawValue) \($0)" } ?? target.type.rawValue
  }

  /// ` (65536 of 65536 bytes unread)`; empty if that is not known.
  public static func load(_ target: WaitTarget) -> String {
    guard let unread = target.unread, target.enders.first?.deed == .read else { return "" }
    let unit = target.type == .mqueue || target.type == .unixDatagram ? "messages" : "bytes"
    return target.capacity.map { " (\(unread) of \($0) \(unit) unread)" } ?? " (\(unread) \(unit) unread)"
  }

  /// `has been` what: `reading pipe [77]`.
  public static func participle(_ wait: ThreadWait, _ target: WaitTarget) -> String {
    let thing = thing(target)
    switch wait.call {
    case .read: return "reading \(thing)"
    case .write: return "writing \(thing)"
    case .poll: return "polling \(thing)"
    case .accept: return "accepting at \(thing)"
    case .connect: return "connecting to \(thing)"
    case .open: return "opening \(thing)"
    case .wait: return "waiting for a process to end"
    case .futex: return "waiting at \(thing)"
    case .flock: return "waiting for \(thing)"
    case .semop: return "waiting at \(thing)"
    case .msgsnd: return "sending to \(thing)"
    case .msgrcv: return "receiving from \(thing)"
    case .mq: return target.enders.first?.deed == .read ? "sending to \(thing)" : "receiving from \(thing)"
    case .sleep: return "sleeping"
    case .sigwait: return "waiting for a signal"
    case .other: return target.type == .stopped ? "stopped" : "waiting for \(thing)"
    }
  }

  /// `cannot` what: `read pipe [77]`.
  public static func infinitive(_ wait: ThreadWait, _ target: WaitTarget) -> String {
    let thing = thing(target)
    switch wait.call {
    case .read: return "read \(thing)"
    case .write: return "write to \(thing)\(load(target))"
    case .poll: return "poll \(thing)\(load(target))"
    case .accept: return "accept at \(thing)"
    case .connect: return "connect to \(thing)"
    case .open: return "open \(thing)"
    case .wait: return "see a process end"
    case .futex: return "go on at \(thing)"
    case .flock: return "get \(thing)"
    case .semop: return "pass \(thing)"
    case .msgsnd: return "send to \(thing)"
    case .msgrcv: return "receive from \(thing)"
    case .mq:
      return target.enders.first?.deed == .read ? "send to \(thing)\(load(target))" : "receive from \(thing)"
    case .sleep: return "wake up"
    case .sigwait: return "get a signal"
    case .other: return target.type == .stopped ? "be continued" : "go on at \(thing)"
    }
  }

  /// `could` what.
  public static func verb(_ deed: WaitEnder.Deed) -> String {
    switch deed {
    case .write: "write there"
    case .read: "read there"
    case .close: "close it"
    case .accept: "accept it"
    case .exit: "exit"
    case .unlock: "unlock it"
    case .wake: "wake it"
    case .msgsnd: "send there"
    case .msgrcv: "receive there"
    case .semop: "let it pass"
    case .settime: "set it"
    case .execute: "execute a program"
    case .continue: "continue it"
    }
  }

  /// What somebody does to end a wait.
  public static func thirdPerson(_ deed: WaitEnder.Deed) -> String {
    switch deed {
    case .write: "writes there"
    case .read: "reads there"
    case .close: "closes it"
    case .accept: "accepts it"
    case .exit: "exits"
    case .unlock: "unlocks it"
    case .wake: "wakes it"
    case .msgsnd: "sends there"
    case .msgrcv: "receives there"
    case .semop: "lets it pass"
    case .settime: "sets it"
    case .execute: "executes a program"
    case .continue: "continues it"
    }
  }
}
