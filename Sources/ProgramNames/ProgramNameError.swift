/// A program's name that says nothing about where it belongs.
public struct ProgramNameError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with it.
  public enum Cause: Sendable, Equatable {
    /// It has not the four parts.
    case form
    /// There is no such table.
    case table(String)
    /// The table has entries, and the name none of them.
    case slots(String)
    /// There is no such kind.
    case purpose(String)
    /// There is no such variant.
    case variant(String)
  }

  /// The program.
  public let name: String
  /// See ``Cause``.
  public let cause: Cause

  init(_ name: String, _ cause: Cause) {
    self.name = name
    self.cause = cause
  }

  /// One sentence: which program, what is wrong, what would be right.
  public var description: String {
    let wrong =
      switch cause {
      case .form: "is not of the form LABEL__TABLE_SLOTS__KIND__VARIANT"
      case .table(let word): "names no table by “\(word)”; there are \(Self.list(Self.tables))"
      case .slots(let part): "has no numbers of entries in “\(part)”"
      case .purpose(let word): "names no kind by “\(word)”; there are \(Self.list(Self.purposes))"
      case .variant(let word): "names no variant by “\(word)”; there are \(Self.list(Self.variants))"
      }
    return "the program \(name) \(wrong)"
  }

  private static var tables: [String] { ProgramPlace.Table.allCases.map(\.rawValue) }
  private static var variants: [String] { ProgramPlace.Variant.allCases.map(\.rawValue) }
  private static var purposes: [String] {
    ProgramPlace.kindWords + ProgramPlace.Purpose.words.map(\.word)
  }

  private static func list(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }
}
