extension Event {
  /// Raw value of a meta field; nil if the kind or this event does not have it.
  package func value(of position: Int?) -> UInt64? {
    guard let position else { return nil }
    return value(at: position)
  }
}
