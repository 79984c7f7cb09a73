/// What begins and ends the use of a whole screen (xterm's control sequences; ECMA-48).
public enum TerminalSequences {
  /// Another screen than the shell's, no cursor, no line that goes on in the next one, and clicks and the wheel told (1000),
  /// by numbers without bounds (1006).
  public static let begin: StaticString =
    "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[?1000h\u{1b}[?1006h\u{1b}[0m\u{1b}[2J"

  /// All of it as before.
  public static let end: StaticString =
    "\u{1b}[0m\u{1b}[?1006l\u{1b}[?1000l\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"
}
