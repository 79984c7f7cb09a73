import CLibbpf
import Glibc
import SystemPackage

/// A thread in which libbpf loads a part of an object's programs.
struct LoadingThread: ~Copyable {
  /// What the thread works on, and what came of it. Read by the starter after the thread has ended only.
  private final class Task {
    private let share: [Int]
    private let image: UnsafeRawBufferPointer
    private let name: String
    private let types: String
    private let whole: OpaquePointer
    private var part: OpenedObject?
    private var failure: BPFError?

    init(
      _ share: [Int], of image: UnsafeRawBufferPointer, name: String, types: String, whole: OpaquePointer
    ) {
      self.share = share
      self.image = image
      self.name = name
      self.types = types
      self.whole = whole
    }

    func run() {
      do throws(BPFError) {
        let part = try OpenedObject(image, name: name, types: types)
        let programs = part.programs
        for program in programs { program.setAutoload(false) }
        for index in share { programs[index].setAutoload(true) }
        try part.share(mapsOf: whole)
        try part.load()
        self.part = consume part
      } catch {
        failure = error
      }
    }

    func takeResult() throws(BPFError) -> OpenedObject {
      guard let part = part.take() else { throw failure ?? BPFError("load the BPF programs", .ioError) }
      return part
    }
  }

  private let task: Task
  private var thread = pthread_t()
  private let isStarted: Bool

  /// Starts it; without a thread to be had, the part is loaded at once.
  ///
  /// - Parameters:
  ///   - share: Numbers of the programs, in the order of the object.
  ///   - image: The object, which must outlive the thread.
  ///   - name: Name for libbpf's messages.
  ///   - types: File with the kernel's types.
  ///   - whole: The same object, loaded, whose maps are used.
  init(_ share: [Int], of image: UnsafeRawBufferPointer, name: String, types: String, whole: OpaquePointer) {
    task = Task(share, of: image, name: name, types: types, whole: whole)
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
  /// - Returns: The object with this part of its programs loaded.
  /// - Throws: ``BPFError`` with the verifier's last lines.
  consuming func join() throws(BPFError) -> OpenedObject {
    if isStarted { pthread_join(thread, nil) }
    return try task.takeResult()
  }
}
