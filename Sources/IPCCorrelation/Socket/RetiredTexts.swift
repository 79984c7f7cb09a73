import IPCModel

/// Texts that nothing has any more but events that are on their way.
struct RetiredTexts {
  private var fresh: [TextID] = []
  private var waiting: [TextID] = []
  private var retirement: UInt64 = 0

  /// Takes a text that no event will be given from now on.
  mutating func append(_ text: TextID) { fresh.append(text) }

  /// Takes several such texts.
  mutating func append(contentsOf texts: some Sequence<TextID>) { fresh.append(contentsOf: texts) }

  /// Releases those that no event can refer to.
  ///
  /// - Parameter time: Time of the call; what is staged now is not later.
  mutating func tidy(at time: UInt64, _ stage: inout EventStage) {
    if let earliest = stage.earliest, earliest <= retirement { return }
    for text in waiting { stage.texts.release(text) }
    waiting.removeAll(keepingCapacity: true)
    swap(&waiting, &fresh)
    retirement = time
  }
}
