import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

/// Who talks to whom as graphs show it: a node a process, an edge a conversation.
struct TrafficGraph: Sendable {
  private var table = ConversationTable()
  private var names = ProcessNames()

  /// Adds a transfer.
  mutating func take(_ event: borrowing Event, texts: borrowing TextTable) {
    table.take(event, texts: texts)
    names.take(event.source)
    names.take(event.destination)
  }

  /// Counts what was lost.
  mutating func take(_ loss: Loss) { table.take(loss) }

  /// The edges, those with most bytes first.
  ///
  /// - Parameter limit: How many are drawn at most; nil for all.
  func report(top limit: Int?) -> TrafficReport { table.report(top: limit, at: nil) }

  /// What a process is called, escaped as on a terminal.
  func name(of pid: Int32) -> String { names.comm(of: pid).withBytes { terminalText($0) } }

  /// What a graph does not show, in words.
  ///
  /// - Parameters:
  ///   - omitted: The edges that are left out.
  ///   - lost: Records that were lost.
  static func remarks(omitted: FoldedConversations, lost: UInt64) -> [String] {
    var remarks: [String] = []
    if omitted.messages > 0 {
      remarks.append("\(omitted.messages) events (\(byteText(omitted.bytes))) of further edges left out")
    }
    if lost > 0 { remarks.append("\(lost) records lost") }
    return remarks
  }
}

extension Conversation {
  /// Identifiers of the nodes at its ends; nothing but letters and digits.
  var nodes: (source: String, destination: String) { (Self.node(source.pid), Self.node(destination.pid)) }

  /// Identifier of a process in a graph.
  static func node(_ pid: Int32) -> String { pid >= 0 ? "p\(pid)" : "unknown" }

  /// What was transferred, in words: `3.8 KiB, 2 events`, without bytes where the kind carries none.
  var amount: String {
    let count = messages == 1 ? "1 event" : "\(messages) events"
    return kind.row.carriesBytes ? "\(byteText(bytes)), \(count)" : count
  }

  /// Name of the channel, escaped as on a terminal.
  var channelText: String { channel.withUnsafeBufferPointer { terminalText($0) } }

  /// Width of the edge, in points: 1 for a byte or none, and one half more for every factor of ten.
  var penWidth: String {
    let digits = String(max(bytes, 1)).count
    return "\((digits + 1) / 2).\(digits % 2 == 1 ? 0 : 5)"
  }
}

/// Text of a process in which control characters and invalid bytes are escaped as on a terminal.
private func terminalText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  var buffer = OutputBuffer(capacity: bytes.count + 1)
  buffer.append(bytes, .terminal)
  return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
}

/// Writes a number of bytes for people: `6 B`, `1.5 KiB`.
private func byteText(_ bytes: UInt64) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  guard bytes >= 1024 else { return "\(bytes) B" }
  let exponent = (63 - bytes.leadingZeroBitCount) / 10
  let unit = UInt64(1) << UInt64(10 * exponent)
  let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit)
  // Ten of the largest unit's remainder would not fit 64 bits.
  let tenth = (rest >> UInt64(10 * (exponent - 1))) * 10 / 1024
  return whole < 10 && tenth > 0
    ? "\(whole).\(tenth) \(units[exponent - 1])" : "\(whole) \(units[exponent - 1])"
}
