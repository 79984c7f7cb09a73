import IPCModel

/// Something that cannot be seen here, and what to do about it.
public struct Limitation: Encodable, Equatable, Sendable {
  /// What it is.
  public let what: String
  /// What helps.
  public let advice: String

  private static let newerKernel = "a newer kernel"

  /// What is not known of a kind for want of a tracepoint; nil if nothing is.
  public init?(missingTracepoint name: String, of kind: Kind) {
    switch (name, kind) {
    case ("sk_data_ready", .unixDatagram), ("sk_data_ready", .loopbackUDP):
      what = "\(name) is missing: which socket a message goes to is not known before it is received"
      advice = "Linux 6.3 or later"
    case ("tcp_sendmsg_locked", _):
      what =
        "\(name) is missing: where writes of several threads lie that overlap in time is found by counting and by "
        + "their bytes"
      advice = "Linux 6.18 or later"
    case ("skb_copy_datagram_iovec", .unixDatagram), ("skb_copy_datagram_iovec", .unixSeqpacket):
      what = "\(name) is missing: which socket sent a message is inferred"
      advice = Self.newerKernel
    case ("skb_copy_datagram_iovec", .loopbackTCP):
      what = "\(name) is missing: where a read begins in the stream is inferred"
      advice = Self.newerKernel
    case ("consume_skb", _), ("netif_rx", _):
      what = "\(name) is missing: a datagram whose receiver asks for no address is recognised by its bytes"
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

  /// What a failure is about.
  public init(_ failure: Failure) {
    what = failure.problem
    advice = failure.advice ?? ""
  }

  /// What stops several types, once.
  ///
  /// - Parameter failures: Why types cannot be traced, one each.
  public static func shared(_ failures: [Failure]) -> [Limitation] {
    var shared: [Limitation] = []
    var seen: [Limitation] = []
    for limitation in failures.map({ Limitation($0) }) {
      if seen.contains(limitation), !shared.contains(limitation) { shared.append(limitation) }
      seen.append(limitation)
    }
    return shared
  }

  /// What concerns no single type.
  public static func general(_ features: KernelFeatures, _ probe: KernelProbe, requested: Hook)
    -> [Limitation]
  {
    var limitations: [Limitation] = []
    if !features.hasBTF { limitations.append(Limitation(.withoutBTF)) }
    let missing = features.capabilities.map(Capabilities.missing(of:)) ?? []
    if !missing.isEmpty { limitations.append(Limitation(.lacking(missing))) }
    limitations += shared(probe.kinds.compactMap(\.failure)).filter { !limitations.contains($0) }
    if probe.hasRing == false {
      limitations.append(Limitation("the kernel has no BPF ring buffer", "Linux 5.8 or later"))
    }
    let preemption = features.preemption
    if preemption.losesRawTracepoints, requested == .raw {
      limitations.append(
        Limitation(
          "programs of type raw_tp are skipped here now and then; what is lost is counted", "--hook=auto"))
    }
    if preemption.losesRawTracepoints, preemption.reachesRawTracepoints == nil, missing.isEmpty {
      limitations.append(
        Limitation(
          "whether raw_tp programs lose events here cannot be known; tracepoint programs never do, but cost more",
          "--hook=raw_tp loses nothing before Linux 7.0, and counts what it loses since"))
    }
    if features.namesRequests == false {
      limitations.append(
        Limitation(
          "io_uring_complete does not name its request: what comes by io_uring has an unknown source",
          "Linux 5.19 or later"))
    }
    if probe.readsPages == false {
      limitations.append(
        Limitation(
          "where the memory of pages lies was not found: contents that are spliced from a file to no reader's buffer, "
            + "and most of those that nobody receives, are reported as missing",
          "none is known; please report the kernel and its configuration"))
    }
    return limitations
  }
}
