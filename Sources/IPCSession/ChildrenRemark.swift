/// What is said once of children that given processes have or make, and that are not traced.
struct ChildrenRemark {
  private var isTold = false

  /// Says what there is to be said, if anything is.
  ///
  /// - Parameters:
  ///   - counts: How many children each given process had when the trace began.
  ///   - parent: A given process that has made one since; nil if none has.
  mutating func look(at counts: [Int32: Int], parent: Int32?) {
    guard !isTold, let sentence = Self.sentence(counts, parent: parent) else { return }
    isTold = true
    Diagnostics.write("ipcdump: \(sentence)")
  }

  /// The sentence; nil if there are no children.
  static func sentence(_ counts: [Int32: Int], parent: Int32?) -> String? {
    guard let first = counts.keys.min(), let count = counts[first] else {
      return parent.map {
        "\(ProcessTable.words($0)) makes children, which are not traced; --follow adds them"
      }
    }
    let name = ProcessTable.words(first)
    if counts.count > 1 {
      return "\(name) and \(counts.count - 1) more have children, which are not traced; --follow adds them"
    }
    return count == 1
      ? "\(name) has a child, which is not traced; --follow adds it"
      : "\(name) has \(count) children, which are not traced; --follow adds them"
  }
}
