import ByteOutput
import IPCModel
import IPCTraffic

/// A summary of calls, as a table or as JSON.
public struct CallReport {
  private let rows: [CallTable.Row]
  private let others: UInt64

  /// Makes the summary of a table.
  ///
  /// - Parameter top: Rows that are told apart; nil for all.
  public init(of table: CallTable, top: Int?) { (rows, others) = table.report(top: top) }

  /// Appends a table for people.
  public func appendTable(to output: inout OutputBuffer) {
    var table = TextTableLayout(
      headings: [
        "CLIENT", "SERVER", "PROTOCOL", "METHOD", "CALLS", "ERRORS", "MEDIAN", "P99", "MAX", "BYTES",
      ], leftAligned: 4)
    for row in rows {
      table.add([
        Self.words(row.client), Self.words(row.server), "\(row.protocol)", Self.words(row.method),
        "\(row.calls)", "\(row.errors)", Quantity.time(row.durations.quantile(permille: 500)),
        Quantity.time(row.durations.quantile(permille: 990)), Quantity.time(row.longest), "\(row.bytes)",
      ])
    }
    if others > 0 { table.add(["others", "", "", "", "\(others)"]) }
    for line in table.lines {
      output.append(text: line)
      output.append("\n")
    }
  }

  /// Appends one JSON object in one line. Keys never change; new ones are added behind.
  public func appendJSON(to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.beginObject()
    json.key("calls")
    json.beginArray()
    for row in rows {
      json.beginObject()
      json.envelope(of: "call", from: row.client, to: row.server)
      json.field("protocol", row.protocol)
      row.method.withUnsafeBufferPointer { json.field("method", $0) }
      json.field("calls", row.calls)
      json.field("errors", row.errors)
      json.field("median_ns", row.durations.quantile(permille: 500))
      json.field("p99_ns", row.durations.quantile(permille: 990))
      json.field("max_ns", row.longest)
      json.field("bytes", row.bytes)
      json.endObject()
    }
    json.endArray()
    json.key("others")
    json.beginObject()
    json.field("calls", others)
    json.endObject()
    json.endObject()
    output = json.finish()
    output.append("\n")
  }

  private static func words(_ end: Endpoint) -> String {
    var buffer = OutputBuffer(capacity: 64)
    buffer.append(end, in: "", .plain)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private static func words(_ text: [UInt8]) -> String {
    var buffer = OutputBuffer(capacity: 256)
    text.withUnsafeBufferPointer { buffer.append($0, .terminal) }
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
