import IPCModel
import RecordLayout

/// State machine that turns the records of one kind into events.
protocol KindCorrelator: AnyObject {
  /// Learns which channels exist when the trace begins.
  func seed(_ channels: OpenChannels)

  /// Learns that from now on, others may have sent over a known channel without being seen.
  func channelsWereForgotten()

  /// Takes a record of this kind.
  ///
  /// - Parameter record: Header and all, valid during the call only.
  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer)

  /// Learns that records of this kind were lost just before the next one.
  func recordsWereLost()

  /// Decides, as inferred, whatever has waited since before a time.
  func settle(before time: UInt64, into buffer: inout ReorderBuffer)

  /// Time of the earliest operation that still waits for its other side.
  var earliestPending: UInt64? { get }

  /// Tells the bytes that nobody will receive any more.
  ///
  /// - Parameter channels: What the kernel knows of the channels that still exist.
  func finish(at time: UInt64, channels: OpenChannels, into buffer: inout ReorderBuffer)

  /// Tells unread bytes of channels that are gone, and lets go of idle ones.
  ///
  /// - Parameter channels: What the kernel knows of the channels that still exist, if it was worth looking.
  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer)

  /// Whether a look at the channels that exist would decide anything.
  var wantsOpenChannels: Bool { get }

  /// What contradicts the invariants of its state, a line each; for tests.
  var violations: [String] { get }
}

/// Of a kind whose records are events, each by itself, nothing is remembered.
extension KindCorrelator {
  var violations: [String] { [] }
  var earliestPending: UInt64? { nil }
  var wantsOpenChannels: Bool { false }

  func seed(_ channels: OpenChannels) {}
  func channelsWereForgotten() {}
  func recordsWereLost() {}
  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {}
  func finish(at time: UInt64, channels: OpenChannels, into buffer: inout ReorderBuffer) {}
  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer) {}
}

/// One correlator a kind, by the kind's raw value.
func makeCorrelators(_ settings: CorrelatorSettings) -> [any KindCorrelator] {
  let internet = InternetNames(serviceName: settings.serviceName)
  return [
    StreamCorrelator(.pipe(), settings),
    SignalCorrelator(processName: settings.processName),
    StreamCorrelator(.unix(), settings),
    MessageCorrelator(.unixDatagram, settings),
    MessageCorrelator(.unixSeqpacket, settings),
    StreamCorrelator(.tcp(internet), settings),
    MessageCorrelator(.loopbackUDP, settings, internet: internet),
    TerminalCorrelator(settings),
    ProcessVMCorrelator(settings),
    PtraceCorrelator(),
    PidfdGetfdCorrelator(),
    EventfdCorrelator(settings),
    QueueCorrelator(.mqueue, settings),
    QueueCorrelator(.sysvMessage, settings),
    SemaphoreCorrelator(settings),
    SharedMemoryCorrelator(settings),
    FutexCorrelator(),
    MessageCorrelator(.netlink, settings),
    StreamCorrelator(.vsock(), settings),
  ]
}
