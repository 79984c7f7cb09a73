import IPCModel
import PlainText

/// Something that cannot be seen here, and what to do about it.
public struct Gap: Encodable, Equatable, Sendable {
  /// What it is.
  public let what: String
  /// What helps.
  public let advice: String

  private static let newerKernel = "a newer kernel"

  /// What is not told of a kind for want of a tracepoint; nil if nothing is.
  public init?(missingTracepoint name: String, of kind: Kind) {
    switch (name, kind) {
    case ("sk_data_ready", .unixDatagram), ("sk_data_ready", .loopbackUDP):
      what = "\(name) is missing: which socket a message goes to is not told before it is received"
      advice = "Linux 6.3 or later"
    case ("tcp_sendmsg_locked", _):
      what =
        "\(name) is missing: where writes of several threads lie that overlap in time is told by counting and by "
        + "their bytes"
      advice = "Linux 6.18 or later"
    case ("skb_copy_datagram_iovec", .unixDatagram), ("skb_copy_datagram_iovec", .unixSeqpacket):
      what = "\(name) is missing: which socket sent a message is inferred"
      advice = Self.newerKernel
    case ("skb_copy_datagram_iovec", .loopbackTCP):
      what = "\(name) is missing: where a read begins in the stream is inferred"
      advice = Self.newerKernel
    case ("consume_skb", _), ("netif_rx", _):
      what = "\(name) is missing: a datagram whose receiver asks for no address is told by its bytes"
      advice = Self.newerKernel
    case (let name, _) where name.hasPrefix("io_uring_"):
      what = "\(name) is missing: operations by io_uring are not seen"
      advice = "a kernel with CONFIG_IO_URING=y"
    default: return nil
    }
  }

  private init(_ what: String, _ advice: String) {
    self.what = what
    self.advice = advice
  }

  /// A sentence that tells both, the advice behind its last semicolon.
  public init(_ failure: Failure) {
    let parts = failure.sentence.parts(between: "; ")
    what = parts.dropLast().joined(separator: "; ")
    advice = parts.last ?? ""
  }

  /// What stops several types, once.
  ///
  /// - Parameter failures: Why types cannot be traced, one each.
  public static func shared(_ failures: [Failure]) -> [Gap] {
    var shared: [Gap] = []
    var seen: [Gap] = []
    for gap in failures.map({ Gap($0) }) {
      if seen.contains(gap), !shared.contains(gap) { shared.append(gap) }
      seen.append(gap)
    }
    return shared
  }

  /// What concerns no single type.
  public static func general(_ facts: KernelFacts, _ trial: Trial, requested: Hook) -> [Gap] {
    var gaps: [Gap] = []
    if !facts.hasBTF { gaps.append(Gap(.withoutBTF)) }
    let missing = facts.capabilities.map(Capabilities.missing(of:)) ?? []
    if !missing.isEmpty { gaps.append(Gap(.lacking(missing))) }
    gaps += shared(trial.watches.compactMap(\.failure)).filter { !gaps.contains($0) }
    if trial.hasRing == false {
      gaps.append(Gap("the kernel has no BPF ring buffer", "Linux 5.8 or later"))
    }
    let preemption = facts.preemption
    if preemption.losesRawTracepoints, requested == .raw {
      gaps.append(
        Gap("programs of type raw_tp are skipped here now and then; what is lost is counted", "--hook=auto"))
    }
    if preemption.losesRawTracepoints, preemption.reachesRawTracepoints == nil, missing.isEmpty {
      gaps.append(
        Gap(
          "whether raw_tp programs lose events here cannot be told; tracepoint programs never do, but cost more",
          "--hook=raw_tp loses nothing before Linux 7.0, and counts what it loses since"))
    }
    if facts.namesRequests == false {
      gaps.append(
        Gap(
          "io_uring_complete does not name its request: what comes by io_uring has an unknown source",
          "Linux 5.19 or later"))
    }
    if trial.readsPages == false {
      gaps.append(
        Gap(
          "where the memory of a pipe's pages lies was not found: contents that are spliced from a file to no reader's "
            + "buffer are told as missing", "none is known; please report the kernel and its configuration"))
    }
    return gaps
  }
}
