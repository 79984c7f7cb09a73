import IPCModel

/// Why bytes of a transfer are not shown although they were asked for.
enum MissingBytes {
  /// No process's buffer held them where they could be read (splice(2) and the like at both ends).
  case spliced
  /// The memory was not resident, or not readable any more.
  case unreadable
  /// Nobody received them, or nobody was seen to, and they were gone before they could be recorded.
  case gone

  fileprivate var word: String {
    switch self {
    case .spliced: "spliced"
    case .unreadable: "unreadable"
    case .gone: "gone"
    }
  }

  /// The values of the meta field `bytes_missing`, entered into the table of texts when first needed.
  struct Words {
    private var spliced: TextID?
    private var unreadable: TextID?
    private var gone: TextID?

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
      case .gone:
        let id = gone ?? texts.add(reason.word)
        gone = id
        return id
      }
    }
  }
}
