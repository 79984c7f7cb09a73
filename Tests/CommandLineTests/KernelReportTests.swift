import Foundation
import IPCModel
import IPCTracing
import Testing

@testable import ipcdump

/// With or without privilege; what cannot be tried then is told as a gap.
@Suite("The kernel's report")
struct KernelReportTests {
  private static let report = KernelReport(requested: .auto)

  private func object() throws -> [String: Any] {
    let parsed = try JSONSerialization.jsonObject(with: Data(try Self.report.json().utf8))
    return try #require(parsed as? [String: Any])
  }

  @Test func `has every type once, in the order of the registry, as JSON and as text`() throws {
    let names = Kind.all.map(\.row.name.description)
    let rows = try #require(try object()["types"] as? [[String: Any]])
    #expect(rows.compactMap { $0["type"] as? String } == names)
    for row in rows {
      #expect(Set(row.keys).isSubset(of: ["type", "hook", "tracepoints", "gaps"]))
      #expect(row["gaps"] is [[String: String]])
      let hook = row["hook"] as? String
      #expect(hook.map { ["raw_tp", "tracepoint"].contains($0) } ?? true)
      #expect((hook == nil) == (row["tracepoints"] as? [String])?.isEmpty)
    }
    let lines = Self.report.text.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(lines.filter(names.contains) == names)
  }

  @Test func `keeps its keys`() throws {
    let always: Set = ["ipcdump", "kernel", "btf", "capabilities", "preemption", "types", "gaps"]
    let known: Set = ["lockdown", "ring_buffer", "io_uring", "splice_contents"]
    let keys = Set(try object().keys)
    #expect(always.isSubset(of: keys))
    #expect(keys.subtracting(always).isSubset(of: known))
    let kernel = try #require(try object()["kernel"] as? [String: String])
    #expect(kernel["release"] == KernelName().release)
    #expect(Set(kernel.keys) == ["release", "version", "machine"])
    let capabilities = try #require(try object()["capabilities"] as? [String: [String]])
    #expect(Set(capabilities.keys) == ["held", "missing"])
    let preemption = try #require(try object()["preemption"] as? [String: Any])
    #expect(Set(preemption.keys).isSubset(of: ["built_in", "mode", "reaches_raw_tp"]))
  }

  @Test func `tells a refusal as a gap, with the advice that the error has`() {
    let gap = Limitation(.lacking(.bpf))
    #expect(gap.what == "tracing needs CAP_BPF and CAP_PERFMON, and this process lacks CAP_BPF")
    #expect(gap.advice.hasPrefix("run ipcdump with sudo"))
    #expect(Limitation(.lockedDown()).advice.hasPrefix("boot it with lockdown=integrity"))
    #expect(Limitation(.withoutBTF).advice.contains("CONFIG_DEBUG_INFO_BTF=y"))
  }

  @Test func `tells once what stops several types, even if others can be watched`() {
    let ofOne = Failure(.system, "the kernel refuses one program; try another")
    #expect(
      Limitation.shared([.lockedDown(), ofOne, .lockedDown(), .lockedDown()]) == [Limitation(.lockedDown())])
    #expect(Limitation.shared([.lockedDown(), ofOne]).isEmpty)
  }

  @Test func `tells what a missing tracepoint costs of the types that it matters to`() throws {
    let gap = try #require(Limitation(missingTracepoint: "sk_data_ready", of: .unixDatagram))
    #expect(gap.what.hasPrefix("sk_data_ready is missing: "))
    #expect(gap.advice == "Linux 6.3 or later")
    #expect(Limitation(missingTracepoint: "sk_data_ready", of: .unixStream) == nil)
    #expect(
      Limitation(missingTracepoint: "io_uring_complete", of: .pty)?.advice.contains("CONFIG_IO_URING") == true
    )
  }
}
