/// Who waits in vain, as `ipcdump why` finds it.
public struct StuckProcesses: Sendable, Equatable, Decodable {
  /// Processes that wait for each other.
  public struct Deadlock: Sendable, Equatable, Decodable {
    /// The processes.
    public let pids: [Int32]
    /// Why it will not end, in a sentence; untrusted.
    public let reason: String
    /// Others that wait for it.
    public let blocked: [Int32]

    /// Describes a deadlock.
    public init(pids: [Int32], reason: String, blocked: [Int32]) {
      self.pids = pids
      self.reason = reason
      self.blocked = blocked
    }
  }

  /// A write end of a pipe that seems to have been forgotten.
  public struct Leak: Sendable, Equatable, Decodable {
    /// The pipe.
    public let channel: String
    /// Who waits for its end.
    public let reader: DescriptorHolder
    /// Who keeps it open.
    public let holders: [DescriptorHolder]

    /// Describes a leak.
    public init(channel: String, reader: DescriptorHolder, holders: [DescriptorHolder]) {
      self.channel = channel
      self.reader = reader
      self.holders = holders
    }
  }

  /// Those that nothing ends.
  public let deadlocks: [Deadlock]
  /// Those ends.
  public let leaks: [Leak]

  /// Describes what was found.
  public init(deadlocks: [Deadlock], leaks: [Leak]) {
    self.deadlocks = deadlocks
    self.leaks = leaks
  }

  /// What of it is about some processes.
  public func of(_ processes: Set<Int32>) -> StuckProcesses {
    StuckProcesses(
      deadlocks: deadlocks.filter { !processes.isDisjoint(with: $0.pids + $0.blocked) },
      leaks: leaks.filter {
        processes.contains($0.reader.pid) || $0.holders.contains { processes.contains($0.pid) }
      }
    )
  }

  /// Whether a pipe's write end was forgotten.
  func hasLeak(of channel: [UInt8]) -> Bool { leaks.contains { $0.channel.utf8.elementsEqual(channel) } }
}
