import Glibc
import IPCFiltering
import IPCModel
import KernelPrograms
import Libbpf
import ProgramNames
import Testing

@testable import IPCTracing

/// A start takes as long as the verifier, whose work grows with the ways through a program; an innocent branch in a loop
/// can make it ten times as much. About 100,000 instructions take 0.1 s of one CPU.
@Suite(
  "The verifier",
  .enabled(if: geteuid() == 0 && KernelFeatures.hasTypes, "loading programs needs root and BTF"))
struct VerifierWorkTests {
  /// The kinds that the budgets were made for; later ones have budgets of their own.
  private static let first = Set(Kind.all.prefix { $0 != .sysvSemaphore })

  @Test(arguments: Kind.all.filter { !first.contains($0) }, [Hook.raw, .tracepoint])
  func `follows few instructions for each kind that came later`(kind: Kind, hook: Hook) throws {
    let configuration = Configuration(
      selection: Selection(kinds: [kind]), hook: hook, captureLimit: .max, ringSize: 64 << 10)
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(.tree))
    let own = programs.placed.filter { placed in
      guard placed.isLoaded else { return false }
      return placed.place.purpose == .kind(kind.rawValue) || placed.place.purpose == .sysv
    }
    let work = own.reduce(0) { $0 + $1.program.verifiedInstructions }
    #expect(work > 0 && work < 20_000, "\(work)")
  }

  @Test(arguments: [Hook.raw, .tracepoint])
  func `follows few instructions`(hook: Hook) throws {
    let configuration = Configuration(
      selection: Selection(kinds: Self.first), hook: hook, captureLimit: .max, ringSize: 64 << 10,
      extras: .images)
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(.tree))
    let work = programs.placed.filter(\.isLoaded).map { ($0.program.verifiedInstructions, $0.program.name) }
    let most = work.sorted { $0.0 > $1.0 }.prefix(5)
    #expect(work.count > 50)
    #expect(work.reduce(0) { $0 + $1.0 } < 165_000, "\(most)")
    // Of kinds whose calls are rare, a start is to notice nothing.
    let rare = programs.placed.filter { placed in
      guard placed.isLoaded, case .kind(let number) = placed.place.purpose else { return false }
      return number > Kind.pty.rawValue
    }
    let rareWork = rare.reduce(0) { $0 + $1.program.verifiedInstructions }
    #expect(rareWork > 0 && rareWork < 35_000, "\(rareWork)")
    #expect(work.reduce(0) { $0 + $1.0 } - rareWork < 150_000, "\(most)")
    #expect(most.allSatisfy { $0.0 < 15_000 }, "\(most)")
  }

  @Test(arguments: [Hook.raw, .tracepoint], [ObjectForm.withFunctions, .withoutFunctions])
  func `takes programs that look at names, too`(hook: Hook, form: ObjectForm) throws {
    let configuration = Configuration(
      selection: Selection(kinds: Set(Kind.all)), hook: hook, ringSize: 64 << 10, extras: .images)
    let programs = try LoadedPrograms.load(
      configuration, scope: KernelScope(.comms([Comm("sh")])), form: form)
    #expect(programs.placed.count { $0.isLoaded } > 50)
  }

  @Test(arguments: [ProcessScope.users([0]), .cgroups([1])], [ObjectForm.withFunctions, .withoutFunctions])
  func `takes programs that look at users and cgroups, too`(scope: ProcessScope, form: ObjectForm) throws {
    let configuration = Configuration(
      selection: Selection(kinds: Self.first), hook: .raw, ringSize: 64 << 10, extras: .images)
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(scope), form: form)
    #expect(programs.placed.count { $0.isLoaded } > 50)
    guard case .withFunctions = form else { return }
    #expect(programs.placed.filter(\.isLoaded).reduce(0) { $0 + $1.program.verifiedInstructions } < 150_000)
  }

  @Test(arguments: [Hook.raw, .tracepoint], [ObjectForm.withFunctions, .withoutFunctions, nil])
  func `takes programs that compare names, ports and addresses, too`(hook: Hook, form: ObjectForm?) throws {
    // With UDP, addresses are not for the kernel to compare.
    var selection = Selection(kinds: Self.first.subtracting([.loopbackUDP]))
    let text = "path in (/run/a, '/run/x/*', @a, '@b*') or port != 22 and addr == ::1 or type == signal"
    selection.criteria = [.expression(try WhereExpression(text))]
    let scope = KernelScope(selection)
    #expect(!scope.names.kinds.isEmpty && scope.ports != PortScope() && scope.addresses != nil)
    let configuration = Configuration(
      selection: selection, hook: hook, captureLimit: .max, ringSize: 64 << 10,
      extras: [.images, .lifecycle])
    let programs = try LoadedPrograms.load(configuration, scope: scope, form: form)
    #expect(programs.placed.count { $0.isLoaded } > 50)
    guard form == nil else { return }
    #expect(programs.placed.filter(\.isLoaded).reduce(0) { $0 + $1.program.verifiedInstructions } < 250_000)
  }

  @Test(arguments: [Hook.raw, .tracepoint])
  func `takes programs without functions of their own, too`(hook: Hook) throws {
    let configuration = Configuration(
      selection: Selection(kinds: Set(Kind.all)), hook: hook, captureLimit: .max, ringSize: 64 << 10,
      extras: .images)
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(.tree), form: .withoutFunctions)
    #expect(programs.placed.count { $0.isLoaded } > 50)
  }

  @Test(arguments: [Hook.raw, .tracepoint])
  func `takes programs that read by helpers, too`(hook: Hook) throws {
    let configuration = Configuration(
      selection: Selection(kinds: Set(Kind.all)), hook: hook, captureLimit: .max, ringSize: 64 << 10,
      extras: .images)
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(.tree), form: .withFunctions)
    #expect(programs.placed.count { $0.isLoaded } > 50)
  }

  @Test(arguments: [Hook.raw, .tracepoint], [ObjectForm.withFunctions, .withoutFunctions, nil])
  func `takes programs that look at the ends of channels and at the kernel's signals, too`(
    hook: Hook, form: ObjectForm?
  ) throws {
    func programs(_ extras: Extras) throws -> (count: Int, work: Int) {
      let configuration = Configuration(
        selection: Selection(kinds: Self.first), hook: hook, ringSize: 64 << 10, extras: extras)
      let programs = try LoadedPrograms.load(configuration, scope: KernelScope(.tree), form: form)
      let loaded = programs.placed.filter(\.isLoaded)
      return (loaded.count, loaded.reduce(0) { $0 + Int($1.program.verifiedInstructions) })
    }
    let usual = try programs([]), more = try programs([.lifecycle, .kernelSignals])
    #expect(more.count - usual.count == 5)
    if form == nil { #expect(more.work - usual.work < 90_000, "\(more.work - usual.work)") }
  }
}
