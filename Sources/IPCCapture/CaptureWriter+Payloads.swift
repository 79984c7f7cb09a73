import ByteOutput
import IPCFormats
import IPCModel
import IPCProtocols

// Events as packets of their own, of link type 252.

extension CaptureWriter {
  /// Most bytes of contents in a packet: Wireshark refuses packets of more than 256 KiB (`WTAP_MAX_PACKET_SIZE_STANDARD`,
  /// wiretap/wtap.h), and the tags are packet too.
  static let packetLimit = 255 << 10
  /// Appends contents in as many packets as they need; the record of the first lies ready.
  mutating func appendPayloads(
    of event: borrowing Event, _ fields: ChannelFields, _ found: EndTexts.Found, _ time: UInt64,
    _ content: UnsafeRawBufferPointer, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let outcome = choice.dissector(of: event, fields, content: content, texts: texts)
    let head = head(of: event, fields, found, outcome, texts: texts, to: &output)
    var start = 0
    while start < content.count {
      let piece = UnsafeRawBufferPointer(
        rebasing: content[start..<min(start + Self.packetLimit, content.count)])
      if start > 0 {
        record.removeAll()
        record.appendContinuation(at: start)
      }
      start += piece.count
      let packet = output.beginPacket(at: time)
      let tags = output.count
      heads.appendTags(head, to: &output)
      output.endInformation(
        at: tags + head.information, on: piece, isText: outcome == .known(.text))
      output.appendEndOfTags()
      output.append(piece)
      let missing = outcome == .known(.of(.dbus)) ? DBusMessage.missing(behind: content) : 0
      output.endPacketData(packet, missing: missing)
      let comment = output.beginComment()
      heads.appendWords(head, to: &output)
      endPacket(packet, comment: comment, of: event, to: &output)
    }
  }

  /// What packets of an event begin with, and its words; made if it is not known, with blocks before it that name who is new.
  private mutating func head(
    of event: borrowing Event, _ fields: ChannelFields, _ found: EndTexts.Found,
    _ outcome: DissectorChoice.Outcome, texts: borrowing TextTable, to output: inout OutputBuffer
  ) -> PayloadHeads.Found {
    let current = headKey(found, outcome, texts)
    if let known = heads.find(current, event) { return known }
    let ends = payloadEnds(of: event, fields, texts: texts, to: &output)
    let start = output.count
    output.appendDissector(outcome, rules: choice.rules)
    event.kind.row.name.withUTF8Buffer { output.appendTag(ExportedTags.protocolColumn, text: $0) }
    output.append(ends)
    let information = output.beginInformation()
    output.appendChannelNumber(of: event, fields, texts: texts)
    output.append(" ")
    let words = output.count
    self.ends.append(EndText.words.rawValue, of: found, to: &output)
    output.appendChannelWords(of: event, fields, texts: texts)
    // A process that has sent to itself under two names is renamed with each event, so that nothing of it stays the same.
    var isStable = event.source.comm == event.destination.comm
    if event.source.pid != event.destination.pid { isStable = true }
    // Who was new has changed what heads are made from.
    let key = isStable ? headKey(found, outcome, texts) : nil
    return heads.add(key, event, takenFrom: &output, start, information: information, words: words)
  }

  private func headKey(
    _ found: EndTexts.Found, _ outcome: DissectorChoice.Outcome, _ texts: borrowing TextTable
  ) -> PayloadHeads.Key {
    // Each of them only grows, so that their sum is the same only if all of them are.
    PayloadHeads.Key(
      owner: found.owner, state: texts.releases &+ processes.changes &+ channels.changes &+ UInt64(file),
      outcome: outcome)
  }

  /// Addresses and ports of an event: the real ones of internet sockets, else the processes' and ports of the channel's
  /// own, by which Wireshark tells its conversations apart.
  private mutating func payloadEnds(
    of event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) -> PayloadEnds {
    if let ports = fields.ports {
      return PayloadEnds(
        source: HostAddress(event[ports.source.address], texts),
        destination: HostAddress(event[ports.destination.address], texts),
        sourcePort: event[ports.source.number].map { UInt16(truncatingIfNeeded: $0) },
        destinationPort: event[ports.destination.number].map { UInt16(truncatingIfNeeded: $0) },
        isTCP: event.kind == .loopbackTCP)
    }
    let source = address(of: event.source, to: &output)
    let destination = address(of: event.destination, to: &output)
    let keys = ChannelEnds(of: event, fields, texts: texts)
    var found = channels.find(keys)
    if found == nil {
      let ports: InlineArray<2, UInt16> = [nextClientPort(), ServerPort.of(event.kind)]
      found = channels.add(
        Connection(
          [event.source, event.destination], [source, destination], ports, server: 1, lost: 0), keys)
    }
    guard let channel = found else { return PayloadEnds(source: source, destination: destination) }
    let ports = channels.connections[channel.index][0].ports
    return PayloadEnds(
      source: source, destination: destination, sourcePort: ports[channel.sender],
      destinationPort: ports[1 - channel.sender], isTCP: !event.kind.isDatagrams)
  }
}

/// Most bytes of contents that the column of information shows.
private let previewLimit = 64

/// Where a payload came from and went to.
private struct PayloadEnds {
  var source: HostAddress?
  var destination: HostAddress?
  var sourcePort: UInt16?
  var destinationPort: UInt16?
  var isTCP = false
}

extension OutputBuffer {
  /// Appends the tags that say how a payload is shown.
  fileprivate mutating func appendDissector(_ choice: DissectorChoice.Outcome, rules: [DissectionRule]) {
    switch choice {
    case .rule(let index) where rules[index].isDBus: appendDBus()
    case .rule(let index):
      rules[index].dissector.withUnsafeBufferPointer { appendTag(ExportedTags.dissector, text: $0) }
    case .known(let dissector):
      if let name = dissector.name {
        name.withUTF8Buffer { appendTag(ExportedTags.dissector, text: $0) }
      } else {
        appendDBus()
      }
    }
  }

  private mutating func appendDBus() {
    Dissector.encapsulationTable.withUTF8Buffer { appendTag(ExportedTags.table, text: $0) }
    appendTag(ExportedTags.tableValue, number: Dissector.dbusEncapsulation)
  }

  /// Appends the tags with addresses and ports, as far as they are known.
  fileprivate mutating func append(_ ends: PayloadEnds) {
    append(ends.source, ExportedTags.sourceIPv4, ExportedTags.sourceIPv6)
    append(ends.destination, ExportedTags.destinationIPv4, ExportedTags.destinationIPv6)
    guard let source = ends.sourcePort, let destination = ends.destinationPort else { return }
    appendTag(ExportedTags.portType, number: ends.isTCP ? ExportedTags.tcpPorts : ExportedTags.udpPorts)
    appendTag(ExportedTags.sourcePort, number: UInt32(source))
    appendTag(ExportedTags.destinationPort, number: UInt32(destination))
  }

  /// Begins what the column of information shows: the channel is to be appended.
  fileprivate mutating func beginInformation() -> Int {
    append(integer: ExportedTags.informationColumn.bigEndian)
    append(integer: UInt16(0))
    return count
  }

  /// Ends it: how many bytes there are, and of text its beginning.
  fileprivate mutating func endInformation(at start: Int, on content: UnsafeRawBufferPointer, isText: Bool) {
    appendDecimal(UInt64(content.count))
    append(content.count == 1 ? " byte" : " bytes")
    if isText {
      append(": ")
      let preview = UnsafeRawBufferPointer(rebasing: content.prefix(previewLimit))
      append(preview.assumingMemoryBound(to: UInt8.self), .terminal)
      if preview.count < content.count { append("…") }
    }
    // The kind's names are paths, which may be long, and tags have 16 bits for their length.
    truncate(to: min(count, start + ExportedTags.limit))
    appendPadding(after: count - start)
    set(integer: UInt16(count - start).bigEndian, at: start - 2)
  }

  private mutating func append(_ address: HostAddress?, _ tag4: UInt16, _ tag6: UInt16) {
    guard let address else { return }
    address.withBytes { appendTag(address.isVersion6 ? tag6 : tag4, address: $0) }
  }
}

/// Messages of D-Bus whose end is in a later event.
enum DBusMessage {
  /// How many bytes of the message at the beginning of some are not among them (D-Bus specification, "Message Format"):
  /// Wireshark is told that they are missing, and does not take the message for a bad one.
  static func missing(behind content: UnsafeRawBufferPointer) -> Int {
    guard content.count >= 16 else { return 0 }
    let isLittle = content[0] == UInt8(ascii: "l")
    func number(at position: Int) -> Int {
      let bits = content.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      return Int(isLittle ? UInt32(littleEndian: bits) : UInt32(bigEndian: bits))
    }
    let body = number(at: 4), fields = number(at: 12)
    // Fields are padded to 8 bytes; a message has 128 MiB at most.
    let length = 16 + (fields + 7) & ~7 + body
    return length <= 128 << 20 ? max(length - content.count, 0) : 0
  }
}
