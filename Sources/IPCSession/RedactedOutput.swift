import ByteOutput
import IPCCapture
import IPCModel
import IPCProtocols

/// Another output that gets no secrets: asterisks are in their place.
public final class RedactedOutput: EventConsumer {
  private let output: any EventConsumer
  private let redactor = StreamRedactor()

  /// Keeps secrets from an output.
  public init(_ output: any EventConsumer) { self.output = output }

  /// The output's.
  public var pendingBytes: Int { output.pendingBytes }

  /// The output's.
  public var descriptors: [Int32] { output.descriptors }

  /// The output's.
  public var sparseDescriptors: [Int32] { output.sparseDescriptors }

  /// The output's.
  public var opensFiles: Bool { output.opensFiles }

  /// Hands an event on, without secrets.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    guard let content else { return output.take(event, content: nil, texts: texts) }
    redactor.redact(event, content, texts: texts)
    return output.take(event, content: redactor.bytes, texts: texts)
  }

  /// Hands a loss on.
  public func take(_ loss: Loss) { output.take(loss) }

  /// Hands on who waits for whom.
  public func take(_ waits: CapturedWaits) { output.take(waits) }

  /// Hands on how ipcdump fares.
  public func take(_ health: CapturedHealth) { output.take(health) }

  /// Hands a failure on.
  public func take(_ failure: Failure) { output.take(failure) }

  /// Hands a clock on.
  public func follow(_ clock: WallClock) { output.follow(clock) }

  /// Lets the output write.
  public func flush() throws(Failure) { try output.flush() }

  /// Ends the output.
  public func finish() throws(Failure) { try output.finish() }
}
