/// Way in which a workload is run.
enum Condition: String, CaseIterable {
  case untraced
  case empty
  case floor
  case metadata
  case contents
  case kept
  case otherPid
  case otherComm
  case otherUser
  case otherCgroup
  case otherPath
  case otherPort
  case strace
  case perfTrace
  case bpftraceCount
  case bpftracePrintf

  /// Head of its column.
  var title: String {
    switch self {
    case .untraced: "untraced"
    case .empty: "empty program"
    case .floor: "floor"
    case .metadata: "ipcdump"
    case .contents: "ipcdump -x"
    case .kept: "ipcdump -w"
    case .otherPid: "ipcdump, other pid"
    case .otherComm: "ipcdump, other name"
    case .otherUser: "ipcdump, other user"
    case .otherCgroup: "ipcdump, other cgroup"
    case .otherPath: "ipcdump, other path"
    case .otherPort: "ipcdump, other port"
    case .strace: "strace"
    case .perfTrace: "perf trace"
    case .bpftraceCount: "bpftrace, counts"
    case .bpftracePrintf: "bpftrace, prints"
    }
  }

  /// Program that it needs and that may be missing.
  var rival: String? {
    switch self {
    case .strace: "strace"
    case .perfTrace: "perf"
    case .bpftraceCount, .bpftracePrintf: "bpftrace"
    default: nil
    }
  }

  /// Whether it is one that tells of the workload's transfers.
  var isTracer: Bool {
    switch self {
    case .metadata, .contents, .kept: true
    default: rival != nil
    }
  }

  /// Part of the work that it does, so that a round does not take hours; what is compared is the time of an operation.
  var share: Double {
    switch self {
    case .strace, .perfTrace, .bpftracePrintf: 0.05
    default: 1
    }
  }

  /// Words before the command, for conditions that start it themselves; nil for the others.
  ///
  /// The rivals watch the calls by which the workloads communicate and no others, each in its cheapest way.
  func prefix(ipcdump: [String], output: String) -> [String]? {
    switch self {
    case .metadata: ipcdump + ["-f", "json", "-o", output, "--"]
    case .contents: ipcdump + ["-f", "json", "-x", "-o", output, "--"]
    case .kept: ipcdump + ["-w", output, "--"]
    case .strace: ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=read,write,kill", "-o", output]
    case .perfTrace: ["perf", "trace", "-e", "read,write,kill", "-o", output, "--"]
    default: nil
    }
  }

  /// bpftrace's program, which names the workloads' processes because it cannot follow children.
  var script: String? {
    let probes =
      "tracepoint:syscalls:sys_exit_read, tracepoint:syscalls:sys_exit_write, tracepoint:syscalls:sys_exit_kill"
    let filter = #"/comm == "ipc-load" || comm == "echo"/"#
    return switch self {
    case .bpftraceCount: "\(probes) \(filter) { @[probe] = count(); }"
    case .bpftracePrintf:
      #"\#(probes) \#(filter) { printf("%llu %s %d %s %d\n", nsecs, probe, pid, comm, args->ret); }"#
    default: nil
    }
  }

  /// Workloads that it is measured with, by their names; nil for all.
  var workloads: Set<String>? {
    switch self {
    case .floor: Set(Workload.all.filter { $0.result != nil }.map(\.name))
    case .otherUser, .otherCgroup: [Workload.pipe.name, Workload.unixStream.name]
    case .otherPath: [Workload.pipe.name, Workload.unixStream.name, Workload.unixPath.name]
    case .otherPort: [Workload.tcp.name, Workload.udp.name]
    default: nil
    }
  }

  /// Filter that nothing of the workload passes.
  ///
  /// - Parameter cgroup: An empty one; nil if there is none.
  func filter(pid: Int32, cgroup: String?) -> [String]? {
    switch self {
    case .otherPid: ["-p", "\(pid)"]
    case .otherComm: ["-P", "no-such-name"]
    case .otherUser: ["--uid", "nobody"]
    case .otherCgroup: cgroup.map { ["--cgroup", $0] }
    case .otherPath: ["--where", "path == /no/such/path or path == '/no-such-folder/*'"]
    case .otherPort: ["--where", "port in (1, 9)"]
    default: nil
    }
  }
}
