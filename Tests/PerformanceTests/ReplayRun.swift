import Foundation

/// One run of `ipc-replay`, in the optimised build: without optimisation, Swift allocates what users never pay for.
struct ReplayRun {
  var events: Int
  var allocations: Int

  /// The program; nil if no optimised build is known.
  static let program = ProcessInfo.processInfo.environment["IPC_REPLAY_BINARY"]

  /// Where tests are meant to be complete, a skip would hide that something was not tested.
  static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  /// - Parameter arguments: Traffic, format and options.
  init(_ arguments: [String]) throws {
    guard let program = Self.program else {
      throw Failed(description: "IPC_REPLAY_BINARY does not name an optimised ipc-replay; run make test")
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let match = said.firstMatch(of: /events (\d+) bytes \d+ allocations (\d+)/),
      let events = Int(match.1), let allocations = Int(match.2)
    else { throw Failed(description: "\(arguments): status \(process.terminationStatus), \(said)") }
    self.events = events
    self.allocations = allocations
  }
}
