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
    self.init(KernelFeatures(), KernelProbe(requested), requested: requested)
  }

  private init(_ features: KernelFeatures, _ probe: KernelProbe, requested: Hook) {
    ipcdump = String(IPCDump.version.split(separator: " ").last ?? "")
    kernel = Kernel(
      release: features.name.release, version: features.name.version, machine: features.name.machine)
    btf = features.hasBTF
    capabilities = CapabilityRow(
      held: features.capabilities?.names,
      missing: features.capabilities.map { Capabilities.missing(of: $0).names } ?? [])
    lockdown = features.lockdown
    preemption = PreemptionRow(
      builtIn: features.preemption.isBuiltIn, mode: features.preemption.mode,
      reachesRawTP: features.preemption.reachesRawTracepoints)
    ringBuffer = probe.hasRing
    ioUring = features.namesRequests
    spliceContents = probe.readsPages
    let general = Limitation.general(features, probe, requested: requested)
    gaps = general
    types = probe.kinds.map { kind in
      // What concerns every type is reported once.
      let refusal = kind.failure.map { Limitation($0) }.filter { !general.contains($0) }
      return TypeRow(
        type: kind.kind.row.name.description, hook: kind.hook?.rawValue, tracepoints: kind.tracepoints,
        gaps: refusal + kind.missing.compactMap { Limitation(missingTracepoint: $0, of: kind.kind) })
    }
  }

  /// The report for programs: one object, with its last newline.
  func json() throws(Failure) -> String {
    do {
      return try PlainJSONEncoder.text(of: self) + "\n"
    } catch {
      throw Failure(.system, "cannot write it as JSON: \(error)", advice: "leave --json out")
    }
  }
}

extension Optional {
  fileprivate func filter(_ isWanted: (Wrapped) -> Bool) -> [Wrapped] {
    flatMap { isWanted($0) ? [$0] : nil } ?? []
  }
}

extension KernelReport {
  /// The report for people: a line a fact, gaps indented below what they are about.
  var text: String {
    var lines = [
      row("kernel", "\(kernel.release) \(kernel.machine), \(kernel.version)"),
      row("BTF", btf ? "yes" : "no"),
      row("capabilities", capabilityText),
      row("lockdown", lockdown ?? "unknown (no securityfs)"),
      row("preemption", preemptionText),
      row("ring buffer", word(ringBuffer)),
      row("io_uring", word(ioUring)),
      row("splices", word(spliceContents).with("with contents", for: "yes")),
    ]
    lines += gaps.map(line)
    for type in types {
      let tracepoints = type.tracepoints.joined(separator: " ")
      lines.append(row(type.type, type.hook.map { "\($0): \(tracepoints)" } ?? "not watched"))
      lines += type.gaps.map(line)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var capabilityText: String {
    let held = capabilities.held?.joined(separator: " ") ?? "unknown (no /proc)"
    guard !capabilities.missing.isEmpty else { return "enough: \(held)" }
    return
      "lacks \(capabilities.missing.joined(separator: " ")), has \(held.isEmpty ? "none that helps" : held)"
  }

  private var preemptionText: String {
    guard preemption.builtIn else { return "never" }
    let mode = preemption.mode ?? "mode unknown"
    return switch preemption.reachesRawTP {
    case true?: "\(mode); raw tracepoints are preempted"
    case false?: "\(mode); raw tracepoints are not preempted"
    case nil: mode
    }
  }

  private func word(_ answer: Bool?) -> String {
    switch answer {
    case true?: "yes"
    case false?: "no"
    case nil: "not tried"
    }
  }

  private func line(_ gap: Limitation) -> String { row("", "! \(gap.what) (\(gap.advice))") }

  private func row(_ name: String, _ value: String) -> String {
    name + String(repeating: " ", count: max(1, 16 - name.count)) + value
  }
}
