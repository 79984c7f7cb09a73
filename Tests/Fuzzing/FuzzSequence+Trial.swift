import IPCCorrelation
import IPCModel

extension FuzzSequence {
  /// Lets it happen, with every format at the end.
  ///
  /// - Parameters:
  ///   - alphabet: What contents consist of; nil if anything may be taken for contents.
  ///   - isOrdered: Whether the records come nearly in the order of time, so that the events must.
  /// - Returns: What was wrong, a line each.
  public func problems(alphabet: Alphabet? = nil, isOrdered: Bool = false) -> [String] {
    var settings = CorrelatorSettings(captureLimit: captureLimit, matchTimeout: matchTimeout) { port, _ in
      port % 3 == 0 ? "service\(port)" : nil
    }
    settings.tellsLifecycle = true
    settings.tellsKernelNetlink = true
    var correlator = Correlator(settings)
    var witness = Witness(alphabet: alphabet, isOrdered: isOrdered)
    var now: UInt64 = 0
    for step in steps {
      switch step {
      case .record(let record):
        now = max(now, record.withUnsafeBytes { correlator.take($0) } ?? 0)
        for violation in correlator.violations { witness.note(violation) }
      case .release(let time):
        correlator.release(now: time) { event, content, texts in
          witness.see(event, content, texts)
          return true
        }
      case .sweep(let time, let look): correlator.sweep(now: time, channels: look.map { OpenChannels($0) })
      case .seed(let channels): correlator.seed(OpenChannels(channels))
      case .lost(let kind, let count):
        if kind < Kind.all.count { correlator.countLost(UInt64(count), of: Kind(rawValue: kind)) }
      }
    }
    correlator.finish(now: now, channels: OpenChannels())
    correlator.release(now: .max) { event, content, texts in
      witness.see(event, content, texts)
      return true
    }
    witness.end()
    if correlator.hasPending { witness.note("an operation still waits at the end") }
    if correlator.buffer.count > 0 { witness.note("\(correlator.buffer.count) events still wait at the end") }
    let kept = correlator.buffer.contentsInUse
    if kept != 0 { witness.note("\(kept) pieces of contents are kept beyond the end") }
    return witness.problems
  }
}
