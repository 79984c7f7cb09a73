import ArgumentParser
import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import TestSupport
import Testing

@testable import ipcdump

@Suite("Any words on the command line")
struct OptionFuzzTests {
  private static let options = [
    "-t", "-p", "-s", "-d", "-P", "-S", "-D", "-f", "-B", "-c", "-o", "--time", "--color", "--hook",
    "--buffer-size", "-x", "-X", "--text", "-L", "-q", "-v", "--include-self", "--",
  ]
  private static let values = [
    "", "-", "--", "0", "1", "-1", "+1", "0x", "0x1", "0xffffffffffffffff", "2147483647", "2147483648",
    "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "8589934591G", "9007199254740992k", "k", "1.5M", "1e9", "pipe", "p,k", "all,",
    ",",
    "a,a,a", "text", "json", "csv", "wall", "auto", "raw_tp", "１", "\u{0}", "\u{202e}", "é", "🐟🐟🐟🐟🐟🐟", "%s%n",
    "/dev/null",
  ]

  private func value(_ random: inout SeededRandom) -> String {
    var value = Self.values.randomElement(using: &random) ?? ""
    if Int.random(in: 0..<4, using: &random) == 0 {
      value += [",", " ", "", "k", "="].randomElement(using: &random) ?? ""
      value += Self.values.randomElement(using: &random) ?? ""
    }
    return value
  }

  @Test func `are taken, or refused in a sentence`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<200 {
      var words: [String] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        words.append(Self.options.randomElement(using: &random) ?? "")
        switch Int.random(in: 0..<4, using: &random) {
        case 0: words[words.count - 1] += value(&random)
        case 1: words.append(value(&random))
        default: break
        }
      }
      let given = CommandWords(words)
      do {
        let separated = try given.separated()
        #expect(separated.rest == given.rest)
        guard let options = try IPCDump.parseAsRoot(separated.all) as? TraceCommand else { continue }
        try expectSound(options, words)
      } catch {
        #expect(UsageMessage(given).failure(error).sentence.isEmpty == false, "\(words)")
      }
    }
  }

  /// What is taken is what the rest of the program relies on.
  private func expectSound(_ options: TraceCommand, _ words: [String]) throws {
    let selection = options.filter.selection(ofCommand: !options.traced.command.isEmpty)
    #expect(!selection.kinds.isEmpty, "\(words)")
    for case .pids(let pids, _) in selection.criteria { #expect(pids.allSatisfy { $0 > 0 }, "\(words)") }
    #expect((64 << 10...1 << 30).contains(options.trace.ringSize), "\(words)")
    #expect(options.trace.ringSize.nonzeroBitCount == 1, "\(words)")
    #expect(options.output.shownBytes ?? 1 > 0, "\(words)")
    let filter = EventFilter(selection)
    for kind in Kind.all {
      let event = Event(time: 1, kind: kind, source: .unknown, destination: .unknown, count: 0)
      let isOpen = selection == Selection(kinds: selection.kinds)
      #expect(
        filter.passes(event, texts: TextTable()) == (isOpen && selection.kinds.contains(kind)), "\(words)")
    }
  }

  @Test func `for a size of bytes give it, or nothing`() {
    var random = SeededRandom(seed: 2)
    for _ in 0..<2000 {
      let text = value(&random)
      guard let size = ByteSize(argument: text) else { continue }
      #expect(size.bytes >= 0)
      #expect(ByteSize(argument: size.description) == size, "\(text)")
    }
  }

  @Test func `for a time zone give lines of one length`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2000 {
      // A rule of TZ may say up to 167 hours (tzset(3)); a file may say anything.
      let zone = TimeZoneOffset(secondsEast: Int.random(in: -700_000...700_000, using: &random))
      let clock = WallClock(
        offset: Int64(truncatingIfNeeded: random.next()), start: random.next(), zone: zone)
      var format = JSONFormat(FormatOptions(clock: clock))
      var output = OutputBuffer(capacity: 64)
      format.append(Loss(kind: nil, count: 1, bytes: 1, time: random.next()), to: &output)
      // {"lost_type":"all","count":1,"bytes":1,"time":"…"}
      #expect(output.withBytes { $0.count } == 47 + 35 + 3)
    }
  }
}
