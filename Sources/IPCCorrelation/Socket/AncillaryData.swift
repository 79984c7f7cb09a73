import IPCModel
import RecordLayout

/// Descriptors and credentials that went with a message, as one end gave or got them.
final class AncillaryData {
  /// One passed descriptor.
  struct Descriptor {
    /// Number in the process.
    let number: Int32
    /// What it is: a path, `pipe:[123]`, …; nil if that could not be known.
    let what: [UInt8]?
  }

  private let raw: ipc_passed
  /// The first ones of them.
  let descriptors: [Descriptor]

  /// Reads an `IPC_RECORD_PASSED` record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, rest) = record.record(ipc_passed.self) else { return nil }
    self.raw = raw
    guard raw.parts & IPC_PASSED_DESCRIPTORS.rawValue != 0 else {
      descriptors = []
      return
    }
    var names = rest[...]
    descriptors = withUnsafeBytes(of: raw.descriptors) { bytes in
      bytes.bindMemory(to: ipc_descriptor.self).prefix(Int(raw.count)).map { descriptor in
        let name = names.prefix(Int(descriptor.length))
        names = names.dropFirst(Int(descriptor.length))
        return Descriptor(number: descriptor.fd, what: descriptor.description(name: name))
      }
    }
  }

  /// Descriptors that were passed, described or not.
  private var count: Int { raw.parts & IPC_PASSED_DESCRIPTORS.rawValue == 0 ? 0 : Int(raw.count) }
  private var hasCredentials: Bool { raw.parts & IPC_PASSED_CREDENTIALS.rawValue != 0 }
  private var hasPidfd: Bool { raw.parts & IPC_PASSED_PIDFD.rawValue != 0 }

  // MARK: - Texts

  /// Sets an event's `fds` and `creds` from what both ends said.
  ///
  /// - Returns: The fields that were set, for ``ReorderBuffer/append(_:content:ownTexts:)``.
  static func describe(
    from sender: AncillaryData?, to receiver: AncillaryData?, in event: inout Event, _ texts: inout TextTable
  ) -> MetaFieldSet {
    if sender == nil, receiver == nil { return MetaFieldSet() }
    var own = MetaFieldSet()
    if let text = descriptorText(from: sender, to: receiver) {
      event.set(Kind.UnixSocket.descriptors, to: texts.add(text))
      own.insert(Kind.UnixSocket.descriptors)
    }
    if let text = credentialText(from: sender, to: receiver) {
      event.set(Kind.UnixSocket.credentials, to: texts.add(text))
      own.insert(Kind.UnixSocket.credentials)
    }
    return own
  }

  /// `3>7 /etc/passwd, 4>? pipe:[12]`.
  private static func descriptorText(from sender: AncillaryData?, to receiver: AncillaryData?) -> [UInt8]? {
    // A receiver without room for all gets fewer.
    let count = max(sender?.count ?? 0, receiver?.count ?? 0)
    if count == 0 { return nil }
    let listed = min(count, max(sender?.descriptors.count ?? 0, receiver?.descriptors.count ?? 0))
    var text: [UInt8] = []
    for index in 0..<listed {
      let sent = sender?.descriptor(index), got = receiver?.descriptor(index)
      if index > 0 { text.append(contentsOf: ", ".utf8) }
      append(sent?.number, to: &text)
      text.append(UInt8(ascii: ">"))
      append(got?.number, to: &text)
      text.append(UInt8(ascii: " "))
      text.append(contentsOf: got?.what ?? sent?.what ?? [UInt8(ascii: "?")])
    }
    if count > listed {
      text.append(contentsOf: "\(listed > 0 ? ", " : "")... and \(count - listed) more".utf8)
    }
    return text
  }

  /// `pid 12 uid 0 gid 0 pidfd 9`.
  private static func credentialText(from sender: AncillaryData?, to receiver: AncillaryData?) -> [UInt8]? {
    var text: [UInt8] = []
    let giver = receiver?.hasCredentials == true ? receiver : sender?.hasCredentials == true ? sender : nil
    if let raw = giver?.raw { text.append(contentsOf: "pid \(raw.pid) uid \(raw.uid) gid \(raw.gid)".utf8) }
    if let receiver, receiver.hasPidfd {
      text.append(contentsOf: "\(text.isEmpty ? "" : " ")pidfd \(receiver.raw.pidfd)".utf8)
    }
    return text.isEmpty ? nil : text
  }

  private func descriptor(_ index: Int) -> Descriptor? {
    index < descriptors.count ? descriptors[index] : nil
  }

  private static func append(_ number: Int32?, to text: inout [UInt8]) {
    if let number { text.append(contentsOf: "\(number)".utf8) } else { text.append(UInt8(ascii: "?")) }
  }
}

/// Ancillary data whose transfer's record comes next, by thread.
struct PendingAncillaryData {
  /// Threads at which all are dropped: of each, the next record follows at once.
  private static let limit = 4096

  private var items: [UInt32: AncillaryData] = [:]

  /// Takes an `IPC_RECORD_PASSED` record.
  mutating func take(_ record: UnsafeRawBufferPointer, header: ipc_header) {
    if items.count >= Self.limit { items.removeAll() }
    items[header.tid] = AncillaryData(record)
  }

  /// What goes with the transfer of a thread that is reported now.
  mutating func next(of tid: UInt32) -> AncillaryData? {
    items.isEmpty ? nil : items.removeValue(forKey: tid)
  }

  /// Forgets everything: the transfer that was meant may have been lost.
  mutating func recordsWereLost() { items.removeAll() }
}

/// Descriptors and credentials of writes and reads that wait, each under a number.
///
/// Writes and reads carry the number only: they are plain data then, whose copies count no references.
struct AncillaryStore {
  private var items: [UInt64: AncillaryData] = [:]
  private var lastNumber: UInt64 = 0

  /// Keeps what was passed; returns its number, 0 if it is nothing.
  mutating func add(_ data: AncillaryData?) -> UInt64 {
    guard let data else { return 0 }
    lastNumber += 1
    items[lastNumber] = data
    return lastNumber
  }

  /// What has a number; nil if that is 0 or was removed.
  subscript(number: UInt64) -> AncillaryData? { number == 0 ? nil : items[number] }

  /// Lets go of what has a number.
  @inline(__always)
  mutating func remove(_ number: UInt64) {
    if number != 0 { removeItems(number) }
  }

  private mutating func removeItems(_ number: UInt64) { items[number] = nil }
}
