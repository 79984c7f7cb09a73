import ByteOutput
import Glibc
import IPCCapture
import IPCFormats
import IPCModel

/// One run over a capture: hands out what it holds as if it happened now. Needs no privilege.
public struct Replay: ~Copyable {
  private let input: ReplayInput?
  private var reader: CaptureReader

  /// Begins to read a capture up to its end.
  public init(_ file: InputFile) throws(Failure) {
    input = nil
    reader = try CaptureReader(file: file)
  }

  /// Begins to read a capture whose replay signals can end, and which may be written while it is read.
  ///
  /// - Parameters:
  ///   - file: The capture.
  ///   - summary: Is shown when SIGUSR1 comes, if there is one.
  public init(_ file: InputFile, summary: TrafficOutput?) throws(Failure) {
    // Who reads the output may leave, also if whoever started ipcdump had this ignored.
    signal(SIGPIPE, SIG_DFL)
    let input = ReplayInput(summary: summary)
    reader = try CaptureReader(file: file) { descriptor throws(Failure) in
      try input.mayRead(from: descriptor)
    }
    self.input = input
  }

  /// Clock of the capture's beginning.
  public var clock: WallClock { reader.clock }

  /// Hands out everything. Of a capture that is damaged, what is whole is shown before the damage is thrown.
  public mutating func run(into pipeline: EventPipeline) throws(Failure) {
    do throws(Failure) {
      while !pipeline.isSatisfied, !isStopped, let entry = try reader.next() {
        take(entry, into: pipeline)
        if pipeline.isFull || !reader.hasMore { try pipeline.flush() }
      }
    } catch {
      // What was told to stop may have stopped anywhere.
      if !isStopped {
        pipeline.take(error)
        try? pipeline.finish()
        throw error
      }
    }
    try pipeline.finish()
  }

  private var isStopped: Bool { input?.isStopped ?? false }

  private mutating func take(_ entry: CaptureReader.Entry, into pipeline: EventPipeline) {
    pipeline.follow(reader.clock)
    switch entry {
    case .event(let event): _ = pipeline.take(event, content: reader.content, texts: reader.texts)
    case .loss(let loss): pipeline.take(loss)
    }
  }
}
