import Foundation
import IPCFiltering
import IPCModel
import Testing

@testable import IPCSession

@Suite("What a person is told")
struct TerminalRemarksTests {
  private func words(_ criteria: [Criterion], kinds: Set<Kind> = Set(Kind.usual), command: String = "")
    -> String
  {
    var selection = Selection(kinds: kinds)
    selection.criteria = criteria
    return selection.words(command: command)
  }

  @Test func `spells the filter out`() {
    #expect(words([]) == "all types of the whole system")
    #expect(words([], kinds: [.signal, .pipe]) == "pipe, signal of the whole system")
    #expect(
      words([.commandTree], command: "/bin/sh\u{1b}") == #"all types of /bin/sh\x1b and its descendants"#)
    #expect(
      words([.comms([Comm("b"), Comm("a)")], of: .source), .comms([Comm("c")], of: .either)], kinds: [.pty])
        == #"pty; the source is called a\x29 or b; either end is called c"#)
    let name = ProcessTable.name(of: getpid()).map(ProcessTable.words) ?? ""
    #expect(
      words([.pids([getpid()], of: .destination)]) == "all types; the destination is \(getpid())(\(name))")
    #expect(words([.descendants(of: [5_000_000])]) == "all types; either end is 5000000 or a descendant")
    let many = words([.pids(Set((1...20).map { 5_000_000 + $0 }), of: .either)])
    #expect(many.hasSuffix("5000008 or 12 more"), "\(many)")
  }

  @Test func `names for whom a trace waits`() {
    let own = ProcessTable.words(getpid())
    #expect(TerminalRemarks.waiting(for: 0, []) == nil)
    #expect(TerminalRemarks.waiting(for: 9, []) == nil)
    #expect(TerminalRemarks.waiting(for: 2, nil) == "waiting for 2 descendants")
    #expect(TerminalRemarks.waiting(for: 1, [getpid()]) == "waiting for 1 descendant: \(own)")
    let many = TerminalRemarks.waiting(for: 10, (1...10).map { 5_000_000 + $0 })
    #expect(many?.hasPrefix("waiting for 10 descendants: 5000001, 5000002") == true)
    #expect(many?.hasSuffix("5000008, 2 more") == true)
  }

  @Test func `names the processes whose children are not traced`() {
    let own = ProcessTable.words(getpid())
    func sentence(_ counts: [Int32: Int], parent: Int32? = nil) -> String? {
      ChildrenRemark.sentence(counts, parent: parent)
    }
    #expect(sentence([:]) == nil)
    #expect(sentence([getpid(): 1]) == "\(own) has a child, which is not traced; --follow adds it")
    #expect(sentence([getpid(): 3]) == "\(own) has 3 children, which are not traced; --follow adds them")
    #expect(
      sentence([getpid(): 3, 5_000_000: 1], parent: 7)
        == "\(own) and 1 more have children, which are not traced; --follow adds them")
    #expect(
      sentence([:], parent: getpid()) == "\(own) makes children, which are not traced; --follow adds them")
  }

  @Test func `says nothing to a program`() {
    // Tests have no terminal for standard error, or are told not to speak.
    var settings = TraceSettings(Selection(kinds: [.pipe]))
    settings.isQuiet = true
    #expect(TerminalRemarks(settings) == nil)
  }

  @Test func `knows processes, threads and what is neither`() throws {
    #expect(ProcessTable.standing(of: getpid()) == .process)
    #expect(ProcessTable.standing(of: 4_194_305) == .absent)
    // Those of the test's own pool are threads of this process.
    let folder = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap(Int32.init)
    for thread in folder where thread != getpid() {
      #expect([.thread(of: getpid()), .absent].contains(ProcessTable.standing(of: thread)))
    }
    let names = ProcessTable.names()
    #expect(ProcessTable.name(of: getpid()).map(names.contains) == true)
    #expect(!names.contains(Comm("no such name")))
  }
}
