import ArgumentParser
import IPCTracing

/// Options that say how the kernel is watched.
struct TraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Program type that watches syscalls; auto takes the cheapest that loses nothing on this kernel.",
      valueName: "type"))
  var hook = Hook.auto

  @Option(
    help: ArgumentHelp(
      "Size of the buffer between kernel and ipcdump (k, M, G), rounded up to a power of two.",
      valueName: "bytes"))
  var bufferSize = ByteSize(bytes: 16 << 20)

  @Option(
    help: ArgumentHelp(
      "How long one side of a transfer waits for the other before it is reported alone; more helps where CPUs are scarce.",
      valueName: "ms"))
  var patience: UInt32 = 100

  @Flag(help: "Trace the descendants of the processes of -p, too, those to come included.")
  var follow = false

  @Flag(help: "Trace ipcdump itself too, and the pipes that show its output.")
  var includeSelf = false

  /// Smallest and largest ring: room for a record of the greatest size, and what a map's 32-bit size can say.
  private static let sizes = (64 << 10)...(1 << 30)

  /// Least and greatest patience, in milliseconds.
  private static let patiences: ClosedRange<UInt32> = 10...60_000

  func validate() throws {
    guard Self.patiences.contains(patience) else {
      throw ValidationError("--patience must be between 10 and 60000 ms")
    }
    guard Self.sizes.contains(bufferSize.bytes) else {
      throw ValidationError("--buffer-size must be between 64k and 1G")
    }
  }

  /// Where the events come from.
  enum Source {
    case processes, command, capture
  }

  /// Checks what depends on what is traced.
  func validate(with filter: FilterOptions, _ source: Source) throws {
    guard follow else { return }
    switch source {
    case .command:
      throw ValidationError(
        "--follow is for the processes of -p; a command's descendants are traced in any case")
    case .capture:
      throw ValidationError("--follow is for running processes; captures do not tell whose child one is")
    case .processes where filter.pids.isEmpty:
      throw ValidationError(
        "--follow adds descendants to the processes of -p; add -p, or leave --follow out")
    case .processes: break
    }
  }

  /// Size of the ring in bytes, a power of two.
  var ringSize: Int {
    var size = Self.sizes.lowerBound
    while size < bufferSize.bytes { size *= 2 }
    return size
  }
}

extension Hook: ExpressibleByArgument {}

extension ByteSize: CustomStringConvertible {
  var description: String {
    for (shift, unit) in [(30, "G"), (20, "M"), (10, "k")]
    where bytes >= 1 << shift && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }
}
