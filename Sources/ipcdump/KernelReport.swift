import Glibc
import IPCModel
import IPCTracing

/// Output of `--info`.
enum KernelReport {
  static func print(_ requested: Hook) {
    let facts = KernelFacts()
    let hook = requested == .auto ? Hook.preferred : requested
    print("kernel", facts.release)
    print("BTF", facts.hasBTF ? "yes" : "no: CONFIG_DEBUG_INFO_BTF=y is needed")
    print("lockdown", facts.lockdown ?? "not told (securityfs is out of reach)")
    print("preemption", facts.preemption ?? "not told (debugfs is out of reach)")
    print(
      "privilege", facts.missingCapabilities.isEmpty ? "enough" : "lacks \(facts.missingCapabilities)")
    for kind in Kind.all {
      print(kind.row.name.description, hooks(of: kind, door: hook, facts))
    }
    print("io_uring", requests(facts))
  }

  /// How operations that are submitted through io_uring are seen.
  private static func requests(_ facts: KernelFacts) -> String {
    let tracepoints = "io_uring_complete and io_uring_submit_req, for all kinds that carry bytes"
    return switch facts.namesRequests {
    case true?: tracepoints
    case false?:
      "not told here: io_uring_complete does not name the request (Linux 5.19 or later does); "
        + "what comes through it has an unknown source"
    case nil: "\(tracepoints), if the kernel is 5.19 or later (tracefs is out of reach)"
    }
  }

  /// Where the records of a kind come from.
  private static func hooks(of kind: Kind, door: Hook, _ facts: KernelFacts) -> String {
    let syscalls = "syscall exit and enter (\(door.rawValue))"
    let receiver =
      switch facts.tellsQueueing {
      case true?: "sk_data_ready"
      case false?: "not told here (sk_data_ready: Linux 6.3 or later)"
      case nil: "sk_data_ready if the kernel has it (tracefs is out of reach)"
      }
    return switch kind {
    case .signal: "signal_generate (raw_tp)"
    case .unixDatagram, .unixSeqpacket:
      "\(syscalls); sender of a message: skb_copy_datagram_iovec; receiver of one by name: \(receiver)"
    case .loopbackTCP:
      "\(syscalls), positions in the stream; start of a read: skb_copy_datagram_iovec; of a write: "
        + (facts.placesWrites == false ? "by what other threads write meanwhile" : "tcp_sendmsg_locked")
    case .loopbackUDP: "\(syscalls); ends of a datagram: netif_rx, consume_skb; receiver: \(receiver)"
    default: syscalls
    }
  }

  private static func print(_ name: String, _ value: String) {
    Swift.print(name.padded(to: 16) + value)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
