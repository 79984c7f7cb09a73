import Foundation
import Testing

/// All tests that trace real processes. The tests of a suite run one after the other; suites share the machine by ``Lanes``.
@Suite(.lanes, .needsTracing, .mustTrace, .timeLimit(.minutes(3)))
struct LiveTests {}

/// Why nothing can be traced on this machine, if so.
enum Obstacle {
  static let found: String? = {
    guard FileManager.default.fileExists(atPath: "/sys/kernel/btf/vmlinux") else {
      return "the kernel has no BTF (/sys/kernel/btf/vmlinux; CONFIG_DEBUG_INFO_BTF, common since 5.8)"
    }
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
    let capabilities = UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" }, radix: 16) ?? 0
    func has(_ number: UInt64) -> Bool { capabilities >> number & 1 == 1 }
    let (admin, perfmon, bpf): (UInt64, UInt64, UInt64) = (21, 38, 39)
    return has(admin) || (has(perfmon) && has(bpf))
      ? nil : "tracing needs root, or CAP_BPF and CAP_PERFMON"
  }()

  /// Where the tests are meant to run, a skip would hide that they did not.
  static let isFailure: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["CI"] == "true" || environment["IPCDUMP_REQUIRE_LIVE"] == "1"
  }()
}

struct TracingImpossible: Error, CustomStringConvertible {
  var description: String
}

/// Fails each test, rather than skipping it, where tracing must be possible and is not.
struct TracingRequirement: SuiteTrait, TestTrait {
  var isRecursive: Bool { true }

  func prepare(for test: Test) async throws {
    if let obstacle = Obstacle.found, Obstacle.isFailure { throw TracingImpossible(description: obstacle) }
  }
}

/// The two ways in which ipcdump can stand at the syscall exit; every scenario runs under both.
enum Hook: String, CaseIterable, CustomTestStringConvertible {
  case raw = "raw_tp"
  case tracepoint

  var option: String { "--hook=\(rawValue)" }
  var testDescription: String { rawValue }
}

extension Trait where Self == TracingRequirement {
  static var mustTrace: Self { TracingRequirement() }
}

extension Trait where Self == ConditionTrait {
  /// Skips with the reason, unless `TracingRequirement` is to fail.
  static var needsTracing: Self {
    .enabled(if: Obstacle.found == nil || Obstacle.isFailure, "\(Obstacle.found ?? "")")
  }
}
