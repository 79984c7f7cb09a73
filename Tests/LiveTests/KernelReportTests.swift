import Foundation
import Testing

extension LiveTests {
  /// What `--info` tells of this kernel, which can be traced.
  @Suite(.serialized) struct KernelReportTests {
    /// The part that programs are likely to read.
    struct Report: Decodable {
      struct Row: Decodable {
        var type: String
        var hook: String?
        var tracepoints: [String]
      }
      var kernel: [String: String]
      var btf: Bool
      var ring_buffer: Bool?
      var types: [Row]
    }

    @Test(arguments: Hook.allCases)
    func `--info --json tells the program type and the tracepoints of every type`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(["--info", "--json", hook.option])
      #expect(trace.status == 0 && trace.diagnostics.isEmpty, "\(trace.diagnostics)")
      let report = try JSONDecoder().decode(Report.self, from: trace.output)
      #expect(report.btf && report.ring_buffer == true)
      let list = try await Session().ipcdump(["--list-types"])
      let lines = String(decoding: list.output, as: UTF8.self).split(separator: "\n").dropFirst()
      #expect(
        report.types.map(\.type) == lines.compactMap { $0.split(separator: " ").first.map(String.init) })
      for row in report.types {
        #expect(row.hook == hook.rawValue, "\(row.type)")
        // Of what is known by the end of a call alone, no beginning is watched.
        let doors = [
          "signal": ["signal_generate"], "ptrace": ["sys_exit"], "pidfd-getfd": ["sys_exit"],
        ]
        let door = doors[row.type] ?? ["sys_exit", "sys_enter"]
        #expect(Set(door).isSubset(of: row.tracepoints), "\(row.type): \(row.tracepoints)")
        #expect(
          doors[row.type].map { row.tracepoints.count == $0.count } ?? true, "\(row.type): \(row.tracepoints)"
        )
      }
    }

    @Test func `without privilege --info tells what is known, and what to do`() async throws {
      let session = try Session()
      let copy = session.file("ipcdump")
      try Programs.copy(Programs.ipcdump(), to: copy)
      for path in [session.folder.path, copy] {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      let identity = ["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
      let run = try session.start("setpriv", identity + [copy, "--info"], name: "run")
      #expect(try await run.wait().status == 0)
      #expect(try session.folder.text("run.err") == "")
      let text = try session.folder.text("run.out")
      #expect(text.contains("lacks CAP_BPF CAP_PERFMON") && text.contains("run ipcdump with sudo"), "\(text)")
      #expect(text.contains("BTF             yes"), "\(text)")
    }
  }
}
