/// How text shows the contents of an event; other formats have one way only.
public enum ContentStyle: Sendable, CaseIterable {
  /// As `hexdump -C` does.
  case hexDump
  /// ASCII in which every other byte is an escape sequence.
  case ascii
  /// The lines that the contents consist of.
  case lines
}
