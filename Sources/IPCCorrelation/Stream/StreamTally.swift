/// How the candidates for one position of a read compare with the received bytes.
struct StreamTally {
  private(set) var equal: [Int] = []
  private(set) var unknown: [Int] = []
  private(set) var firstNext: Int?

  mutating func removeAll() {
    equal.removeAll(keepingCapacity: true)
    unknown.removeAll(keepingCapacity: true)
    firstNext = nil
  }

  mutating func count(_ index: Int, _ verdict: Fingerprint.Verdict, isNext: Bool) {
    if isNext, firstNext == nil { firstNext = index }
    switch verdict {
    case .equal: equal.append(index)
    case .unknown: if isNext { unknown.append(index) }
    case .different: break
    }
  }

  /// The first of all possible ones.
  var first: Int? { equal.first ?? unknown.first }

  /// Whether all possible ones are alike.
  func allSatisfy(_ isAlike: (Int) -> Bool) -> Bool {
    equal.allSatisfy(isAlike) && unknown.allSatisfy(isAlike)
  }
}
