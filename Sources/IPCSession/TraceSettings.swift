import IPCFiltering
import IPCTracing

/// What a trace is asked for, in whichever words.
public struct TraceSettings: Sendable {
  /// What is traced.
  public var selection: Selection
  /// Command that is run and traced, with its arguments; empty for none.
  public var command: [String] = []
  /// Whom the command runs as; nil for who runs ipcdump.
  public var identity: Identity?
  /// Type of the programs that watch the syscalls.
  public var hook = Hook.auto
  /// Size of the ring in bytes, a power of two.
  public var ringSize = 16 << 20
  /// How long one side of a transfer waits for the other, in nanoseconds.
  public var matchTimeout: UInt64 = 100_000_000
  /// Most bytes of an event's contents that are captured; 0 for none.
  public var captureLimit: UInt64 = 0
  /// Whether it is told what becomes of the ends of channels.
  public var tellsLifecycle = false
  /// Whether signals are told that the kernel sends, or refuses to send.
  public var tellsKernelSignals = false
  /// Whether netlink messages are told that go to the kernel or come from it.
  public var tellsKernelNetlink = false
  /// Whether it is told which processes end with another status than 0.
  public var tellsExits = false
  /// Whether it is told how ipcdump itself fares.
  public var tellsHealth = false
  /// Whether it is found out what processes run.
  public var describesProcesses = false
  /// Whether container engines are asked for names.
  public var asksEngines = false
  /// Whether ipcdump itself and what shows its output are traced.
  public var includesSelf = false
  /// Whether it is said that given processes have children, which are not traced.
  public var tellsOfChildren = false
  /// Whether nothing is said on standard error but errors.
  public var isQuiet = false

  /// What takes programs of its own.
  var extras: Extras {
    var extras: Extras = []
    if describesProcesses { extras.insert(.images) }
    if tellsLifecycle { extras.insert(.lifecycle) }
    if tellsKernelSignals { extras.insert(.kernelSignals) }
    if tellsKernelNetlink { extras.insert(.kernelNetlink) }
    if tellsExits { extras.insert(.exits) }
    return extras
  }

  /// Asks for a trace of everything on the system that a selection takes in.
  public init(_ selection: Selection) { self.selection = selection }
}
