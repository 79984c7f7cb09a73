import Glibc
import IPCFiltering
import IPCModel
import Libbpf

/// What the kernel answers when the programs are loaded and attached for a moment, for this process only.
public struct KernelProbe: Sendable {
  /// Every kind, in the order of the registry.
  public let kinds: [KindProbe]
  /// Whether contents can be taken from the pages of pipes, as splices need it; nil if that could not be tried.
  public let readsPages: Bool?
  /// Whether the kernel has the BPF ring buffer (Linux 5.8); nil if this process may not try.
  public let hasRing: Bool?

  /// Tries all kinds at once; each of them alone if the kernel refuses something.
  ///
  /// - Parameter hook: Program type at the syscalls.
  public init(_ hook: Hook) {
    let first = Self.attempt(Kind.all, hook)
    // Who may not trace may not trace a part of it either.
    let isDecided = first.kinds.allSatisfy { $0.failure == nil || $0.failure?.cause == .privilege }
    let attempts = isDecided ? [first] : Kind.all.map { Self.attempt([$0], hook) }
    kinds = attempts.flatMap(\.kinds)
    readsPages = attempts.lazy.compactMap(\.readsPages).first
    let isWatched = kinds.contains { $0.failure == nil }
    let isForbidden = kinds.contains { $0.failure?.cause == .privilege }
    hasRing = isWatched ? true : isForbidden ? nil : Features.hasRing
  }

  private static func attempt(_ kinds: [Kind], _ hook: Hook) -> (kinds: [KindProbe], readsPages: Bool?) {
    var selection = Selection(kinds: Set(kinds))
    selection.criteria = [.pids([getpid()], of: .either)]
    do throws(Failure) {
      var tracer = try Tracer(
        Configuration(selection: selection, hook: hook, captureLimit: 1, ringSize: 64 << 10))
      _ = try tracer.attach()
      let probes = kinds.map { kind in
        let (tracepoints, missing) = tracer.tracepoints(of: kind)
        return KindProbe(
          kind: kind, hook: tracer.hook, tracepoints: tracepoints, missing: missing, failure: nil)
      }
      return (probes, kinds.contains(.pipe) ? tracer.findsPages : nil)
    } catch {
      let kinds = kinds.map { KindProbe(kind: $0, hook: nil, tracepoints: [], missing: [], failure: error) }
      return (kinds, nil)
    }
  }
}

extension Tracer {
  /// Tracepoints that a kind's programs are attached to, and those that they would be if the kernel had them.
  fileprivate borrowing func tracepoints(of kind: Kind) -> (attached: [String], missing: [String]) {
    var attached: [String] = []
    var missing: [String] = []
    let selection = Selection(kinds: [kind])
    forEachAttachable { program, place, isAttached in
      guard place.isNeeded(for: selection, scope: .all, withContents: false) else { return }
      if isAttached { attached.append(program.tracepoint) } else { missing.append(program.tracepoint) }
    }
    // One tracepoint under two names: before 6.4 and since.
    let submissions = ["io_uring_submit_req", "io_uring_submit_sqe"]
    if attached.contains(where: submissions.contains) { missing.removeAll(where: submissions.contains) }
    return (attached, missing)
  }
}

/// How a kind is watched, as a ``KernelProbe`` has shown.
public struct KindProbe: Sendable {
  /// The kind.
  public let kind: Kind
  /// Type of the programs at the syscalls; nil if the kernel refuses them.
  public let hook: Hook?
  /// Tracepoints that programs of the kind were attached to.
  public let tracepoints: [String]
  /// Tracepoints that would tell more and are missing here.
  public let missing: [String]
  /// Why the kind cannot be watched; nil if it can.
  public let failure: Failure?
}
