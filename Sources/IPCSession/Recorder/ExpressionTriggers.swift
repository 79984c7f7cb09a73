import IPCFiltering
import IPCModel
import IPCProtocols

/// Lets a flight recorder write when an expression is true of an event, or of a message or a call where these are shown.
public final class ExpressionTriggers: EventConsumer {
  private struct Condition {
    let expression: WhereExpression
    /// Whether transfers have all that it asks for.
    let isOfTransfers: Bool
    let messages: MessageFilter
  }

  private let recorder: FlightRecorder
  private let conditions: [Condition]
  private var reader: MessageReader?

  /// Compiles expressions.
  ///
  /// - Parameters:
  ///   - expressions: What is asked, with all names of the files that they name.
  ///   - shown: Whether messages and calls are shown instead of transfers, of which they are asked, too.
  ///   - settings: How these are found; nil if they are not.
  ///   - recorder: What writes; it has the event already when it is asked.
  public init(
    _ expressions: [WhereExpression], shown: (messages: Bool, calls: Bool), _ settings: MessageSettings?,
    recorder: FlightRecorder
  ) {
    self.recorder = recorder
    conditions = expressions.map { expression in
      var selection = Selection(kinds: Set(Kind.all))
      selection.criteria = [.expression(expression)]
      return Condition(
        expression: expression,
        isOfTransfers: expression.unmetNeed(messages: false, calls: false) == nil,
        messages: MessageFilter(EventFilter(selection)))
    }
    guard let settings, shown.messages || shown.calls else { return }
    reader = MessageReader(
      settings,
      message: { [unowned self] message in
        if shown.messages { take(message) }
      },
      call: { [unowned self] call in
        if shown.calls { take(call) }
      })
  }

  /// Asks about an event, and about what it completes.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    for condition in conditions {
      if reader != nil { condition.messages.note(event, texts: texts) }
      guard condition.isOfTransfers,
        condition.expression.admits(event, content: content, texts: texts) == true
      else { continue }
      recorder.take(
        .expression(
          condition.expression.text, from: event.source, to: event.destination, at: event.time))
    }
    reader?.take(event, content: content, texts: texts)
    return true
  }

  /// Doubts what may lack bytes.
  public func take(_ loss: Loss) { reader?.take(loss) }

  /// Ends all conversations: what is open then will not be answered.
  public func finish() throws(Failure) {
    reader?.finish()
    reader = nil
  }

  private func take(_ message: Message) {
    for condition in conditions where condition.messages.passes(message) {
      recorder.take(
        .expression(
          condition.expression.text, from: message.frame.source, to: message.frame.destination,
          at: message.frame.time))
    }
  }

  private func take(_ call: Call) {
    for condition in conditions where condition.messages.passes(call) {
      let request = call.request.frame
      recorder.take(
        .expression(
          condition.expression.text, from: request.source, to: request.destination,
          at: call.time))
    }
  }
}
