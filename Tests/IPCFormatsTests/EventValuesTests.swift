import ByteOutput
import IPCModel
import Testing

@testable import IPCFormats

@Suite("Values of events")
struct EventValuesTests {
  @Test func `include process names cut in the middle of a character`() {
    let whole = Comm("0123456789012éé")
    let cut = Comm("01234567890123é")
    #expect(written { $0.append(whole, .json) } == #""0123456789012é""#)
    #expect(written { $0.append(cut, .json) } == "\"01234567890123\u{fffd}\"")
    #expect(written { $0.append(cut, .terminal) } == #"01234567890123\xc3"#)
    #expect(written { $0.append(Comm(""), .terminal) } == "")
  }
}
