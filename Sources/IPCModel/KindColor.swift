/// Colour of a kind wherever kinds are told apart by colour; what it looks like is the page's and the graphs' business.
///
/// Each kind has one of its own (``KindRow/registry`` checks it). There are more than kinds, for those to come.
public enum KindColor: UInt8, Sendable, CaseIterable {
  // Those of Okabe and Ito, which people with any colour vision can tell apart, and gray.
  case blue, vermilion, green, sky, olive, orange, mauve, gray
  // Others between them.
  case violet, crimson, teal, brown, lime, indigo, pink, moss, rust, steel, plum, cyan
}
