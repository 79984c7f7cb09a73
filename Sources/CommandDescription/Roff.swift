import PlainText

/// Text as man(7) takes it.
enum Roff {
  /// Text within a line: a hyphen that can be copied, a backslash that is one.
  static func text(_ text: String) -> String {
    text.with(#"\e"#, for: #"\"#).with(#"\-"#, for: "-")
  }

  /// Text that may begin a line, where a dot or a quote would be a request.
  static func line(_ text: String) -> String {
    (text.hasPrefix(".") || text.hasPrefix("'") ? #"\&"# : "") + Self.text(text)
  }

  static func bold(_ text: String) -> String { #"\fB"# + Self.text(text) + #"\fR"# }

  static func italic(_ text: String) -> String { #"\fI"# + Self.text(text) + #"\fR"# }
}
