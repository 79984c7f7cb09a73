import IPCModel

/// Where a kind's meta fields are that a capture is about, found once by their names.
struct FieldPlaces {
  /// What the channel is called.
  let name: Int?
  /// What tells one direction of a channel from all others: the inode of the end that reads.
  let inode: Int?
  let sourcePort: Int?
  let destinationPort: Int?
  let sourceAddress: Int?
  let destinationAddress: Int?

  /// Places of every kind.
  static let all = KindRow.registry.map(FieldPlaces.init)

  private init(_ row: KindRow) {
    func position(_ names: String...) -> Int? {
      row.fields.firstIndex { names.contains("\($0.name)") }
    }
    name = position("pipe_name", "path", "tty_name", "name")
    inode = position("dst_inode", "pipe_inode")
    sourcePort = position("src_port")
    destinationPort = position("dst_port")
    sourceAddress = position("src_addr")
    destinationAddress = position("dst_addr")
  }
}

extension Event {
  /// Raw value of the field at one of ``FieldPlaces``; nil if the kind or this event does not have it.
  func value(of place: Int?) -> UInt64? {
    guard let place else { return nil }
    return value(at: place)
  }
}
