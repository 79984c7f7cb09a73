/// A key of a TOML document with what it is set to.
package struct TOMLEntry: Equatable {
  /// A value, and where it begins.
  package struct Item: Equatable {
    /// The value.
    package let value: TOMLValue
    /// See ``TOMLPlace``.
    package let place: TOMLPlace
  }

  /// The key, without quotation marks.
  package let key: String
  /// Where the key begins.
  package let place: TOMLPlace
  /// The value, or those of an array.
  package let items: [Item]
  /// Whether it is an array.
  package let isArray: Bool

  /// Reads a document.
  ///
  /// What of TOML 1.0 an option can have a use for is read: keys, strings of one line, integers, decimal numbers, booleans
  /// and arrays of these. Tables, dates and what else there is are refused by their names, never passed over. A library
  /// that reads all of TOML (toml++ 3.3) makes the program 91 kB larger, without anything that lets Swift use it, and its
  /// errors are exceptions of C++, for which the installed binary has no unwinding tables.
  ///
  /// - Parameter bytes: The document, in UTF-8.
  /// - Throws: ``TOMLError`` that says what is wrong, and where.
  package static func entries(of bytes: [UInt8]) throws(TOMLError) -> [TOMLEntry] {
    var parser = try TOMLParser(bytes)
    return try parser.entries()
  }
}

/// A value of TOML.
package enum TOMLValue: Equatable {
  /// What stands in quotation marks.
  case text(String)
  /// A number, as it is written, without underscores.
  case number(String)
  /// `true` or `false`.
  case flag(Bool)
}

/// A place in a text; the first line and the first character of a line are 1.
package struct TOMLPlace: Equatable, Sendable {
  /// Number of the line.
  package var line = 1
  /// Number of the character in it.
  package var column = 1
}

/// Why a document cannot be read, and where.
package struct TOMLError: Error, Equatable {
  /// What is wrong, and what helps.
  package let message: String
  /// Where that is.
  package let place: TOMLPlace
}
