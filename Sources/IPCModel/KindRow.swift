/// What every room needs to know of a kind of IPC; the formats and filters know nothing else about it.
public struct KindRow: Sendable {
  /// Name in output and on the command line.
  public let name: StaticString
  /// Other names that `-t` takes.
  public let aliases: [String]
  /// One line for `--list-types`.
  public let summary: String
  /// Keys of `meta`, in the order of output, the original's first.
  public let fields: [MetaField]
  /// Whether its transfers carry bytes.
  public let carriesBytes: Bool
}

extension Kind {
  /// Pipes and FIFOs.
  public static let pipe = Kind(rawValue: 0)
  /// Signals that a process generated.
  public static let signal = Kind(rawValue: 1)

  /// Every kind, in the order of the registry.
  public static var all: [Kind] { KindRow.registry.indices.map { Kind(rawValue: UInt8($0)) } }
}

extension KindRow {
  /// The one list of kinds; a kind's position is its ``Kind/rawValue``.
  public static let registry: [KindRow] = [
    KindRow(
      name: "pipe",
      aliases: ["p"],
      summary: "pipes and FIFOs, told at the read",
      fields: [
        MetaField("pipe_name", .text),
        MetaField("pipe_inode", .number),
        MetaField("count", .number),
      ],
      carriesBytes: true
    ),
    KindRow(
      name: "signal",
      aliases: ["k", "kill"],
      summary: "signals sent by processes, with result and value",
      fields: [
        MetaField("num", .number),
        MetaField("name", .text),
        MetaField("code", .text),
        MetaField("value", .integer),
        MetaField("value_ptr", .number),
        MetaField("target", .text),
        MetaField("result", .text),
      ],
      carriesBytes: false
    ),
  ]
}
