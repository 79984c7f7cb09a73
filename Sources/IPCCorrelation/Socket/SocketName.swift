import IPCModel

/// The name of a unix socket, shared by all that have it.
///
/// Who has got it keeps it: its text is given back when no socket has that name any more, and nothing else refers to it.
final class SocketName {
  /// A path, or `@` and the bytes of an abstract name.
  let bytes: [UInt8]
  /// The same for events.
  let text: TextID
  /// Sockets that are known by this name.
  var sockets = 0

  init(_ bytes: [UInt8], text: TextID) {
    self.bytes = bytes
    self.text = text
  }
}
