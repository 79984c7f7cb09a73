import Foundation

/// Tells on standard error how far the benchmark is.
enum Progress {
  static func tell(_ text: String) {
    FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
  }
}
