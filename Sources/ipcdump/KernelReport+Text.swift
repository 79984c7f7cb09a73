import IPCTracing
import PlainText

extension KernelReport {
  /// The report for people: a line a fact, gaps indented below what they are about.
  var text: String {
    var lines = [
      row("kernel", "\(kernel.release) \(kernel.machine), \(kernel.version)"),
      row("BTF", btf ? "yes" : "no"),
      row("capabilities", capabilityText),
      row("lockdown", lockdown ?? "not told (no securityfs)"),
      row("preemption", preemptionText),
      row("ring buffer", told(ringBuffer)),
      row("io_uring", told(ioUring)),
      row("splices", told(spliceContents).with("with contents", for: "yes")),
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
    let held = capabilities.held?.joined(separator: " ") ?? "not told (no /proc)"
    guard !capabilities.missing.isEmpty else { return "enough: \(held)" }
    return
      "lacks \(capabilities.missing.joined(separator: " ")), has \(held.isEmpty ? "none that helps" : held)"
  }

  private var preemptionText: String {
    guard preemption.builtIn else { return "never" }
    let mode = preemption.mode ?? "mode not told"
    return switch preemption.reachesRawTP {
    case true?: "\(mode); raw tracepoints are preempted"
    case false?: "\(mode); raw tracepoints are not preempted"
    case nil: mode
    }
  }

  private func told(_ answer: Bool?) -> String {
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
