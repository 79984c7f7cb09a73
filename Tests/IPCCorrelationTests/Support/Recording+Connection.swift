import RecordLayout

@testable import IPCCorrelation

/// Operations on connections. When which record is sent is that of unix_stream.bpf.c and tcp.bpf.c.
extension Recording {
  private func record(
    _ type: ipc_record_type, by party: Party, _ connection: TracedConnection, count: Int,
    traits: [ipc_socket_traits] = []
  ) -> ipc_socket {
    if !connection.isNameTold {
      connection.isNameTold = true
      tell(connection.sourceName, of: connection.address, inode: connection.inode, by: party)
      tell(connection.destinationName, of: connection.peer, inode: connection.peerInode, by: party)
    }
    var record = ipc_socket()
    record.transfer.header = header(type, by: party, kind: connection.kind)
    record.transfer.channel = connection.address
    record.transfer.identity = connection.inode
    record.transfer.count = UInt64(count)
    if connection.isShared { record.transfer.header.flags |= UInt8(IPC_FLAG_MULTI_WRITER.rawValue) }
    var traits = traits
    if connection.isInline { traits.append(IPC_SOCKET_INLINE) }
    if connection.isLocal { traits.append(IPC_SOCKET_LOCAL) }
    if connection.isTCP {
      fillAddresses(of: &record)
      if type == IPC_RECORD_READ { record.destination_inode = connection.peerInode }
      if type != IPC_RECORD_READ { record.end.source_inode = connection.sourceInode }
    } else {
      record.end.destination = connection.peer
      record.destination_inode = connection.peerInode
      if connection.sourceName != nil { traits.append(IPC_SOCKET_SOURCE_NAMED) }
      if connection.destinationName != nil { traits.append(IPC_SOCKET_DESTINATION_NAMED) }
      record.transfer.state.unix_stream.messages = UInt32(connection.unread)
      if !connection.isKnown {
        connection.isKnown = true
        record.transfer.header.flags |= UInt8(IPC_FLAG_FIRST_SEEN.rawValue)
        record.transfer.unread = UInt32(connection.unread)
      }
    }
    for trait in traits { record.traits |= UInt16(trait.rawValue) }
    return record
  }

  /// From 127.0.0.1:40000 to 127.0.0.1:80.
  private func fillAddresses(of record: inout ipc_socket) {
    record.source_port = 40_000
    record.destination_port = 80
    let loopback: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1]
    withUnsafeMutableBytes(of: &record.source_address) { $0.copyBytes(from: loopback) }
    withUnsafeMutableBytes(of: &record.destination_address) { $0.copyBytes(from: loopback) }
  }

  /// Tells the path that a unix socket is bound to.
  private func tell(_ name: String?, of socket: UInt64, inode: UInt64, by party: Party) {
    guard let name else { return }
    var channel = ipc_channel()
    channel.header = header(IPC_RECORD_CHANNEL, by: party, kind: IPC_KIND_UNIX_STREAM)
    channel.channel = socket
    channel.inode = inode
    channel.form = IPC_NAME_PLAIN.rawValue
    channel.length = UInt32(name.utf8.count)
    arrive(RecordBytes.bytes(channel, then: Array(name.utf8)))
  }

  private func send(_ record: ipc_socket, fingerprintOf bytes: [UInt8]) {
    var record = record
    let print = RecordBytes.fingerprint(of: bytes)
    record.transfer.captured = UInt32(print.captured.count)
    record.transfer.suffix = UInt32(print.suffix)
    arrive(RecordBytes.bytes(record, then: print.captured))
  }

  // MARK: - Writes

  /// Writes to a connection.
  func send(
    _ text: String, by party: Party, to connection: TracedConnection, urgent: Bool = false,
    passing: MessagePassing? = nil
  ) {
    let sending = begin(Array(text.utf8), by: party, to: connection, urgent: urgent)
    connection.put(text.utf8.count)
    end(sending, passing: passing)
  }

  /// Enters a write; its bytes are put by ``TracedConnection/put(_:)``.
  ///
  /// - Parameter isBatch: Whether it is sendmmsg(2), which ends with a record for each message.
  func begin(
    _ bytes: [UInt8], by party: Party, to connection: TracedConnection, urgent: Bool = false,
    isBatch: Bool = false
  ) -> Sending {
    let sending = Sending(
      party: party, bytes: bytes, connection: connection, isUrgent: urgent, entered: connection.written)
    let asked = isBatch ? 1 << 30 : bytes.count
    var isAnnounced = asked > 4096
    if !connection.isTCP {
      if connection.lastWriter != 0, connection.lastWriter != party.tid { connection.isShared = true }
      connection.lastWriter = party.tid
      isAnnounced = isAnnounced || connection.isShared || !connection.isKnown
    }
    if isAnnounced {
      var record = record(
        IPC_RECORD_WRITE_BEGIN, by: party, connection, count: asked,
        traits: urgent ? [IPC_SOCKET_URGENT] : [])
      if connection.isTCP {
        (record.transfer.state.tcp.after, record.transfer.state.tcp.before) = (
          sending.entered, sending.entered
        )
      }
      send(record, fingerprintOf: bytes)
    }
    return sending
  }

  /// Ends a write.
  ///
  /// - Parameter count: Bytes written, if not all.
  func end(_ sending: Sending, count: Int? = nil, passing: MessagePassing? = nil) {
    let connection = sending.connection
    let count = count ?? sending.bytes.count
    if let passing {
      arrive(passing.record(header(IPC_RECORD_PASSED, by: sending.party, kind: connection.kind)))
    }
    var record = record(
      IPC_RECORD_WRITE, by: sending.party, connection, count: count,
      traits: sending.isUrgent ? [IPC_SOCKET_URGENT] : [])
    if connection.isTCP {
      if connection.lastWriter != 0, connection.lastWriter != sending.party.tid { connection.isShared = true }
      connection.lastWriter = sending.party.tid
      (record.transfer.state.tcp.after, record.transfer.state.tcp.before) = (
        connection.written, sending.entered
      )
    }
    let hasContents = connection.isSplicedFrom && limit > 0 && count > 0
    if hasContents { record.transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    send(record, fingerprintOf: Array(sending.bytes.prefix(count)))
    if hasContents { sendContents(Array(sending.bytes.prefix(count)), behind: record.transfer.header) }
  }

  // MARK: - Reads

  /// Reads from a connection.
  ///
  /// - Parameters:
  ///   - count: Bytes read, if more than are given.
  ///   - position: Where the bytes lay, if not behind the last ones.
  ///   - urgent: Whether it takes the urgent byte (MSG_OOB).
  func receive(
    _ text: String, count: Int? = nil, by party: Party, from connection: TracedConnection,
    at position: UInt32? = nil, urgent: Bool = false, passing: MessagePassing? = nil
  ) {
    receive(
      Array(text.utf8), count: count, by: party, from: connection, at: position, urgent: urgent,
      passing: passing)
  }

  func receive(
    _ bytes: [UInt8], count: Int? = nil, by party: Party, from connection: TracedConnection,
    at position: UInt32? = nil, urgent: Bool = false, passing: MessagePassing? = nil
  ) {
    let count = count ?? bytes.count
    let start = position ?? connection.copied
    if position == nil { connection.take(count) }
    if let passing { arrive(passing.record(header(IPC_RECORD_PASSED, by: party, kind: connection.kind))) }
    var record = record(
      IPC_RECORD_READ, by: party, connection, count: count, traits: urgent ? [IPC_SOCKET_URGENT] : [])
    if connection.isTCP {
      (record.transfer.state.tcp.after, record.transfer.state.tcp.before) = (start &+ UInt32(count), start)
    }
    let captured = Array(bytes.prefix(Int(clamping: connection.isShared ? max(limit, 4096) : limit)))
    record.transfer.captured = UInt32(captured.count)
    arrive(RecordBytes.bytes(record, then: captured))
  }

  /// Splices bytes out of a connection.
  func splice(_ count: Int, by party: Party, from connection: TracedConnection, at position: UInt32? = nil) {
    let start = position ?? connection.copied
    if position == nil { connection.take(count) }
    var record = record(IPC_RECORD_READ, by: party, connection, count: count)
    record.transfer.header.flags |= UInt8(IPC_FLAG_SPLICED.rawValue)
    if connection.isTCP {
      (record.transfer.state.tcp.after, record.transfer.state.tcp.before) = (start &+ UInt32(count), start)
    }
    arrive(RecordBytes.bytes(record))
  }

  // MARK: - What exists

  /// A picture in which a connection has these ends.
  func live(
    _ connection: TracedConnection, writers: [Party] = [], readers: [Party] = [], unread: UInt64? = nil
  ) -> OpenChannels {
    var live = OpenChannels()
    for party in writers {
      live.add(channel: connection.address, inode: connection.inode, holder: party.holder, isWritable: true)
    }
    for party in readers {
      live.add(
        channel: connection.address, inode: connection.inode, holder: party.holder, isReadable: true,
        unread: unread)
    }
    return live
  }
}
