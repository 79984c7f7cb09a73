import Foundation
import Testing

/// One line of `ipcdump -f json --messages --calls`.
struct MessageLine: Decodable {
  struct Meta: Decodable {
    var `protocol`: String
    var role: String?
    var method: String?
    var target: String?
    var id: String?
    var status: String?
    var error: String?
    var malformed: String?
    var durationNs: Int?
    var serverNs: Int?
    var channelType: String
    var channel: String
    var count: Int?
    var requestBytes: Int?
    var responseBytes: Int?
    var requestTime: String?
    var responseTime: String?
  }

  var srcPid: Int
  var srcComm: String
  var dstPid: Int
  var dstComm: String
  var type: String
  var time: String
  var meta: Meta
  var bytes: Data?
  var request: Data?
  var response: Data?
  var truncated: Bool?

  /// What tells it apart from others: without processes, times and channel.
  var words: String {
    let parts: [String?] = [
      type, meta.protocol, meta.role, meta.method, meta.target, meta.id.map { "#\($0)" }, meta.status,
      meta.error, meta.malformed.map { "(\($0))" },
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  static func all(in data: Data) throws -> [MessageLine] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try data.split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(MessageLine.self, from: $0)
    }
  }
}

extension Session {
  /// A Python script, traced from its first instruction.
  ///
  /// - Returns: Messages and calls, as the options ask for.
  func messages(of script: String, _ options: [String]) async throws -> [MessageLine] {
    try Data(script.utf8).write(to: URL(filePath: file("script.py")))
    let output = file("messages")
    let trace = try await ipcdump(
      ["-f", "json", "-o", output] + options + ["--", "python3", file("script.py"), folder.file("")])
    #expect(trace.status == 0, "\(trace.diagnostics)")
    #expect(trace.diagnostics.hasSuffix(", 0 lost\n"), "\(trace.diagnostics)")
    return try MessageLine.all(in: folder.contents("messages"))
  }
}
