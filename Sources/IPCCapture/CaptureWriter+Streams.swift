import ByteOutput
import IPCFormats
import IPCModel

// Events as what goes over synthetic connections, of which each channel has one.

/// What of an event is still to be put into packets.
private struct UnsentContents {
  /// What of it was captured.
  let captured: UnsafeRawBufferPointer
  /// Where among the captured bytes the next packet's begin.
  var position = 0
  /// Bytes that were transferred and not captured, which are behind the others.
  var missing: UInt64
  /// Whether any packet has been written.
  var hasBegun = false

  init(_ captured: UnsafeRawBufferPointer, of count: UInt64) {
    self.captured = captured
    missing = count > UInt64(captured.count) ? count - UInt64(captured.count) : 0
  }

  var isSent: Bool { hasBegun && position == captured.count }
}

extension CaptureWriter {
  /// After so many segments of one end, the other one acknowledges what it has, if it has not sent anything by itself:
  /// Wireshark looks at all that are not acknowledged whenever one comes.
  private static let acknowledgeAfter = 64
  /// Longest gap in sequence numbers, well below half of them, beyond which they would seem to go back.
  private static let longestGap: UInt64 = 1 << 28

  /// Appends what an event sends over the connection of its channel; the record of its first packet lies ready.
  mutating func appendToStream(
    _ event: borrowing Event, _ fields: ChannelFields, _ found: EndTexts.Found, _ time: UInt64,
    _ captured: UnsafeRawBufferPointer?, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let captured = captured ?? UnsafeRawBufferPointer(start: nil, count: 0)
    let channel = channel(of: event, fields, captured, texts: texts, to: &output)
    let gap = channels.connections[channel.index].takeGap(before: channel.sender, total: lost[event.kind])
    let message = firstMessage(in: captured, of: channel, event)
    var contents = UnsentContents(captured, of: event.count)
    while !contents.isSent {
      if contents.position == message { beginMessages(on: channel) }
      let connection = channels.connections[channel.index]
      let part = connection.parts[channel.sender]
      if !event.kind.isDatagrams, connection[part].file != file {
        appendHandshake(part, of: channel, event, fields, found, time, texts: texts, to: &output)
      }
      if !contents.hasBegun { skip(gap, on: channel) }
      let end = contents.position < message ? min(message, captured.count) : captured.count
      appendPacket(of: event, fields, found, time, &contents, upTo: end, channel, texts: texts, to: &output)
    }
    skip(contents.missing, on: channel)
  }

  /// Leaves a gap in the sequence numbers of what an end sends, which Wireshark reports as a segment that was not
  /// captured.
  private mutating func skip(_ gap: UInt64, on channel: ChannelTable.Found) {
    guard gap > 0 else { return }
    let part = channels.connections[channel.index].parts[channel.sender]
    channels.connections[channel.index][part].next[channel.sender] &+= UInt32(min(gap, Self.longestGap))
  }

  // MARK: - D-Bus

  /// Where in an event's bytes its end goes on in the second part of the connection, with the first message of D-Bus;
  /// beyond them all if nowhere.
  private func firstMessage(
    in content: UnsafeRawBufferPointer, of channel: ChannelTable.Found, _ event: borrowing Event
  ) -> Int {
    guard event.kind == .unixStream else { return .max }
    let connection = channels.connections[channel.index]
    guard connection.isPlain, connection.parts[channel.sender] == 0 else { return .max }
    return DBusHandshake.firstMessage(in: content, afterText: connection.beginsWithText) ?? .max
  }

  private mutating func beginMessages(on channel: ChannelTable.Found) {
    let isNew = channels.connections[channel.index].parts[1 - channel.sender] == 0
    let client = isNew ? nextClientPort() : 0
    channels.connections[channel.index].move(channel.sender, toPorts: client, ServerPort.dbus)
  }

  // MARK: - Packets

  /// Appends the three segments by which a connection begins; the first one's comment says of which channel it is.
  private mutating func appendHandshake(
    _ part: Int, of channel: ChannelTable.Found, _ event: borrowing Event, _ fields: ChannelFields,
    _ found: EndTexts.Found, _ time: UInt64, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    typealias Flags = InternetPacket.Flags
    channels.connections[channel.index][part].file = file
    let connection = channels.connections[channel.index]
    let client = 1 - connection.server
    let packet = output.beginPacket(at: time)
    output.appendControl(connection, part, from: client, Flags.synchronize)
    output.endPacketData(packet)
    let comment = output.beginComment()
    output.append("connection of ")
    output.appendChannelNumber(of: event, fields, texts: texts)
    output.append(", ")
    ends.append(EndText.words.rawValue, of: found, to: &output)
    output.endComment(at: comment)
    output.endControl(packet)
    output.appendWholeControl(
      connection, part, from: connection.server, Flags.synchronize | Flags.acknowledge, at: time)
    output.appendWholeControl(connection, part, from: client, Flags.acknowledge, at: time)
  }

  /// Appends one packet with as much of an event's bytes as it holds.
  private mutating func appendPacket(
    of event: borrowing Event, _ fields: ChannelFields, _ found: EndTexts.Found, _ time: UInt64,
    _ contents: inout UnsentContents, upTo end: Int, _ channel: ChannelTable.Found,
    texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    typealias Flags = InternetPacket.Flags
    let start = contents.position
    let piece = UnsafeRawBufferPointer(
      rebasing: contents.captured[start..<min(end, start + InternetPacket.contentLimit)])
    if contents.hasBegun {
      record.removeAll()
      record.appendContinuation(at: start)
    }
    contents.hasBegun = true
    contents.position += piece.count
    // The last packet is as long as it was, though not all of it was captured.
    var missing = 0
    if contents.isSent {
      missing = Int(min(contents.missing, UInt64(InternetPacket.contentLimit - piece.count)))
      contents.missing -= UInt64(missing)
    }
    let connection = channels.connections[channel.index]
    let part = connection.parts[channel.sender]
    let route = InternetRoute(of: connection, part, from: channel.sender)
    let length = piece.count + missing
    let packet = output.beginPacket(at: time)
    if event.kind.isDatagrams {
      output.appendDatagram(route, piece, length: length)
    } else {
      output.appendSegment(
        route, sequence: connection[part].next[channel.sender],
        acknowledged: connection[part].next[1 - channel.sender],
        flags: contents.isSent ? Flags.acknowledge | Flags.push : Flags.acknowledge, piece, length: length)
    }
    endPacket(packet, missing: missing, of: event, fields, found, texts: texts, to: &output)
    let isAcknowledgementDue = channels.connections[channel.index][part].send(
      UInt32(length), from: channel.sender, acknowledgeAfter: Self.acknowledgeAfter)
    if isAcknowledgementDue, !event.kind.isDatagrams {
      output.appendWholeControl(
        channels.connections[channel.index], part, from: 1 - channel.sender, Flags.acknowledge, at: time)
    }
  }
}

extension OutputBuffer {
  /// Appends the bytes of a segment without contents.
  fileprivate mutating func appendControl(
    _ connection: borrowing Connection, _ part: Int, from end: Int, _ flags: UInt8
  ) {
    typealias Flags = InternetPacket.Flags
    let next = connection[part].next
    // What synchronizes has a number of its own.
    let sequence = flags & Flags.synchronize == 0 ? next[end] : next[end] &- 1
    appendSegment(
      InternetRoute(of: connection, part, from: end), sequence: sequence,
      acknowledged: flags & Flags.acknowledge == 0 ? 0 : next[1 - end], flags: flags,
      UnsafeRawBufferPointer(start: nil, count: 0), length: 0)
  }

  /// Ends a packet without contents, behind its bytes and perhaps a comment.
  fileprivate mutating func endControl(_ packet: PacketStart) {
    appendControlRecord()
    appendEndOfOptions()
    endBlock(at: packet.block)
  }

  /// Appends a packet of a segment without contents.
  fileprivate mutating func appendWholeControl(
    _ connection: borrowing Connection, _ part: Int, from end: Int, _ flags: UInt8, at time: UInt64
  ) {
    let packet = beginPacket(at: time)
    appendControl(connection, part, from: end, flags)
    endPacketData(packet)
    endControl(packet)
  }
}
