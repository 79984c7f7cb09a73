import IPCModel
import ProgramNames
import RecordLayout
import TestSupport
import Testing

@testable import IPCTracing

@Suite("Any text that the kernel might give")
struct KernelTextFuzzTests {
  /// A text with some of its characters changed, cut or doubled.
  private func mutate(_ text: String, _ random: inout SeededRandom) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(index...)
      case 2: bytes.insert(contentsOf: bytes[index...].prefix(40), at: index)
      default: bytes.insert([0, 9, 10, 32, 40, 91, 93, 95][Int.random(in: 0..<8, using: &random)], at: index)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `of a process's status harms nothing`() throws {
    var random = SeededRandom(seed: 7)
    let status = "Name:\tsh\nCapPrm:\t00ff\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n"
    #expect(Capabilities.effective(inStatus: status)?.rawValue == 0x1ff_ffff_ffff)
    for _ in 0..<2000 {
      let changed = mutate(status, &random)
      guard let set = Capabilities.effective(inStatus: changed) else { continue }
      #expect(changed.contains("CapEff:"))
      #expect(Capabilities.missing(of: set).isSubset(of: Capabilities.required))
    }
  }

  @Test func `of a choice gives a part of it`() {
    var random = SeededRandom(seed: 8)
    for _ in 0..<2000 {
      let list = mutate("none [integrity] (full) confidentiality\n", &random)
      if let chosen = bracketed(list) { #expect(list.contains(chosen) || chosen.isEmpty) }
    }
  }

  @Test func `of a program's name is a place, or none`() {
    var random = SeededRandom(seed: 9)
    for _ in 0..<2000 {
      let place = try? ProgramPlace(
        programName: mutate("pipe_exit__exit_1_22__unix_stream__classic", &random))
      if let place { #expect(place.slots.isEmpty || place.word == nil) }
    }
  }

  @Test func `of an open channel is some channel`() {
    var random = SeededRandom(seed: 10)
    for _ in 0..<2000 {
      var raw = ipc_held()
      withUnsafeMutableBytes(of: &raw) { bytes in
        for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &random) }
      }
      let channel = OpenChannel(raw)
      #expect((channel.receives == nil) == (raw.receives == 0))
      #expect(channel.holder.comm.count < Comm.capacity)
    }
  }
}
