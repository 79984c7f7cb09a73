/// Kind of IPC channel. Its raw value is the `kind` of kernel records (`enum ipc_kind`, records.h).
///
/// What there is to know of a kind (its name, meta fields, channel, colour) stands in its file in `Kinds/`.
public struct Kind: RawRepresentable, Sendable, Hashable {
  /// Position in the registry.
  public let rawValue: UInt8

  /// Names a kind by its position in the registry.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What the registry says about this kind; records of an unknown kind never get this far.
  public var row: KindRow { KindRow.registry[Int(rawValue)] }

  /// Every kind, in the order of the registry.
  public static let all: [Kind] = KindRow.registry.map(\.kind)

  /// Those that `all` means (``KindRow/isUsual``).
  public static let usual: [Kind] = all.filter(\.row.isUsual)
}

/// What every module needs to know of a kind of IPC; the formats and filters know nothing else about it.
///
/// A class, because the formats look a row up for every event, and a copy would count the references of its arrays.
public final class KindRow: Sendable {
  /// The kind that the row is about.
  public let kind: Kind
  /// Name in output and on the command line.
  public let name: StaticString
  /// Other names that `-t` takes; one that several kinds share means all of them.
  public let aliases: [String]
  /// One line for `--list-types`.
  public let summary: String
  /// Colour in graphs and on the page, which no other kind has.
  public let color: KindColor
  /// Keys of `meta`, in the order of output, the original's first; each knows its place in this list.
  public let fields: [MetaField]
  /// What the fields say of the channel.
  public let channel: ChannelFields
  /// The fields of what becomes of its channels' ends, which are the last ones; nil if it has no channels.
  public let lifecycle: LifecycleFields?
  /// Whether its transfers carry bytes.
  public let carriesBytes: Bool
  /// Whether it goes through descriptors, which calls for any file can be made on.
  public let hasDescriptors: Bool
  /// Whether it is one of those that `all` means, and that are traced unless types are asked for.
  public let isUsual: Bool

  /// Describes a kind. What carries bytes goes through channels, of whose ends there are fields behind all others.
  ///
  /// - Parameters:
  ///   - fields: Every other key of the kind, in the order of the positions that they have.
  ///   - hasDescriptors: See there; nil if bytes make it so.
  ///   - isUsual: See there; false for what is so much that few want to see it.
  init(
    _ kind: Kind, name: StaticString, aliases: [String], summary: String, color: KindColor,
    fields: [any MetaKeyProtocol], channel: ChannelFields, carriesBytes: Bool,
    hasDescriptors: Bool? = nil, isUsual: Bool = true
  ) {
    self.kind = kind
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.color = color
    let lifecycle = carriesBytes && hasDescriptors != false ? LifecycleFields(at: fields.count) : nil
    self.lifecycle = lifecycle
    self.fields = (fields + (lifecycle?.all ?? [])).map(\.field)
    self.channel = channel
    self.carriesBytes = carriesBytes
    self.hasDescriptors = hasDescriptors ?? carriesBytes
    self.isUsual = isUsual
    precondition(self.fields.count <= Event.fieldLimit, "\(name) has more meta fields than an event holds")
    for (position, field) in self.fields.enumerated() {
      precondition(field.position == position, "\(field.name) of \(name) is not at its position")
    }
  }

  /// The one list of kinds; a kind's position is its ``Kind/rawValue``.
  public static let registry: [KindRow] = checked(
    [Kind.Pipe.row, Kind.Signal.row] + Kind.UnixSocket.rows + Kind.LoopbackSocket.rows + [
      Kind.Terminal.row, Kind.ProcessVM.row, Kind.Ptrace.row, Kind.PidfdGetfd.row, Kind.Eventfd.row,
      Kind.MQueue.row, Kind.SysVMessage.row, Kind.SysVSemaphore.row, Kind.SharedMemory.row, Kind.Futex.row,
      Kind.Netlink.row, Kind.Vsock.row,
    ])

  /// Rows that are each in their place, and each of a colour of its own; any program stops here otherwise.
  private static func checked(_ rows: [KindRow]) -> [KindRow] {
    var colors: Set<KindColor> = []
    for (position, row) in rows.enumerated() {
      precondition(Int(row.kind.rawValue) == position, "\(row.name) is not at its place in the registry")
      precondition(colors.insert(row.color).inserted, "\(row.name) has the colour of another kind")
    }
    return rows
  }
}

/// Colour of a kind wherever kinds are distinguished by colour; what it looks like is the page's and the graphs' business.
///
/// Each kind has one of its own (``KindRow/registry`` checks it). There are more than kinds, for those to come.
public enum KindColor: UInt8, Sendable, CaseIterable {
  // Those of Okabe and Ito, which people with any colour vision can distinguish, and gray.
  case blue, vermilion, green, sky, olive, orange, mauve, gray
  // Others between them.
  case violet, crimson, teal, brown, lime, indigo, pink, moss, rust, steel, plum, cyan
}
