import Glibc

/// A terminal that a person reads.
enum Terminal {
  /// Columns where a terminal does not tell how many it has.
  private static let usualWidth = 80

  /// Columns of the terminal that a descriptor leads to; nil if it leads to none.
  static func width(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualWidth }
    return Int(size.ws_col)
  }
}
