import IPCCapture
import IPCModel

/// Adds up what each name of a process has sent to each other one in a capture: `read-capture trace.pcapng`.
@main
enum ReadCapture {
  static func main() throws {
    var reader = try CaptureReader(path: CommandLine.arguments.dropFirst().first ?? "-")
    var sums: [String: UInt64] = [:]
    while let entry = try reader.next() {
      switch entry {
      case .event(let event):
        sums["\(event.source.comm) > \(event.destination.comm) (\(event.kind.row.name))", default: 0] +=
          event.count
      case .loss(let loss): print("lost: \(loss.count) records of \(loss.typeName)")
      }
    }
    for (pair, bytes) in sums.sorted(by: { $0.key < $1.key }) { print("\(pair): \(bytes) bytes") }
  }
}
