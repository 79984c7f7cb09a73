/// Texts that a hostile process might choose as its name or a path.
public let nastyTexts: [[UInt8]] = [
  Array("two\nlines\r\n".utf8),
  Array("\u{1b}[2J\u{1b}]0;title\u{7}".utf8),
  Array(#"quote " and \ and \n"#.utf8),
  Array("a,b;c".utf8),
  Array(" leading and trailing ".utf8),
  Array("<script>alert(1)</script>".utf8),
  Array("\u{202e}gnp.exe\u{2066}\u{2069}".utf8),
  Array("line\u{2028}paragraph\u{2029}".utf8),
  Array("c1 \u{85}\u{9b} del \u{7f} nul \u{0}".utf8),
  Array("grüße 日本 🐟".utf8),
  Array("=1+1".utf8),
  [0x66, 0xff, 0xfe, 0x6f],
  [0xe2, 0x80],
  [0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf4, 0x90, 0x80, 0x80],
  [],
]
