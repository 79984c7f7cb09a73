import ByteOutput
import IPCCapture
import IPCModel

/// Writes metrics in Prometheus's text format (version 0.0.4), or as OpenMetrics 1.0.
struct MetricsText: ~Copyable {
  /// What a family is.
  enum Form: String {
    case counter, gauge, histogram
  }

  private var output = OutputBuffer(capacity: 64 << 10)
  private let isOpen: Bool

  /// - Parameter isOpen: Whether it is OpenMetrics.
  init(isOpen: Bool) { self.isOpen = isOpen }

  /// The document.
  consuming func finish() -> [UInt8] {
    if isOpen { output.append("# EOF\n") }
    return output.withBytes { Array($0) }
  }

  /// Begins a family.
  ///
  /// - Parameters:
  ///   - name: Its name, without `_total`, which the samples of a counter have.
  ///   - help: What it counts, in a sentence without a full stop.
  mutating func begin(_ name: StaticString, _ form: Form, _ help: StaticString) {
    // The older format calls a counter's family as its samples.
    let family = "\(name)" + (form == .counter && !isOpen ? "_total" : "")
    output.append(text: "# HELP \(family) \(help)\n# TYPE \(family) \(form.rawValue)\n")
  }

  /// Appends a sample.
  ///
  /// - Parameters:
  ///   - name: The family's name, with what its form asks for.
  ///   - labels: Names and values, which are untrusted.
  ///   - value: The value as text.
  mutating func add(_ name: String, _ labels: [(StaticString, [UInt8])], _ value: String) {
    output.append(text: name)
    for (index, label) in labels.enumerated() {
      output.append(index == 0 ? "{" : ",")
      output.append(label.0)
      output.append("=\"")
      appendEscaped(label.1)
      output.append("\"")
    }
    if !labels.isEmpty { output.append("}") }
    output.append(" ")
    output.append(text: value)
    output.append("\n")
  }

  /// Appends what a histogram consists of, in seconds.
  mutating func add(_ name: String, _ labels: [(StaticString, [UInt8])], _ buckets: DelayBuckets) {
    var below: UInt64 = 0
    for (index, bound) in DelayBuckets.bounds.enumerated() {
      below += buckets.counts[index]
      add(name + "_bucket", labels + [("le", Array(Self.seconds(bound).utf8))], "\(below)")
    }
    add(name + "_bucket", labels + [("le", Array("+Inf".utf8))], "\(buckets.count)")
    add(name + "_sum", labels, Self.seconds(buckets.sum))
    add(name + "_count", labels, "\(buckets.count)")
  }

  /// Nanoseconds as seconds, exactly.
  static func seconds(_ nanoseconds: UInt64) -> String {
    let digits = String(nanoseconds % 1_000_000_000)
    let fraction = String(repeating: "0", count: 9 - digits.count) + digits
    let end = fraction.lastIndex { $0 != "0" }
    return "\(nanoseconds / 1_000_000_000)." + (end.map { String(fraction[...$0]) } ?? "0")
  }

  /// Bytes of a process, in UTF-8 in any case; backslash, quotation mark and line feed are escaped, and other control
  /// characters are shown as ? (a terminal may show what is scraped).
  private mutating func appendEscaped(_ bytes: [UInt8]) {
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\\": output.append(#"\\"#)
      case "\"": output.append(#"\""#)
      case "\n": output.append(#"\n"#)
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): output.append("?")
      default: output.append(text: String(scalar))
      }
    }
  }
}

extension MetricTable {
  /// All metrics.
  ///
  /// - Parameters:
  ///   - isOpen: Whether they are written as OpenMetrics, and not as Prometheus's text.
  ///   - usage: What this program itself takes.
  ///   - spans: What has become of spans; nil if none are sent.
  func text(isOpen: Bool, usage: OwnUsage, spans: SpanExporter.Figures? = nil) -> [UInt8] {
    var text = MetricsText(isOpen: isOpen)
    appendEdges(to: &text)
    appendMethods(to: &text)
    appendLosses(to: &text)
    appendHealth(to: &text)
    text.begin("ipcdump_export_events", .counter, "Events that were read from the capture stream")
    text.add("ipcdump_export_events_total", [], "\(events)")
    text.begin("ipcdump_export_label_sets", .gauge, "Label sets that are told apart, by table")
    text.add("ipcdump_export_label_sets", [("table", Array("edges".utf8))], "\(edges.rows.count)")
    text.add("ipcdump_export_label_sets", [("table", Array("methods".utf8))], "\(methods.rows.count)")
    text.begin("ipcdump_export_label_sets_limit", .gauge, "Most label sets that are told apart, by table")
    text.add("ipcdump_export_label_sets_limit", [("table", Array("edges".utf8))], "\(limits.edges)")
    text.add("ipcdump_export_label_sets_limit", [("table", Array("methods".utf8))], "\(limits.methods)")
    if let spans {
      text.begin("ipcdump_export_spans", .counter, "Spans of calls, by what has become of them; others wait")
      for (outcome, count) in [("exported", spans.exported), ("dropped", spans.dropped)] {
        text.add("ipcdump_export_spans_total", [("outcome", Array(outcome.utf8))], "\(count)")
      }
      text.begin(
        "ipcdump_export_retries", .counter, "Requests to the collector that have failed and were put off")
      text.add("ipcdump_export_retries_total", [], "\(spans.retries)")
    }
    text.begin("process_cpu_seconds", .counter, "CPU time of ipcdump-export")
    text.add("process_cpu_seconds_total", [], MetricsText.seconds(usage.cpuTime))
    text.begin("process_resident_memory_bytes", .gauge, "Memory of ipcdump-export")
    text.add("process_resident_memory_bytes", [], "\(usage.memory)")
    return text.finish()
  }

  private static let others = Array("other".utf8)

  /// Rows of a table with their labels, that of all others last.
  ///
  /// - Parameters:
  ///   - names: The labels' names.
  ///   - values: Their values, of a key.
  private static func labelled<Key, Row>(
    _ table: BoundedTable<Key, Row>, _ names: [StaticString], _ values: (Key) -> [[UInt8]]
  ) -> [(labels: [(StaticString, [UInt8])], row: Row)] {
    var rows = table.rows.map { key, row in (labels: Array(zip(names, values(key))), row: row) }
    if let row = table.others { rows.append((names.map { ($0, others) }, row)) }
    return rows
  }

  private func appendEdges(to text: inout MetricsText) {
    let rows = Self.labelled(edges, ["src", "dst", "type"]) {
      [$0.source, $0.destination, $0.kind.row.name.withUTF8Buffer { Array($0) }]
    }
    text.begin("ipcdump_messages", .counter, "Transfers from one executable to another one")
    for (labels, row) in rows { text.add("ipcdump_messages_total", labels, "\(row.messages)") }
    text.begin("ipcdump_bytes", .counter, "Bytes of these transfers")
    for (labels, row) in rows { text.add("ipcdump_bytes_total", labels, "\(row.bytes)") }
    text.begin("ipcdump_delay_seconds", .histogram, "Time from the end of a write to the end of the read")
    for (labels, row) in rows where row.delays.count > 0 {
      text.add("ipcdump_delay_seconds", labels, row.delays)
    }
  }

  private func appendMethods(to text: inout MetricsText) {
    let rows = Self.labelled(methods, ["protocol", "server", "method"]) {
      [Array($0.protocol.utf8), $0.server, $0.method]
    }
    text.begin("ipcdump_calls", .counter, "Calls that are over")
    for (labels, row) in rows { text.add("ipcdump_calls_total", labels, "\(row.calls)") }
    text.begin("ipcdump_call_errors", .counter, "Calls that were answered by an error")
    for (labels, row) in rows { text.add("ipcdump_call_errors_total", labels, "\(row.errors)") }
    text.begin("ipcdump_call_duration_seconds", .histogram, "Time from a request to its answer")
    for (labels, row) in rows where row.durations.count > 0 {
      text.add("ipcdump_call_duration_seconds", labels, row.durations)
    }
  }

  private func appendLosses(to text: inout MetricsText) {
    let rows = lost.sorted { $0.key < $1.key }
    text.begin("ipcdump_lost_messages", .counter, "Transfers that ipcdump could not record")
    for (type, row) in rows {
      text.add("ipcdump_lost_messages_total", [("type", Array(type.utf8))], "\(row.messages)")
    }
    text.begin("ipcdump_lost_bytes", .counter, "Bytes of these, as far as they are known")
    for (type, row) in rows {
      text.add("ipcdump_lost_bytes_total", [("type", Array(type.utf8))], "\(row.bytes)")
    }
  }

  private func appendHealth(to text: inout MetricsText) {
    guard let health else { return }
    text.begin(
      "ipcdump_ring_used_bytes", .gauge, "Most bytes that waited in the ring of ipcdump in the last second")
    text.add("ipcdump_ring_used_bytes", [], "\(health.ringBytes)")
    text.begin("ipcdump_ring_size_bytes", .gauge, "Bytes that the ring has room for")
    text.add("ipcdump_ring_size_bytes", [], "\(health.ringSize)")
    text.begin("ipcdump_cpu_seconds", .counter, "CPU time of ipcdump")
    text.add("ipcdump_cpu_seconds_total", [], MetricsText.seconds(health.cpuTime))
    text.begin("ipcdump_resident_memory_bytes", .gauge, "Memory of ipcdump")
    text.add("ipcdump_resident_memory_bytes", [], "\(health.memory)")
  }
}
