/// Meta fields of what is done with a channel's ends, or met there: the last ones of every kind that has channels.
///
/// An event that has an ``operation`` is no transfer, and carries no bytes.
public struct LifecycleFields: Sendable {
  /// What was done, or met: `connect`, `accept`, `close`, `shutdown`, `eof`, `epipe`.
  public let operation: MetaKey<TextID>
  /// Which ways of the channel it ends: `read`, `write`, `both`.
  public let way: MetaKey<TextID>
  /// Name of the error by which it has failed (errno(3)).
  public let error: MetaKey<TextID>

  /// Places the fields behind others.
  ///
  /// - Parameter position: How many fields the kind has without them.
  init(at position: Int) {
    operation = MetaKey("op", .lifecycle, at: position)
    way = MetaKey("how", .lifecycle, at: position + 1)
    error = .error(at: position + 2)
  }

  var all: [any MetaKeyProtocol] { [operation, way, error] }
}

extension Event {
  /// Whether it is about an end of its channel (``LifecycleFields``), and no transfer.
  public var isLifecycle: Bool {
    guard let fields = kind.row.lifecycle else { return false }
    return present.contains(fields.operation.field.position)
  }
}
