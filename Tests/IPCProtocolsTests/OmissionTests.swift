import IPCModel
import Testing

@testable import IPCProtocols

/// Contents that a decoder passes over are left out by whoever captures, who is told late.
@Suite("Bodies that are left out")
struct OmissionTests {
  /// What the kernel side does (`wanted_of_read`, record/omissions.h), with its reads told later than it makes them.
  private final class Capture: BodyOmissions {
    private struct Told {
      let event: Event
      let content: [UInt8]
    }

    private var texts = TextTable()
    private var reader: MessageReader?
    private(set) var lines: [String] = []
    /// Bytes that have been left out.
    private(set) var omitted = 0
    /// Bytes that have crossed the ring.
    private(set) var crossed = 0
    private var queue: [Told] = []
    private let delay: Int
    private var time: UInt64 = 0
    private var counted: ReadingEnd?
    private var taken: UInt64 = 0
    private var range: Range<UInt64> = 0..<0
    private var lastThread: Int32 = 0

    /// - Parameter delay: Reads that are made before one is told; nil if nothing is to be left out.
    init(delay: Int?) {
      self.delay = delay ?? 0
      reader = MessageReader(
        MessageSettings(), omissions: delay == nil ? nil : self,
        message: { [unowned self] in
          let wrong = "\($0.frame.isTruncated ? " truncated" : "")\($0.malformed.map { " (\($0))" } ?? "")"
          lines.append(
            "\($0.role) \($0.method.map { String(decoding: $0, as: UTF8.self) } ?? "") \($0.frame.count)\(wrong)"
          )
        },
        call: { [unowned self] in
          lines.append("call \($0.status) \($0.request.frame.count)>\($0.responseBytes)")
        })
    }

    func count(at end: ReadingEnd) { (counted, taken, range) = (end, 0, 0..<0) }
    func omit(_ bytes: Range<UInt64>, at end: ReadingEnd) { if counted == end { range = bytes } }
    func stop(at end: ReadingEnd) { omit(0..<0, at: end) }

    func read(_ bytes: [UInt8], isAnswer: Bool, thread: Int32 = 1, isLost: Bool = false) {
      time += 10
      var event = Event(
        time: time, kind: .unixStream, source: Endpoint(pid: isAnswer ? 2 : 1, tid: 2, comm: Comm("a")),
        destination: Endpoint(pid: isAnswer ? 1 : 2, tid: thread, comm: Comm("b")), count: UInt64(bytes.count)
      )
      event.set(Kind.UnixSocket.sourceInode, to: isAnswer ? 12 : 11)
      event.set(Kind.UnixSocket.destinationInode, to: isAnswer ? 11 : 12)
      var content = bytes
      if let counted, counted.inode == (isAnswer ? 11 : 12) {
        let end = taken + UInt64(bytes.count)
        let isOmitted = thread == lastThread && taken >= range.lowerBound && end <= range.upperBound
        event.place = ReadPlace(
          bits: 1 << 31 | (isOmitted ? 1 << 30 : 0) | UInt32(truncatingIfNeeded: taken) & (1 << 30 - 1))
        (taken, lastThread) = (end, thread)
        if isOmitted {
          content = []
          omitted += bytes.count
        }
      }
      crossed += content.count
      if !isLost { queue.append(Told(event: event, content: content)) }
      while queue.count > delay { tell() }
    }

    func finish() -> [String] {
      while !queue.isEmpty { tell() }
      reader?.finish()
      return lines
    }

    private func tell() {
      let told = queue.removeFirst()
      told.content.withUnsafeBytes { reader?.take(told.event, content: $0, texts: texts) }
    }
  }

  /// What a body says looks like the next answer.
  private static let body: [UInt8] = {
    var bytes = Array("HTTP/1.1 404 Not Found\r\n\r\n".utf8)
    while bytes.count < 1_500_000 { bytes += bytes }
    return bytes
  }()

  /// Requests with short and long answers, in random pieces.
  private static func exchange(_ seed: UInt64, _ capture: Capture, threads: Int32 = 1, losesFrom: Int = .max)
  {
    var random = Randomness(seed)
    for number in 0..<8 {
      capture.read(.text("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n"), isAnswer: false)
      let size = number < 2 ? 1_500_000 : [0, 10, 3000, 200_000, 1_000_000, 1_500_000][random.below(6)]
      let isChunked = random.below(4) == 0
      var answer: [UInt8] =
        isChunked
        ? .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(max(size, 1), radix: 16))\r\n")
        : .text("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
      let head = answer.count
      answer += body[..<(isChunked ? max(size, 1) : size)]
      if isChunked { answer += .text("\r\n0\r\n\r\n") }
      var start = 0
      while start < answer.count {
        let end = min(
          answer.count, start + 1 + random.below([100, 65_536, 65_536, 200_000][random.below(4)]))
        // Asked each time, so that both exchanges are the same.
        let isChosen = random.below(5) == 0
        let isLost = isChosen && number >= losesFrom && start > head && end < answer.count - 20
        capture.read(
          Array(answer[start..<end]), isAnswer: true, thread: 1 + Int32(random.below(Int(threads))),
          isLost: isLost)
        start = end
      }
    }
  }

  @Test(arguments: [0, 1, 5, 40], [1, 3] as [Int32])
  func `change nothing of what is told, however late it is asked for`(_ delay: Int, _ threads: Int32) {
    var (omitted, all) = (0, 0)
    for seed in 0..<6 as Range<UInt64> {
      let (whole, capture) = (Capture(delay: nil), Capture(delay: delay))
      Self.exchange(seed, whole, threads: threads)
      Self.exchange(seed, capture, threads: threads)
      let (told, expected) = (capture.finish(), whole.finish())
      #expect(told == expected, "seed \(seed)")
      #expect(!told.contains { $0.contains("truncated") || $0.contains("(") })
      omitted += capture.omitted
      all += whole.crossed
    }
    #expect(threads > 1 || delay > 5 || omitted > all / 2, "\(omitted) of \(all)")
  }

  @Test(arguments: [0, 3]) func `what is lost in one is counted, and the next message is found`(_ delay: Int)
  {
    for seed in 0..<6 as Range<UInt64> {
      let (whole, capture) = (Capture(delay: nil), Capture(delay: delay))
      Self.exchange(seed, whole)
      // Not before reads are counted, as they are from the first long body on.
      Self.exchange(seed, capture, losesFrom: 2)
      let (told, expected) = (capture.finish(), whole.finish())
      #expect(
        told.filter { !$0.contains("(") }.map { $0.replacing(" truncated", with: "") } == expected,
        "seed \(seed)")
    }
  }

  @Test func `positions go on behind their limit`() {
    let place = ReadPlace(bits: 1 << 31 | (1 << 30 - 5))
    #expect(place.isCounted && !place.isOmitted && place.position == (1 << 30) - 5)
    #expect(place.advanced(by: 7).position == 2 && place.advanced(by: 7).isCounted)
    #expect(ReadPlace.unknown.advanced(by: 7) == .unknown)
  }
}
