/// What some kernels of the matrix lack, so that a scenario cannot be told there in full, and since when it exists.
///
/// Whether it is there is asked of the kernel itself, inside of the guest; never of its version. What a scenario needs to be played
/// at all its actor asks for, and says.
enum KernelFeature: String, CaseIterable {
  /// io_uring_complete names the request, and thereby the file and the process.
  case requestsOfCompletions = "io_uring_complete that names the request (5.19)"

  /// Where in a TCP stream a write begins; without it, that of threads or processes which write at once may have to be
  /// concluded.
  case positionsOfWrites = "tcp_sendmsg_locked (6.18)"

  /// A command of the guest's shell, which succeeds where the feature is there.
  var probe: String {
    switch self {
    case .requestsOfCompletions:
      "grep -qE 'field:void *\\* *req;' /sys/kernel/tracing/events/io_uring/io_uring_complete/format"
    case .positionsOfWrites: "grep -q btf_trace_tcp_sendmsg_locked /sys/kernel/btf/vmlinux"
    }
  }

  /// A line of the plan `features`, which `scripts/vm/guest/scenarios` reads.
  var planLine: String { "\(self)\t\(probe)\n" }

  /// Without which a scenario cannot be told.
  static func needed(by scenario: RecordedScenario) -> [KernelFeature] {
    scenario.group == "uring" ? [.requestsOfCompletions] : []
  }

  /// Without which the ends of a scenario's transfers may be told as inferred, if they are right.
  static func observing(_ scenario: RecordedScenario) -> [KernelFeature] {
    let share = ["socket-threads", "socket-forked"]
    return scenario.group == "tcp" && share.contains(scenario.words[0]) ? [.positionsOfWrites] : []
  }
}
