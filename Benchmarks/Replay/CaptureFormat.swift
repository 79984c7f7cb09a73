import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel

/// Events as `-w` keeps them, so that their cost can be compared with those of formats that show them.
///
/// A class, because the writer cannot be copied.
final class CaptureFormat: EventFormat, @unchecked Sendable {
  var clock: WallClock
  private var writer: CaptureWriter

  init(_ options: FormatOptions, form: CaptureForm) {
    clock = options.clock
    writer = CaptureWriter(
      CaptureSettings(application: "ipc-replay", system: "Linux", start: options.clock.start, form: form))
  }

  /// As `-w` does without more options.
  convenience init(_ options: FormatOptions) { self.init(options, form: .payloads) }

  func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    writer.append(event, content: content, texts: texts, offset: clock.offset, to: &output)
  }

  func append(_ loss: Loss, to output: inout OutputBuffer) {
    writer.append(loss, offset: clock.offset, to: &output)
  }
}
