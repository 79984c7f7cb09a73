import IPCModel

/// A field that an expression can ask for.
///
/// Most are keys of the JSON output. A word such as `port` stands for the field of either end.
struct WhereField: Sendable {
  /// What its values are.
  enum Form: Sendable, Equatable {
    case text
    /// A plain number; `k`, `M` and `G` multiply by powers of 1024.
    case number
    /// A time span in nanoseconds; `us`, `ms`, `s` and so on multiply.
    case duration
    /// Yes or no.
    case flag
    /// A kind of channel, by any of its names.
    case type
    /// Text of one kind, number of another, as `name` and `value` may be.
    case any
  }

  /// Where one value of it is found.
  enum Source: Sendable, Equatable {
    case type, count, delay, delivered, truncated, selfTalk, inferred, content
    case pid(Criterion.End), tid(Criterion.End), comm(Criterion.End)
    /// The descriptor that an end has used, and the number of its process in its own pid namespace.
    case descriptor(Criterion.End), namespacePid(Criterion.End)
    /// What the process at an end is.
    case process(ProcessDetail, Criterion.End)
    /// Positions of a meta field, by kind; −1 where a kind has none of that name.
    case meta([Int8])
    /// A property of a message or a call, by its JSON key.
    case message(String)
  }

  /// A fact about a process, by the word that asks for it.
  enum ProcessDetail: String, Sendable, CaseIterable {
    case executable = "exe", arguments = "args", directory = "cwd", user, container, cgroup, unit, pod
  }

  let name: String
  let form: Form
  let sources: [Source]

  /// The field of a name; nil if there is none.
  static func named(_ name: String) -> WhereField? { all[name] }

  /// Names of all fields, in the order of the alphabet.
  static let names: [String] = all.keys.sorted()

  private static let all: [String: WhereField] = {
    var fields: [String: WhereField] = [:]
    func add(_ name: String, _ form: Form, _ sources: [Source]) {
      // Several kinds, and messages, can have a field of one name.
      let known = fields[name]
      let joined = known.map { $0.form == form ? form : .any } ?? form
      fields[name] = WhereField(name: name, form: joined, sources: (known?.sources ?? []) + sources)
    }
    var metaNames: [String] = []
    for field in KindRow.registry.flatMap(\.fields) where !metaNames.contains(field.name.description) {
      metaNames.append(field.name.description)
    }
    for name in metaNames { add(name, form(ofMeta: name), [meta(name)]) }

    add("type", .type, [.type, .message(typeKey)])
    add("channel_type", .type, [.type])
    fields["count"] = nil
    add("count", .number, [.count])
    add("delay", .duration, [.delay])
    add("delivered", .flag, [.delivered])
    add("truncated", .flag, [.truncated])
    add("inferred", .text, [.inferred])
    add("self", .flag, [.selfTalk])
    add("content", .text, [.content])
    for (prefix, end) in [("src_", Criterion.End.source), ("dst_", .destination)] {
      add(prefix + "pid", .number, [.pid(end)])
      add(prefix + "tid", .number, [.tid(end)])
      add(prefix + "comm", .text, [.comm(end)])
      add(prefix + "fd", .number, [.descriptor(end)])
      add(prefix + "ns_pid", .number, [.namespacePid(end)])
    }
    add("pid", .number, [.pid(.source), .pid(.destination)])
    add("tid", .number, [.tid(.source), .tid(.destination)])
    add("comm", .text, [.comm(.source), .comm(.destination)])
    add("fd", .number, [.descriptor(.source), .descriptor(.destination)])
    add("ns_pid", .number, [.namespacePid(.source), .namespacePid(.destination)])
    for detail in ProcessDetail.allCases {
      add("src_" + detail.rawValue, .text, [.process(detail, .source)])
      add("dst_" + detail.rawValue, .text, [.process(detail, .destination)])
      add(detail.rawValue, .text, [.process(detail, .source), .process(detail, .destination)])
    }
    add("port", .number, [meta("src_port"), meta("dst_port")])
    add("addr", .text, [meta("src_addr"), meta("dst_addr")])
    fields["path"] = nil
    add("path", .text, [meta("path"), meta("pipe_name"), meta("tty_name")].filter { $0 != nowhere })
    add("inode", .number, [meta("pipe_inode"), meta("src_inode"), meta("dst_inode")])

    for key in ["protocol", "role", "method", "target", "id", "status", "error", "malformed", "channel"] {
      add(key, .text, [.message(key)])
    }
    for key in [
      "request_bytes", "response_bytes", "fd_count", "request_fd_count", "response_fd_count",
    ] { add(key, .number, [.message(key)]) }
    for word in ["duration", "server"] {
      add(word, .duration, [.message(word + "_ns")])
      add(word + "_ns", .duration, [.message(word + "_ns")])
    }
    return fields
  }()

  /// Property that says whether it is a message or a call.
  static let typeKey = "type"
  /// Properties of messages alone, and of calls alone.
  private static let messageKeys: Set = ["role", "malformed", "fd_count"]
  private static let callKeys: Set = [
    "duration_ns", "server_ns", "request_bytes", "response_bytes", "request_fd_count", "response_fd_count",
  ]

  private static let nowhere = Source.meta([Int8](repeating: -1, count: KindRow.registry.count))

  private static func meta(_ name: String) -> Source {
    .meta(
      KindRow.registry.map { row in
        Int8(row.fields.firstIndex { $0.name.description == name } ?? -1)
      })
  }

  private static func form(ofMeta name: String) -> Form {
    var forms: Set<Bool> = []
    for field in KindRow.registry.flatMap(\.fields) where field.name.description == name {
      forms.insert(field.form == .text)
    }
    return forms.count > 1 ? .any : forms.contains(true) ? .text : .number
  }
}

extension WhereField {
  /// Whether only messages and calls have it.
  var isOfMessages: Bool {
    sources.allSatisfy { if case .message = $0 { true } else { false } }
  }

  /// Whether it asks for bytes that have to be captured.
  var needsContents: Bool { sources.contains(.content) }

  /// Whether it asks for what the processes at both ends are.
  var needsProcesses: Bool {
    sources.contains { source in
      switch source {
      case .process, .namespacePid: true
      default: false
      }
    }
  }

  /// Whether it asks for the container of an end.
  var asksForContainers: Bool {
    sources.contains { if case .process(.container, _) = $0 { true } else { false } }
  }

  /// What has to be shown for anything to have it; nil if transfers have it, too.
  var need: WhereExpression.Need? {
    guard isOfMessages, case .message(let key)? = sources.first else { return nil }
    return Self.callKeys.contains(key)
      ? .calls : Self.messageKeys.contains(key) ? .messages : .messagesOrCalls
  }
}
