/// What keys do.
enum HelpText {
  /// Its lines, of 78 columns at most.
  static let lines: [String] = [
    "A line is an edge: who sends to whom, through what. MSG/S and B/S are of the",
    "last second, MSGS of all time; 99 % took no longer than P99; UNREAD waits now.",
    "",
    " arrows j k PgUp PgDn g G  choose a line   Enter  dialogue of an edge",
    " /  show edges of which an expression is true (ipcdump --help where)",
    " s S  sort by another column       r  reverse       f  the line stays chosen",
    " t  tree by process, by container  Tab  open, close a branch",
    " p P  channels of the sender, of the receiver       w  who waits in vain",
    " space  pause                      Esc q  back, leave",
    "",
    "In a dialogue:",
    " m  messages, calls, transfers     x  contents: none, text, hex",
    " f  stay at what is said last",
    "",
    "Playing a capture:",
    " space  stop, go on    . →  next event    < >  slower, faster",
    " [ ]  10 s back, on    0 $  beginning, end",
    "",
    "A click chooses, a second one is Enter, one on a heading sorts.",
    "! marks what is odd, and the NOTE says it: docs/top.md",
  ]
}
