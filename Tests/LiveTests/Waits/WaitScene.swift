import Testing

/// What is true of a scene.
struct WaitScene: CustomTestStringConvertible {
  /// A deadlock by the roles of those in it.
  struct Deadlock: Equatable {
    let roles: [String]
    let kind: String
    var blocked: [String] = []
  }

  let name: String
  var deadlocks: [Deadlock] = []
  /// Readers, and who keeps the other end open.
  var leaks: [[String]] = []
  var unknown: [String] = []

  var testDescription: String { name }

  private static func cycle(_ name: String, _ roles: String...) -> WaitScene {
    WaitScene(name: name, deadlocks: [Deadlock(roles: roles, kind: "cycle")])
  }

  private static func knot(_ name: String, _ roles: String...) -> WaitScene {
    WaitScene(name: name, deadlocks: [Deadlock(roles: roles, kind: "knot")])
  }

  private static func alone(_ name: String) -> WaitScene {
    WaitScene(name: name, deadlocks: [Deadlock(roles: ["a"], kind: "self")])
  }

  /// Those that never end.
  static let hangs: [WaitScene] = [
    cycle("subprocess_stderr", "child", "parent"),
    alone("own_write_end"),
    cycle("both_read", "a", "b"),
    cycle("both_write", "a", "b"),
    cycle("full_sockets", "a", "b"),
    cycle("packets", "a", "b"),
    cycle("ring", "a", "b", "c", "d", "e"),
    knot("knot", "a", "b", "c"),
    knot("poll_two", "a", "b", "c"),
    cycle("select_crosswise", "a", "b"),
    cycle("select_to_write", "a", "b"),
    cycle("nested_epoll", "a", "b"),
    cycle("parent_waits", "child", "parent"),
    knot("waits_for_any_child", "one", "parent", "two"),
    knot("multiprocessing_queue", "child", "parent"),
    cycle("flocks", "a", "b"),
    cycle("description_locks", "a", "b"),
    cycle("process_lock_and_pipe", "a", "b"),
    cycle("inherited_flock", "holder", "waiter"),
    cycle("two_readers_of_a_lock", "stuck", "waiter"),
    cycle("semaphores", "a", "b"),
    cycle("message_queues", "a", "b"),
    cycle("posix_queues", "a", "b"),
    cycle("posix_queue_full", "a", "b"),
    cycle("mutexes", "a", "b"),
    cycle("robust_mutexes", "a", "b"),
    cycle("inheriting_mutexes", "a", "b"),
    cycle("shared_semaphores", "a", "b"),
    alone("mutexes_of_threads"),
    alone("locks_of_python"),
    cycle("eventfds", "a", "b"),
    cycle("full_backlog", "client", "server"),
    cycle("not_accepted", "client", "server"),
    cycle("not_accepted_tcp", "client", "server"),
    cycle("full_datagrams", "receiver", "sender"),
    cycle("tcp", "a", "b"),
    cycle("tcp_full", "a", "b"),
    cycle("udp", "a", "b"),
    cycle("terminal", "emulator", "program"),
    cycle("terminal_full", "emulator", "program"),
    cycle("pidfd", "a", "b"),
    cycle("fifos", "a", "b"),
    cycle("debugger", "debugger", "program"),
    cycle("splice", "a", "b"),
    WaitScene(
      name: "two_deadlocks",
      deadlocks: [
        Deadlock(roles: ["a", "b"], kind: "cycle", blocked: []),
        Deadlock(roles: ["c", "d"], kind: "cycle", blocked: []),
      ]),
    WaitScene(
      name: "behind",
      deadlocks: [Deadlock(roles: ["logger"], kind: "self", blocked: ["client", "server"])]),
    alone("two_stuck_threads"),
    alone("own_pipe_blocked_signal"),
    alone("handler_does_not_rescue_a_read"),
  ]

  /// Those that can still end.
  static let lookalikes: [WaitScene] = [
    WaitScene(name: "slow_pipeline"),
    WaitScene(name: "busy_writer"),
    WaitScene(name: "sleeping_writer"),
    WaitScene(name: "poll_with_time"),
    WaitScene(name: "epoll_with_time"),
    WaitScene(name: "another_thread"),
    WaitScene(name: "idle_server"),
    WaitScene(name: "idle_tcp_server"),
    WaitScene(name: "event_loop"),
    WaitScene(name: "self_pipe"),
    WaitScene(name: "signalfd", leaks: [["b", "a"]]),
    WaitScene(name: "timerfd"),
    WaitScene(name: "timerfd_in_epoll"),
    WaitScene(name: "receive_timeout"),
    WaitScene(name: "crosswise_fifo_opens"),
    WaitScene(name: "own_fifo"),
    WaitScene(name: "bound_datagrams"),
    WaitScene(name: "udp_server"),
    WaitScene(name: "stopped_writer"),
    WaitScene(name: "live_terminal"),
    WaitScene(name: "held_lock"),
    WaitScene(name: "held_process_lock"),
    WaitScene(name: "alarm"),
    WaitScene(name: "interval_timer"),
    WaitScene(name: "posix_timer"),
    WaitScene(name: "held_mutex"),
    WaitScene(name: "timed_semaphore"),
    WaitScene(name: "unknown_semaphore"),
    WaitScene(name: "unknown_queue"),
    WaitScene(name: "own_posix_queue"),
    WaitScene(name: "sleeping_child"),
    WaitScene(name: "pausing", leaks: [["c", "a", "b"]]),
    WaitScene(name: "inotify"),
    WaitScene(name: "any_of_two", leaks: [["a", "b"]]),
    WaitScene(name: "in_flight", unknown: ["a"]),
    WaitScene(name: "live_debugger"),
    WaitScene(name: "event_of_a_thread"),
    WaitScene(name: "daemon_keeps_output", leaks: [["shell", "daemon"]]),
    WaitScene(name: "pipeline"),
  ]
}
