import ArgumentParser
import IPCCapture
import IPCFiltering
import IPCModel
import IPCProtocols
import IPCSession

/// Options that put transfers together to messages and calls.
struct MessageOptions: ParsableArguments {
  @Flag(
    help: """
      Show messages instead of transfers: what JSON-RPC (MCP, LSP, DAP), HTTP, D-Bus and other protocols say, however many \
      transfers it took.
      """)
  var messages = false

  @Flag(help: "Show calls: each request with its response, how it went and how long it took.")
  var calls = false

  @Flag(
    help: """
      Show *** instead of the values of Authorization, Cookie, password, token, secret, api_key and their like, and of \
      databases' passwords; keep asterisks instead.
      """)
  var redact = false

  @Option(
    help: ArgumentHelp(
      "With --messages and --calls: most memory for messages that are not complete (k, M, G).",
      valueName: "bytes"))
  var messageMemory = ByteSize(bytes: 64 << 20)

  /// Whether messages or calls are shown, and not transfers.
  var isWanted: Bool { messages || calls }

  func validate() throws {
    guard messageMemory.bytes >= 1 << 16 else {
      throw ValidationError("--message-memory must be at least 64k")
    }
  }

  /// Says what does not go together.
  func validate(with output: OutputOptions, rules: [DissectionRule]) throws {
    if let unknown = rules.first(where: { Self.definition(of: $0) == nil }), isWanted {
      let words = ProtocolDefinition.registry.flatMap(\.words).joined(separator: ", ")
      throw ValidationError(
        "'\(String(decoding: unknown.dissector, as: UTF8.self))' has no messages; --dissect takes one of \(words)"
      )
    }
    if output.showsProtocol, isWanted {
      throw ValidationError("messages and calls say their protocol themselves; leave --with protocol out")
    }
    if output.format == .otlp, !calls {
      throw ValidationError("-f otlp is for calls; add --calls, or choose another format")
    }
    if isWanted, [.dot, .mermaid].contains(output.format) {
      throw ValidationError(
        "\(output.format.rawValue) shows transfers; for messages and calls choose text, json, csv, chrome-trace or otlp"
      )
    }
  }

  /// What is asked of messages.
  ///
  /// - Parameters:
  ///   - filter: What chooses them, perhaps by their contents.
  ///   - rules: What the user says that channels carry.
  func settings(
    _ output: OutputOptions, filter: FilterOptions, rules: [DissectionRule]
  ) -> MessageSettings {
    var settings = MessageSettings()
    settings.keepsContents = output.showsContents || filter.needsContents
    settings.memoryLimit = messageMemory.bytes
    settings.rules = rules.compactMap { rule in
      Self.definition(of: rule).map { ProtocolRule($0) { rule.channels.include($0) } }
    }
    return settings
  }

  /// The protocol that a rule names; nil if only Wireshark knows it.
  private static func definition(of rule: DissectionRule) -> ProtocolDefinition? {
    let word = String(decoding: rule.dissector, as: UTF8.self)
    return ProtocolDefinition.registry.first { $0.isCalled(word) }
  }

  /// What is shown.
  func choice(_ output: OutputOptions) -> MessageOutput.Choice {
    var choice = MessageOutput.Choice()
    choice.messages = messages
    choice.calls = calls
    choice.contents = output.showsContents
    choice.redacts = redact
    choice.losses = !output.hidesLosses
    choice.limit = output.count ?? 0
    return choice
  }
}

extension DissectionRule.Channels {
  /// Whether a rule is about a channel.
  fileprivate func include(_ channel: ChannelHints) -> Bool {
    switch self {
    case .all: true
    case .kinds(let kinds): kinds.contains(channel.kind)
    case .port(let port): channel.isAt(port)
    case .named(let name):
      channel.name == name || (name.starts(with: "./".utf8) && channel.name.elementsEqual(name.dropFirst(2)))
    }
  }
}

extension Selection {
  /// What has to be seen of both directions, so that messages and calls that meet the criteria can be put together.
  var ofBothDirections: Selection {
    var wide = self
    wide.criteria = criteria.map { criterion in
      switch criterion {
      case .commandTree, .descendants, .group, .bothDirections: criterion
      case .pids(let pids, _): .pids(pids, of: .either)
      case .comms(let comms, _): .comms(comms, of: .either)
      // It is asked of the messages, whose other direction it may not admit.
      case .expression(let expression): .bothDirections(of: expression)
      }
    }
    return wide
  }
}
