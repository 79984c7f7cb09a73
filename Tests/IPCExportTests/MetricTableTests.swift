import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel
import Testing

@testable import IPCExport

@Suite("What a stream is added up to")
struct MetricTableTests {
  private let client = Endpoint(pid: 10, tid: 10, comm: Comm("client"))
  private let server = Endpoint(pid: 20, tid: 20, comm: Comm("server"))

  private func text(_ table: MetricTable, isOpen: Bool = false) -> [Substring] {
    String(
      decoding: table.text(isOpen: isOpen, usage: OwnUsage(cpuTime: 1_500_000_000, memory: 4096)),
      as: UTF8.self
    )
    .split(separator: "\n")
  }

  private func take(
    _ table: MetricTable, _ kind: Kind = .pipe, from source: Endpoint? = nil, count: UInt64 = 5,
    delay: UInt64? = nil, _ content: String? = nil, inode: UInt64 = 7, time: UInt64 = 1,
    texts: borrowing TextTable = TextTable()
  ) {
    var event = Event(
      time: time, kind: kind, source: source ?? client, destination: source?.pid == 20 ? client : server,
      count: content.map { UInt64($0.utf8.count) } ?? count)
    if let delay { event.delay = delay }
    if kind == .pipe { event.set(Kind.Pipe.inode, to: inode) }
    guard let content else { return table.take(event, content: nil, texts: texts) }
    Array(content.utf8).withUnsafeBytes { table.take(event, content: $0, texts: texts) }
  }

  @Test func `counts messages and bytes by who sends to whom`() {
    let table = MetricTable()
    let texts = TextTable()
    for count in [5, 6] as [UInt64] { take(table, count: count, texts: texts) }
    take(table, .signal, count: 0, texts: texts)
    let lines = text(table)
    #expect(lines.contains(#"ipcdump_messages_total{src="client",dst="server",type="pipe"} 2"#))
    #expect(lines.contains(#"ipcdump_bytes_total{src="client",dst="server",type="pipe"} 11"#))
    #expect(lines.contains(#"ipcdump_messages_total{src="client",dst="server",type="signal"} 1"#))
    #expect(lines.contains("ipcdump_export_events_total 3"))
    #expect(
      lines.contains("process_cpu_seconds_total 1.5") && lines.contains("process_resident_memory_bytes 4096"))
  }

  @Test func `names processes by what they run, where that is known`() {
    let table = MetricTable()
    var texts = TextTable()
    var end = client
    end.image = 3
    texts.processes.add(
      ProcessDescription(executable: Array("/usr/bin/a \"b\"\\\n".utf8)),
      for: KnownProcesses.Image(pid: 10, image: 3))
    take(table, from: end, texts: texts)
    #expect(
      text(table).contains(
        #"ipcdump_messages_total{src="/usr/bin/a \"b\"\\\n",dst="server",type="pipe"} 1"#))
  }

  @Test func `counts delays in buckets, each with those below it`() {
    let table = MetricTable()
    let texts = TextTable()
    for delay in [0, 1000, 1001, 2_000_000_000, 200_000_000_000] as [UInt64] {
      take(table, delay: delay, texts: texts)
    }
    take(table, texts: texts)
    let labels = #"{src="client",dst="server",type="pipe""#
    let lines = text(table).filter { $0.hasPrefix("ipcdump_delay_seconds") }
    #expect(lines.first == Substring("ipcdump_delay_seconds_bucket\(labels),le=\"0.000001\"} 2"))
    #expect(lines.contains(Substring("ipcdump_delay_seconds_bucket\(labels),le=\"0.000003\"} 3")))
    #expect(lines.contains(Substring("ipcdump_delay_seconds_bucket\(labels),le=\"3.0\"} 4")))
    #expect(lines.contains(Substring("ipcdump_delay_seconds_bucket\(labels),le=\"100.0\"} 4")))
    #expect(lines.contains(Substring("ipcdump_delay_seconds_bucket\(labels),le=\"+Inf\"} 5")))
    #expect(lines.contains(Substring("ipcdump_delay_seconds_sum\(labels)} 202.000002001")))
    #expect(lines.last == Substring("ipcdump_delay_seconds_count\(labels)} 5"))
  }

  @Test func `tells no more label sets apart than it should`() {
    var limits = MetricTable.Limits()
    limits.edges = 3
    let table = MetricTable(limits)
    let texts = TextTable()
    for pid in 1...50 as ClosedRange<Int32> {
      take(table, from: Endpoint(pid: pid, tid: pid, comm: Comm("p\(pid)")), count: 2, texts: texts)
    }
    let lines = text(table).filter { $0.hasPrefix("ipcdump_messages_total") }
    #expect(lines.count == 4)
    #expect(lines.last == #"ipcdump_messages_total{src="other",dst="other",type="other"} 47"#)
    #expect(text(table).contains(#"ipcdump_export_label_sets{table="edges"} 3"#))
  }

  @Test func `counts calls, and those that fail, by method`() {
    let table = MetricTable()
    let texts = TextTable()
    for id in 1...3 as ClosedRange<UInt64> {
      let (asked, answered) = (id * 10_000_000, id * 10_000_000 + 4_000_000)
      take(
        table, delay: 0, #"{"jsonrpc":"2.0","id":\#(id),"method":"sum","params":{}}"# + "\n", inode: 7,
        time: asked, texts: texts)
      let outcome = id == 2 ? #""error":{"code":1,"message":"no"}"# : #""result":1"#
      take(
        table, from: server, delay: 0, #"{"jsonrpc":"2.0","id":\#(id),\#(outcome)}"# + "\n", inode: 8,
        time: answered, texts: texts)
    }
    table.finish()
    let labels = #"{protocol="json-rpc",server="server",method="sum"}"#
    let lines = text(table)
    #expect(lines.contains(Substring("ipcdump_calls_total\(labels) 3")))
    #expect(lines.contains(Substring("ipcdump_call_errors_total\(labels) 1")))
    #expect(lines.contains(Substring("ipcdump_call_duration_seconds_sum\(labels) 0.012")))
  }

  @Test func `tells what was lost`() {
    let table = MetricTable()
    table.take(Loss(kind: .pipe, count: 3, bytes: 100, time: 1))
    table.take(Loss(kind: .pipe, count: 1, bytes: 1, time: 2))
    table.take(Loss(kind: nil, count: 2, bytes: 0, time: 3))
    let lines = text(table)
    #expect(lines.contains(#"ipcdump_lost_messages_total{type="pipe"} 4"#))
    #expect(lines.contains(#"ipcdump_lost_bytes_total{type="pipe"} 101"#))
    #expect(lines.contains(#"ipcdump_lost_messages_total{type="all"} 2"#))
  }

  @Test func `tells how ipcdump fares, as soon as that is known`() {
    let table = MetricTable()
    #expect(!text(table).contains { $0.contains("ipcdump_ring") })
    table.health = CapturedHealth(
      time: 1, ringBytes: 100, ringSize: 65536, cpuTime: 2_500_000_000, memory: 1 << 20)
    let lines = text(table)
    #expect(lines.contains("ipcdump_ring_used_bytes 100") && lines.contains("ipcdump_ring_size_bytes 65536"))
    #expect(
      lines.contains("ipcdump_cpu_seconds_total 2.5")
        && lines.contains("ipcdump_resident_memory_bytes 1048576"))
  }

  @Test(arguments: [false, true])
  func `is a document of its format`(_ isOpen: Bool) {
    let table = MetricTable()
    take(table, delay: 5)
    let lines = text(table, isOpen: isOpen)
    #expect((lines.last == "# EOF") == isOpen)
    #expect(
      lines.contains(isOpen ? "# TYPE ipcdump_messages counter" : "# TYPE ipcdump_messages_total counter"))
    // Each family has its help and its type, before its samples, once.
    let names = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
    #expect(Set(names).count == names.count)
    #expect(names == lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] })
  }
}
