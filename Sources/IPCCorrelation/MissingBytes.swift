import IPCModel

/// Why bytes of a transfer are not shown although they were asked for.
enum MissingBytes {
  /// No process's buffer held them where they could be read (splice(2) and the like at both ends).
  case spliced
  /// The memory was not resident, or not readable any more.
  case unreadable

  fileprivate var word: String {
    switch self {
    case .spliced: "spliced"
    case .unreadable: "unreadable"
    }
  }

  /// The values of the meta field `bytes_missing`, entered into the table of texts when first needed.
  struct Words {
    private var spliced: TextID?
    private var unreadable: TextID?

    /// The text of a reason.
    mutating func id(of reason: MissingBytes, in texts: inout TextTable) -> TextID {
      switch reason {
      case .spliced:
        let id = spliced ?? texts.add(reason.word)
        spliced = id
        return id
      case .unreadable:
        let id = unreadable ?? texts.add(reason.word)
        unreadable = id
        return id
      }
    }
  }
}
