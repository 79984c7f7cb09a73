import IPCModel
import RecordLayout

/// What only pipes have: slots, packets, and a path with several lives.
extension StreamCorrelator {
  /// Whether the slots say that nothing was written to the pipe before this.
  func isFirstEver(_ transfer: StreamTransfer) -> Bool {
    if isSocket { return false }
    let raw = transfer.raw
    switch UInt32(raw.header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue: return raw.state.pipe.head == 0
    case IPC_RECORD_WRITE.rawValue:
      return raw.state.pipe.tail == 0 && Int(raw.state.pipe.head) <= (transfer.count + 4095) / 4096
    default: return false
    }
  }

  /// Adds a write as the packets that it was cut into.
  func appendPackets(of write: inout StreamWrite, to channel: StreamChannel) {
    guard write.isPacket, write.count > PipeMedium.atomicLimit else {
      channel.settleDebt(with: &write)
      return channel.append(&write)
    }
    var packet = write
    packet.fingerprint.dropSuffix()
    var left = write.count
    while left > 0 {
      packet.count = min(left, PipeMedium.atomicLimit)
      packet.consumed = 0
      channel.settleDebt(with: &packet)
      channel.append(&packet)
      // The next packet comes behind this one, and of its bytes nothing is known.
      packet.begin = packet.end
      packet.end += 1
      packet.fingerprint = Fingerprint()
      packet.content = packet.content.dropFirst(packet.count)
      left -= packet.count
    }
  }

  /// Takes the path of a FIFO.
  func takeFIFO(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    guard let (raw, rest) = record.record(ipc_channel.self) else { return }
    let key = ChannelKey(address: raw.channel, identity: raw.inode)
    let channel = channels[key] ?? makeChannel(key)
    channel.lastTouched = header.time
    if header.has(IPC_FLAG_CREATED) {
      // The FIFO was closed by everybody in between, and with that its unread bytes were dropped.
      teller.tellUnread(
        of: channel, at: header.time, unread: nil, isInStep: channel.lossGeneration == lossGeneration, &stage)
      channel.lossGeneration = lossGeneration
      forgetSplicing(of: channel, &stage)
      releaseDiscarded(of: channel, &stage)
    }
    let path = SocketNames.path(fromComponents: rest.prefix(Int(raw.length)))
    if let name = channel.name {
      // A file system gives the number of a removed FIFO to the next one, and memory may be the same, too.
      let isNew = stage.texts.withBytes(of: name) { !$0.elementsEqual(path) }
      guard header.has(IPC_FLAG_CREATED), isNew else { return }
      retiredNames.append(name)
    }
    channel.name = stage.texts.add(path)
  }
}
