import ByteOutput
import IPCModel

extension CaptureWriter {
  /// The next port of a client; the same again only after all others.
  mutating func nextClientPort() -> UInt16 {
    let port = clientPort
    clientPort += port + 1 == ServerPort.taken ? 2 : 1
    if clientPort >= ServerPort.endOfClients { clientPort = ServerPort.firstOfClients }
    return port
  }

  /// The address of one end of an event, whose name is in this file from now on.
  mutating func address(of end: Endpoint, to output: inout OutputBuffer) -> HostAddress {
    processes.address(of: end, in: file, describes: settings.describesProcesses, to: &output)
  }

  /// The connection of an event's channel, which is made if there is none.
  mutating func channel(
    of event: borrowing Event, _ fields: ChannelFields, _ content: UnsafeRawBufferPointer,
    texts: borrowing TextTable, to output: inout OutputBuffer
  ) -> ChannelTable.Found {
    let keys = ChannelEnds(of: event, fields, texts: texts)
    let inode = event.kind == .loopbackTCP ? event[Kind.LoopbackSocket.destinationInode] ?? 0 : 0
    if let found = channels.find(keys), isSame(found, receiver: inode) {
      sayNames(of: found, to: &output)
      return found
    }
    let chosen = choice.server(of: event, fields, content: content, texts: texts)
    if var connection = realConnection(of: event, fields, chosen, content, texts: texts) {
      connection.inodes[1] = inode
      return channels.add(connection, keys)
    }
    return channels.add(makeConnection(of: event, chosen, content, texts: texts, to: &output), keys)
  }

  /// Whether a connection is still the one that was found by its ports, which another socket may have had before.
  private mutating func isSame(_ found: ChannelTable.Found, receiver inode: UInt64) -> Bool {
    guard inode != 0 else { return true }
    let known = channels.connections[found.index].inodes[1 - found.sender]
    channels.connections[found.index].inodes[1 - found.sender] = inode
    return known == 0 || known == inode
  }

  /// Says in this file, too, what the ends of a connection are called.
  private mutating func sayNames(of found: ChannelTable.Found, to output: inout OutputBuffer) {
    let connection = channels.connections[found.index]
    guard connection.namesFile != file, !connection.isReal else { return }
    channels.connections[found.index].namesFile = file
    for end in 0...1 {
      processes.sayName(
        of: connection.processes[end], at: connection.addresses[end], in: file,
        describes: settings.describesProcesses, to: &output)
    }
  }

  private mutating func makeConnection(
    of event: borrowing Event, _ chosen: DissectorChoice.Server, _ content: UnsafeRawBufferPointer,
    texts: borrowing TextTable, to output: inout OutputBuffer
  ) -> Connection {
    let addresses: InlineArray<2, HostAddress> = [
      address(of: event.source, to: &output), address(of: event.destination, to: &output),
    ]
    // A terminal's server is its slave, whose programs answer; elsewhere, who sends first is the client mostly.
    let isSource = event.kind == .pty ? event.isTerminalOutput(texts) : chosen.isSource
    let plain = ServerPort.of(event.kind)
    let (client, server) = (nextClientPort(), chosen.port ?? plain)
    var connection = Connection(
      [event.source, event.destination], addresses, isSource ? [server, client] : [client, server],
      server: isSource ? 0 : 1, lost: lost[event.kind])
    connection.namesFile = file
    connection.isPlain = chosen.port == nil
    connection.beginsWithText = DBusHandshake.begins(with: content)
    return connection
  }

  /// The connection of an internet socket, which keeps its addresses and ports, unless Wireshark needs another port to
  /// find the protocol; nil of another channel.
  private func realConnection(
    of event: borrowing Event, _ fields: ChannelFields, _ chosen: DissectorChoice.Server,
    _ content: UnsafeRawBufferPointer, texts: borrowing TextTable
  ) -> Connection? {
    guard let ends = fields.ports, let source = HostAddress(event[ends.source.address], texts),
      let destination = HostAddress(event[ends.destination.address], texts),
      let sourcePort = event[ends.source.number], let destinationPort = event[ends.destination.number]
    else { return nil }
    var ports: InlineArray<2, UInt16> = [
      UInt16(truncatingIfNeeded: sourcePort), UInt16(truncatingIfNeeded: destinationPort),
    ]
    // The server has the lower port nearly always.
    let server = ports[0] < ports[1] ? 0 : 1
    if let port = chosen.port, port != ports[0], port != ports[1],
      chosen.isAsked || !ConnectionStart.isRecognized(at: port, content)
    {
      ports[server] = port
    }
    let isMixed = source.isVersion6 != destination.isVersion6
    var connection = Connection(
      [event.source, event.destination],
      isMixed ? [source.asVersion6, destination.asVersion6] : [source, destination], ports, server: server,
      lost: lost[event.kind])
    connection.isReal = true
    return connection
  }
}

extension Event {
  /// Whether a terminal's event goes from its slave to its master.
  func isTerminalOutput(_ texts: borrowing TextTable) -> Bool {
    guard kind == .pty, let direction = self[Kind.Terminal.direction] else { return false }
    return texts.isEqual(direction, to: "output")
  }
}
