/// How a cell of the screen looks.
public struct Style: Sendable, Equatable {
  /// Colour of its character.
  public enum Color: UInt8, Sendable {
    // Parameters of SGR (ECMA-48, 8.3.117).
    case normal = 39, red = 31, green = 32, yellow = 33, blue = 34, magenta = 35, cyan = 36
  }

  /// What terminals without colours can show, too.
  public struct Traits: OptionSet, Sendable {
    /// A bit a trait.
    public let rawValue: UInt8

    /// Takes the bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Stronger than others.
    public static let bold = Traits(rawValue: 1 << 0)
    /// Weaker than others.
    public static let dim = Traits(rawValue: 1 << 1)
    /// With a line below.
    public static let underlined = Traits(rawValue: 1 << 2)
    /// Character and background in exchange.
    public static let reversed = Traits(rawValue: 1 << 3)
  }

  /// See ``Color``.
  public var color: Color
  /// See ``Traits``.
  public var traits: Traits

  /// Describes a look.
  public init(_ color: Color = .normal, _ traits: Traits = []) {
    self.color = color
    self.traits = traits
  }

  /// As the terminal's user has it.
  public static let plain = Style()
  /// Headings.
  public static let heading = Style(.normal, .bold)
  /// What matters less.
  public static let dim = Style(.normal, .dim)
  /// Lines above and below all others, and what is selected.
  public static let bar = Style(.normal, .reversed)
  /// What should be looked at.
  public static let caution = Style(.yellow, .bold)
  /// What is wrong for certain.
  public static let alarm = Style(.red, [.bold, .reversed])

  /// The same without its colour.
  var colorless: Style { Style(.normal, traits) }
}
