import Glibc
import IPCModel
import IPCTracing

/// Output of `--info`.
enum KernelReport {
  static func print(_ requested: Hook) {
    let facts = KernelFacts()
    let hook = requested == .auto ? Hook.preferred : requested
    Swift.print("kernel        \(facts.release)")
    Swift.print("BTF           \(facts.hasBTF ? "yes" : "no: CONFIG_DEBUG_INFO_BTF=y is needed")")
    Swift.print("lockdown      \(facts.lockdown ?? "not told (securityfs is out of reach)")")
    Swift.print("preemption    \(facts.preemption ?? "not told (debugfs is out of reach)")")
    Swift.print(
      "privilege     \(facts.missingCapabilities.isEmpty ? "enough" : "lacks \(facts.missingCapabilities)")")
    for kind in Kind.all {
      let hooks =
        kind == .signal
        ? "signal_generate (tp_btf)" : "syscall exit and enter (\(hook.rawValue)), tail-call table"
      Swift.print("\(kind.row.name)".padded(to: 14) + hooks)
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
