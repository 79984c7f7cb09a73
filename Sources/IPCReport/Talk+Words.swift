import IPCModel

extension Talk {
  /// What was transferred, in words: `3.8 KiB, 2 events`, without bytes where the kind carries none.
  var amount: String {
    let count = events == 1 ? "1 event" : "\(events) events"
    return key.kind.row.carriesBytes ? "\(byteText(bytes)), \(count)" : count
  }

  /// Identifier of a process in a graph; nothing but letters and digits.
  static func node(_ pid: Int32) -> String { pid >= 0 ? "p\(pid)" : "unknown" }
}

extension TalkTable {
  /// What a graph does not show, in words.
  ///
  /// - Parameter omitted: Transfers of the edges that are left out.
  func remarks(omitted: (events: UInt64, bytes: UInt64)) -> [String] {
    var remarks: [String] = []
    if omitted.events > 0 {
      remarks.append("\(omitted.events) events (\(byteText(omitted.bytes))) of further edges left out")
    }
    if lost > 0 { remarks.append("\(lost) records lost") }
    return remarks
  }
}
