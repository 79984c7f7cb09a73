import Foundation

/// Writes a Swift source that holds a file's bytes as base64 in a static string: `embed-object INPUT OUTPUT`.
///
/// A static string lies in the binary's read-only data; an array literal of this size would take minutes to compile.
@main
enum EmbedObject {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: embed-object INPUT OUTPUT\n".utf8))
      exit(64)
    }
    let bytes = try Data(contentsOf: URL(filePath: arguments[1]))
    let source = """
      /// The compiled BPF programs, \(bytes.count) bytes, as base64.
      let embeddedObject: StaticString = "\(bytes.base64EncodedString())"

      """
    try Data(source.utf8).write(to: URL(filePath: arguments[2]))
  }
}
