import IPCModel

/// The text that each kind's fields had last. Most events have the same as the one before, which are not made anew.
struct LastTexts {
  private var ids: [TextID?] = Array(repeating: nil, count: KindRow.registry.count * Event.fieldLimit)

  /// The number of a text in a table, good until another one takes its field's place.
  mutating func id(
    of bytes: UnsafeBufferPointer<UInt8>, kind: Kind, position: Int, in table: inout TextTable
  ) -> TextID {
    let slot = Int(kind.rawValue) * Event.fieldLimit + position
    if let before = ids[slot] {
      let isSame = table.withBytes(of: before) { $0.elementsEqual(bytes) }
      if isSame { return before }
      table.release(before)
    }
    let id = table.add(bytes)
    ids[slot] = id
    return id
  }
}
