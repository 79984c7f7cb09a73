import CLibbpf
import Glibc

/// A thread in which libbpf loads an object.
struct LoadingThread: ~Copyable {
  /// What the thread works on, and what came of it. Read by the starter after the thread has ended only.
  private final class Task {
    let handle: OpaquePointer
    var code: Int32 = 0
    var log: [String] = []

    init(_ handle: OpaquePointer) { self.handle = handle }

    func run() {
      code = bpf_object__load(handle)
      if code != 0 { log = LibbpfLog.takeHeld() }
    }
  }

  private let task: Task
  private var thread = pthread_t()
  private let isStarted: Bool

  /// Starts it; without a thread to be had, the object is loaded at once.
  ///
  /// - Parameter handle: An opened object, which must outlive the thread.
  init(loading handle: OpaquePointer) {
    task = Task(handle)
    let argument = Unmanaged.passRetained(task)
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    isStarted = code == 0
    if !isStarted {
      argument.release()
      task.run()
    }
  }

  /// Waits until it has ended.
  ///
  /// - Throws: ``BPFError`` with the verifier's last lines.
  consuming func join() throws(BPFError) {
    if isStarted { pthread_join(thread, nil) }
    guard task.code == 0 else {
      throw BPFError("load the BPF programs", negative: task.code, step: .load, log: task.log)
    }
  }
}
