import ArgumentParser
import IPCCapture
import IPCModel

extension DissectionRule {
  /// Parses a value of `--dissect`: what stands before the last `=` is a port, a type, or the path or name of a channel.
  init(argument: String) throws {
    let cut = argument.lastIndex(of: "=")
    let name = cut.map { argument[argument.index(after: $0)...] } ?? argument[...]
    // Wireshark's names are made of these (proto_register_protocol, epan/proto.c).
    let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "-_.".contains($0)) }
    guard !name.isEmpty, name.utf8.count <= 100, isName else {
      throw ValidationError(
        "'\(name)' is no name of a protocol; 'tshark -G protocols' tells them, in its third column")
    }
    self.init(try Self.channels(cut.map { argument[..<$0] }), dissector: String(name))
  }

  private static func channels(_ word: Substring?) throws -> Channels {
    guard let word else { return .all }
    if let port = UInt16(word) { return .port(port) }
    if let kind = Kind.all.first(where: { "\($0.row.name)" == word }) { return .kind(kind) }
    guard !word.isEmpty else { throw ValidationError("no channel stands before the = of --dissect") }
    return .named(Array(word.utf8))
  }
}
