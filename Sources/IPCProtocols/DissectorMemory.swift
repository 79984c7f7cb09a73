import IPCModel

/// What channels have turned out to carry. A channel that is forgotten for another one only looks plainer.
struct DissectorMemory {
  private var channels: [UInt64]
  private var dissectors: [Dissector]

  private static let capacity = 4096

  init() {
    channels = Array(repeating: 0, count: Self.capacity)
    dissectors = Array(repeating: .data, count: Self.capacity)
  }

  subscript(channel: UInt64) -> Dissector? {
    get {
      let slot = Self.slot(of: channel)
      return channels[slot] == channel && channel != 0 ? dissectors[slot] : nil
    }
    set {
      guard let newValue else { return }
      let slot = Self.slot(of: channel)
      channels[slot] = channel
      dissectors[slot] = newValue
    }
  }

  private static func slot(of channel: UInt64) -> Int {
    Int(Hashing.spread(channel) >> 52)
  }
}
