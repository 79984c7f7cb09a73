import IPCModel

/// A channel as a connection of TCP, or of UDP if its messages have no connection: what there is to know of it from one
/// event to the next.
///
/// Its ends have the numbers 0 and 1; the first is where the first event came from.
struct Connection {
  /// Who was at the ends at the first event.
  let processes: InlineArray<2, Endpoint>
  /// Addresses of the ends.
  let addresses: InlineArray<2, HostAddress>
  /// Which end is the server's.
  let server: Int
  /// Inodes of the ends' sockets, where ports alone do not tell one connection from a later one; 0 if not known.
  var inodes = InlineArray<2, UInt64>(repeating: 0)
  /// Whether addresses are those of internet sockets, which need no names.
  var isReal = false
  /// Number of the file that has the names of the addresses; 0 for none.
  var namesFile: UInt32 = 0
  /// Whether nothing is known of what goes over it.
  var isPlain = false
  /// Whether text comes before messages of D-Bus (``DBusHandshake``).
  var beginsWithText = false
  /// Which part each end sends in: 0, or 1 behind that text.
  var parts = InlineArray<2, Int>(repeating: 0)

  private var first: Part
  private var second: Part

  /// What is one connection to Wireshark.
  struct Part {
    /// Ports of the ends.
    var ports: InlineArray<2, UInt16>
    /// Sequence numbers of what the ends send next. Those of the handshake come before 1.
    var next = InlineArray<2, UInt32>(repeating: 1)
    /// Segments that an end has sent since the other one acknowledged what it had.
    var unacknowledged = InlineArray<2, Int>(repeating: 0)
    /// Number of the file that has the handshake; 0 for none.
    var file: UInt32 = 0

    /// Counts a segment.
    ///
    /// - Returns: Whether the other end is to acknowledge what it has.
    mutating func send(_ length: UInt32, from end: Int, acknowledgeAfter limit: Int) -> Bool {
      next[end] &+= length
      unacknowledged[1 - end] = 0
      unacknowledged[end] += 1
      guard unacknowledged[end] >= limit else { return false }
      unacknowledged[end] = 0
      return true
    }
  }

  /// Bytes of this kind that had been lost when each end last sent (``LostBytes``).
  private var lost: InlineArray<2, UInt64>

  /// A connection on which nothing has been sent.
  ///
  /// - Parameters:
  ///   - processes: Who is at the ends.
  ///   - addresses: Addresses of the ends.
  ///   - ports: Ports of the ends.
  ///   - server: Which end is the server's.
  ///   - lost: Bytes of the kind that have been lost so far.
  init(
    _ processes: InlineArray<2, Endpoint>, _ addresses: InlineArray<2, HostAddress>,
    _ ports: InlineArray<2, UInt16>, server: Int, lost: UInt64
  ) {
    self.processes = processes
    self.addresses = addresses
    self.server = server
    first = Part(ports: ports)
    second = first
    self.lost = .init(repeating: lost)
  }

  /// A part, by its number.
  subscript(_ part: Int) -> Part {
    get { part == 0 ? first : second }
    set { if part == 0 { first = newValue } else { second = newValue } }
  }

  /// Lets one end send in the second part from now on, which has these ports if the other end is not there already.
  mutating func move(_ end: Int, toPorts client: UInt16, _ serverPort: UInt16) {
    if parts[1 - end] == 0 {
      second = Part(ports: server == 0 ? [serverPort, client] : [client, serverPort])
    }
    parts[end] = 1
  }

  /// How many bytes may be missing before what an end sends next, as far as it was not asked before.
  ///
  /// - Parameter total: Bytes of the kind that have been lost so far.
  mutating func takeGap(before end: Int, total: UInt64) -> UInt64 {
    defer { lost[end] = total }
    return total &- lost[end]
  }
}

/// Bytes that were lost so far, by kind. Whose they were is not known, so that they may be missing in every channel of
/// their kind.
struct LostBytes {
  private var bytes = [UInt64](repeating: 0, count: KindRow.registry.count)

  /// Bytes lost of a kind.
  subscript(_ kind: Kind) -> UInt64 { bytes[Int(kind.rawValue)] }

  /// Adds a loss; one of unknown length is a byte at least.
  mutating func add(_ loss: Loss) {
    for index in bytes.indices where loss.kind.map({ Int($0.rawValue) == index }) ?? true {
      bytes[index] &+= max(loss.bytes, 1)
    }
  }
}
