import IPCModel
import IPCTracing
import PlainText

/// Output of `--info`. As JSON, its keys never change; those whose value is unknown are left out.
struct KernelReport: Encodable {
  /// What uname(2) tells.
  struct Kernel: Encodable {
    let release: String
    let version: String
    let machine: String
  }

  struct PreemptionRow: Encodable {
    let builtIn: Bool
    let mode: String?
    let reachesRawTP: Bool?

    enum CodingKeys: String, CodingKey {
      case mode
      case builtIn = "built_in"
      case reachesRawTP = "reaches_raw_tp"
    }
  }

  struct CapabilityRow: Encodable {
    let held: [String]?
    let missing: [String]
  }

  /// How one type is watched.
  struct TypeRow: Encodable {
    let type: String
    /// `raw_tp` or `tracepoint`; nil if it cannot be watched.
    let hook: String?
    let tracepoints: [String]
    let gaps: [Limitation]
  }

  let ipcdump: String
  let kernel: Kernel
  let btf: Bool
  let capabilities: CapabilityRow
  let lockdown: String?
  let preemption: PreemptionRow
  let ringBuffer: Bool?
  let ioUring: Bool?
  let spliceContents: Bool?
  let types: [TypeRow]
  let gaps: [Limitation]

  enum CodingKeys: String, CodingKey {
    case ipcdump, kernel, btf, capabilities, lockdown, preemption, types, gaps
    case ringBuffer = "ring_buffer"
    case ioUring = "io_uring"
    case spliceContents = "splice_contents"
  }

  /// Asks the kernel, and tries it.
  ///
  /// - Parameter requested: Program type of `--hook`.
  init(requested: Hook) {
    self.init(KernelFacts(), Trial(requested), requested: requested)
  }

  private init(_ facts: KernelFacts, _ trial: Trial, requested: Hook) {
    ipcdump = String(IPCDump.version.split(separator: " ").last ?? "")
    kernel = Kernel(release: facts.name.release, version: facts.name.version, machine: facts.name.machine)
    btf = facts.hasBTF
    capabilities = CapabilityRow(
      held: facts.capabilities?.names,
      missing: facts.capabilities.map { Capabilities.missing(of: $0).names } ?? [])
    lockdown = facts.lockdown
    preemption = PreemptionRow(
      builtIn: facts.preemption.isBuiltIn, mode: facts.preemption.mode,
      reachesRawTP: facts.preemption.reachesRawTracepoints)
    ringBuffer = trial.hasRing
    ioUring = facts.namesRequests
    spliceContents = trial.readsPages
    let general = Limitation.general(facts, trial, requested: requested)
    gaps = general
    types = trial.watches.map { watch in
      // What concerns every type is told once.
      let refusal = watch.failure.map { Limitation($0) }.filter { !general.contains($0) }
      return TypeRow(
        type: watch.kind.row.name.description, hook: watch.hook?.rawValue, tracepoints: watch.tracepoints,
        gaps: refusal + watch.missing.compactMap { Limitation(missingTracepoint: $0, of: watch.kind) })
    }
  }

  /// The report for programs: one object, with its last newline.
  func json() throws(Failure) -> String {
    do {
      return try PlainJSONEncoder.text(of: self) + "\n"
    } catch {
      throw Failure(.system, "cannot tell it as JSON: \(error)", advice: "leave --json out")
    }
  }
}

extension Optional {
  fileprivate func filter(_ isWanted: (Wrapped) -> Bool) -> [Wrapped] {
    flatMap { isWanted($0) ? [$0] : nil } ?? []
  }
}
