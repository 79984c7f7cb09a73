/// A pseudoterminal, and what the kernel knows of it.
final class TerminalScene {
  let address: UInt64
  let inode: UInt64
  var name: String
  /// Session that it controls; 0 if there is none.
  var session: UInt32 = 77
  /// Leader of the foreground process group.
  var foreground: Party?

  init(_ name: String = "pts3", index: UInt32 = 3, address: UInt64 = 0xffff_8880_0002_0000) {
    self.name = name
    self.address = address
    inode = 1 << 32 | UInt64(index)
  }

  /// Key of what is typed, or of what is shown.
  func channel(isOutput: Bool) -> UInt64 { address + (isOutput ? 1 : 0) }
}
