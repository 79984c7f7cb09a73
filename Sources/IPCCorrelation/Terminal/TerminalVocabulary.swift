import IPCModel

/// The words of terminals' events, entered once into the table of texts.
struct TerminalVocabulary {
  /// From the master to the slave: what is typed.
  let input: TextID
  /// From the slave to the master.
  let output: TextID

  /// Enters the words.
  init(in texts: inout TextTable) {
    input = texts.add("input")
    output = texts.add("output")
  }
}
