import IPCModel

/// Keys by which objects of SysV IPC are found (ftok(3)).
enum SysVKey {
  /// A key in words, as ipcs(1) shows it: `0x000004d2`; `private` for an object without one (`IPC_PRIVATE`).
  static func text(_ key: Int32) -> String {
    if key == 0 { return "private" }
    let digits = String(UInt32(bitPattern: key), radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}
