import CaptureSupport
import IPCModel
import Testing

/// pcapng that this ipcdump, on this machine, has not written.
@Suite("Another's pcapng")
struct ForeignTests {
  /// A block of a section in the other byte order than ours, or in ours.
  private static func block(_ type: UInt32, _ body: [UInt8], swapped: Bool = false) -> [UInt8] {
    let length = bytes(UInt32(body.count + 12), swapped)
    return bytes(type, swapped) + length + body + length
  }

  private static func bytes<Number: FixedWidthInteger>(_ number: Number, _ swapped: Bool) -> [UInt8] {
    withUnsafeBytes(of: swapped ? number.byteSwapped : number) { Array($0) }
  }

  private static func header(swapped: Bool, options: [UInt8] = []) -> [UInt8] {
    block(
      0x0A0D_0D0A,
      bytes(0x1A2B_3C4D as UInt32, swapped) + bytes(1 as UInt16, swapped) + bytes(0 as UInt16, swapped)
        + bytes(-1 as Int64, swapped) + options, swapped: swapped)
  }

  @Test(arguments: [false, true])
  func `is no capture of ipcdump, in either byte order`(_ swapped: Bool) {
    let replayed = Replayed(
      Self.header(swapped: swapped) + Self.block(1, [252, 0, 0, 0, 0, 0, 0, 0], swapped: swapped))
    #expect(
      replayed.failure?.sentence.hasPrefix("t.pcapng is no capture of ipcdump: another program") == true)
  }

  @Test func `section behind ours is refused where it begins, after what is ours`() {
    let ours = Sample.small()
    let replayed = Replayed(ours.bytes + Self.header(swapped: false))
    #expect(replayed.text == ours.liveText)
    #expect(replayed.failure?.sentence.contains("the section at byte \(ours.bytes.count)") == true)
  }

  @Test func `blocks among ours are passed, however long they are`() {
    let ours = Sample.small()
    let blocks = Self.block(0xBAD, Array(repeating: 0, count: 1 << 20)) + Self.block(0x8000_0001, [])
    let journal = Self.block(9, Array("MESSAGE=hello\n\n\0\0".utf8))
    #expect(Replayed(ours.bytes + blocks + journal + blocks).text == ours.liveText)
    #expect(Replayed(ours.bytes + blocks).failure == nil)
  }

  @Test func `packets among ours are told to be so`() {
    let ours = Sample.small()
    let packet = Self.block(6, Array(repeating: 0, count: 20))
    let sentence = Replayed(ours.bytes + packet).failure?.sentence ?? ""
    #expect(sentence.contains("byte \(ours.bytes.count) on: this packet is not ipcdump's"), "\(sentence)")
  }

  @Test func `byte order makes no difference to what is told`() {
    let ours = Sample.small()
    let replayed = Replayed(SwappedCapture(ours.bytes).bytes)
    #expect(replayed.failure == nil)
    #expect(replayed.text == ours.liveText)
  }

  @Test func `version is refused by its number`() throws {
    var bytes = Sample.small().bytes
    let magic = Array("ipcdump capture".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: magic) })
    bytes[place + magic.count] = 2
    #expect(Replayed(bytes).failure?.sentence.contains("version 2, which needs a later ipcdump") == true)
  }

  @Test func `type of event that is not known here is named, what comes before it is told`() throws {
    let ours = Sample.small()
    var bytes = ours.bytes
    let name = Array("signal".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    bytes.replaceSubrange(place..<place + name.count, with: Array("shared".utf8))
    let replayed = Replayed(bytes)
    #expect(replayed.failure?.sentence.contains("events of type shared need a later ipcdump") == true)
    #expect(replayed.text == ours.liveText.split(separator: "\n").dropLast().map { "\($0)\n" }.joined())
  }

  @Test func `field that is not known here is left out`() throws {
    let ours = Sample.small()
    var bytes = ours.bytes
    // The first unix kind is unix-stream, the only one with events here.
    let kind = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("unix-stream".utf8)) })
    let place = try #require(
      bytes.indices.first { $0 > kind && bytes[$0...].starts(with: Array("path".utf8)) })
    bytes.replaceSubrange(place..<place + 4, with: Array("what".utf8))
    #expect(Replayed(bytes).text == ours.liveText.replacing(#""path":"/run/a socket","#, with: ""))
  }
}
