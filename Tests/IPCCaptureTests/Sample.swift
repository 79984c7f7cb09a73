import CaptureSupport
import IPCModel

/// A small capture of everything that a capture holds.
enum Sample {
  static let client = Endpoint(pid: 12, tid: 13, comm: Comm("client"))
  static let server = Endpoint(pid: 14, tid: 14, comm: Comm("server"))

  /// A message, one without contents, a signal and a loss.
  static func small() -> Recorded {
    var recorded = Recorded()
    var message = Event(
      time: 50_000_000_000, kind: .unixStream, source: client, destination: server, count: 5)
    message.set(Kind.UnixSocket.path, to: recorded.texts.add("/run/a socket"))
    message.set(Kind.UnixSocket.count, to: 5)
    recorded.add(message, Array("hello".utf8))
    recorded.add(Loss(kind: .pipe, count: 3, bytes: 4096, time: 50_000_000_001))
    message.traits = [.undelivered, .inferredDestination]
    recorded.add(message, nil)
    var signal = Event(time: 50_000_000_002, kind: .signal, source: client, destination: server, count: 0)
    signal.set(Kind.Signal.name, to: recorded.texts.add("SIGTERM"))
    recorded.add(signal, nil)
    recorded.end()
    return recorded
  }
}
