import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCTop
import IPCTracing
import IPCWaits
import PlainText
import ProcessShims
import ProcessSnapshot

/// Another process that looks at who waits and at what is open: that takes longer than a key may wait, and rights that
/// the screen then does not need.
///
/// A question is a number: 0 for who waits, else the process whose channels are asked for. The answer is that number, a
/// length, and JSON as `why` and `ls` write it.
final class Looker {
  /// What was found.
  enum Answer {
    case stuck(StuckProcesses)
    case channels(of: Int32, [ProcessChannel])
  }

  /// Where answers come from.
  let descriptor: Int32
  private let pid: pid_t
  private var received: [UInt8] = []
  private var asked: Set<Int32> = []
  /// When it is asked who waits for the next time, and when it was asked last.
  private var nextLook: UInt64 = 0
  private var lookBegan: UInt64 = 0
  private static let waits: Int32 = 0
  private static let headLength = 8
  /// Nanoseconds between two looks at who waits, and how many times as long as one takes: who looks is to take little of a
  /// CPU.
  private static let lookInterval: UInt64 = 2_000_000_000
  private static let costShare: UInt64 = 25
  /// Longest answer that is believed.
  private static let limit = 64 << 20

  /// Whether it has gone.
  private(set) var isGone = false

  /// Starts it, while this process is small and has one thread; nil if there can be none.
  init?() {
    var channel: Int32 = -1
    pid = process_fork_companion(&channel)
    descriptor = channel
    if pid == 0 { Self.answer(channel) }
    guard pid > 0 else { return nil }
  }

  deinit {
    close(descriptor)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Asks who waits in vain, if it is time.
  ///
  /// - Parameter now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  func askWhoWaits(now: UInt64) {
    guard now >= nextLook else { return }
    nextLook = .max
    lookBegan = now
    ask(Self.waits)
  }

  /// Asks what a process has open.
  func askChannels(of pid: Int32) { ask(pid) }

  /// Asks, unless an answer is due already.
  private func ask(_ question: Int32) {
    guard !isGone, asked.insert(question).inserted else { return }
    var question = question
    if send(descriptor, &question, 4, Int32(MSG_NOSIGNAL)) != 4 { isGone = true }
  }

  /// The answers that have come.
  ///
  /// - Parameter now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  func answers(now: UInt64) -> [Answer] {
    receive()
    var answers: [Answer] = []
    while received.count >= Self.headLength {
      let question = Self.number(in: received[0..<4])
      let length = Int(Self.number(in: received[4..<8]))
      guard length >= 0, length <= Self.limit else {
        isGone = true
        break
      }
      guard received.count >= Self.headLength + length else { break }
      let text = String(decoding: received[Self.headLength..<Self.headLength + length], as: UTF8.self)
      received.removeFirst(Self.headLength + length)
      asked.remove(question)
      guard let answer = Self.answer(text, to: question) else { continue }
      if case .stuck = answer { nextLook = now + max(Self.lookInterval, (now - lookBegan) * Self.costShare) }
      answers.append(answer)
    }
    return answers
  }

  private func receive() {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while !isGone {
      let count = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      if count == 0 { isGone = true }
      guard count > 0 else { return }
      received += bytes[..<count]
    }
  }

  private static func number(in bytes: ArraySlice<UInt8>) -> Int32 {
    Int32(bitPattern: bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
  }

  private static func answer(_ text: String, to question: Int32) -> Answer? {
    if question == waits {
      return (try? PlainJSONDecoder.value(StuckProcesses.self, from: text)).map { .stuck($0) }
    }
    let lines = text.split(separator: "\n")
    return .channels(
      of: question, lines.compactMap { try? PlainJSONDecoder.value(ProcessChannel.self, from: String($0)) })
  }

  // MARK: - The other process

  /// Answers questions until nobody can ask any more.
  private static func answer(_ channel: Int32) -> Never {
    do throws(Failure) {
      try Privilege.raise()
      try Privilege.giveUp(keepingSignals: false, keepingFiles: false, keepingLooks: true)
    } catch {
      _exit(1)
    }
    let taker = SnapshotTaker(witness: KernelLook())
    var question: Int32 = 0
    while recv(channel, &question, 4, Int32(MSG_WAITALL)) == 4 {
      var buffer = OutputBuffer()
      if question == waits {
        let report = WaitReport(WaitGraph(taker.take()), from: nil, at: monotonicNow())
        var json = JSONWriter(buffer)
        json.beginObject()
        report.verdicts.append(to: &json)
        json.endObject()
        buffer = json.finish()
      } else {
        let snapshot = taker.take(.all(of: [question]))
        ChannelList(WaitGraph(snapshot), of: [question]).appendJSON(to: &buffer)
      }
      guard reply(channel, question, &buffer) else { break }
    }
    _exit(0)
  }

  private static func reply(_ channel: Int32, _ question: Int32, _ buffer: inout OutputBuffer) -> Bool {
    buffer.withBytes { bytes in
      var head = [question.littleEndian, Int32(clamping: bytes.count).littleEndian]
      guard send(channel, &head, headLength, Int32(MSG_NOSIGNAL)) == headLength else { return false }
      var sent = 0
      while sent < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
        let count = send(channel, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }
}
