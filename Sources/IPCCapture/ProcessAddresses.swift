import ByteOutput
import IPCFormats
import IPCModel

/// Addresses that processes have in captures, where Wireshark wants one of every sender and receiver.
///
/// They are of 240.0.0.0/4, which is reserved and routed nowhere (RFC 1112, section 4), so that none is a real host's, and
/// have the process id in decimal digits: 240.0.12.34 is 1234, 240.1.23.45 is 12345. A process that has another name than
/// before, as after execve(2), has another address: 245.0.12.34, then 250.0.12.34. Wireshark is told the names.
struct ProcessAddresses {
  private struct Entry {
    /// Process id; −1 if the place is empty, as no process has that.
    var pid: Int32 = -1
    var generation: UInt8 = 0
    var name = Comm.unknown
    /// Number of the file that says the name.
    var file: UInt32 = 0
  }

  /// Address of an end that is not known: digits that no process id has.
  static let unknown = HostAddress(240, 255, 255, 255)

  /// A power of 2, of which at most half is filled.
  private var entries: [Entry] = Array(repeating: Entry(), count: 64)
  private var count = 0
  /// How many times a process has got another name, or processes were forgotten: what is remembered of addresses holds as
  /// long as it stays the same.
  private(set) var changes: UInt64 = 0
  /// Number of the file that says what ``unknown`` is.
  private var fileOfUnknown: UInt32 = 0

  /// Most processes that are remembered. What is forgotten is only said once more.
  private static let limit = 1 << 16
  /// Digits of an address leave room for so many names of a process; a later one takes the place of the last.
  private static let generations: UInt8 = 3
  /// What the first byte of one generation is greater than that of the one before: process ids are below 5,000,000
  /// (`PID_MAX_LIMIT`, include/linux/threads.h, is 4,194,304).
  private static let generationStep: UInt8 = 5

  /// The address of one end of an event, whose name is said if this file does not say it yet.
  ///
  /// - Parameters:
  ///   - end: The end.
  ///   - file: Number of the file, from 1.
  ///   - describes: Whether the process is described in a block of its own as well.
  ///   - output: What the blocks are appended to, if any are needed.
  mutating func address(
    of end: Endpoint, in file: UInt32, describes: Bool, to output: inout OutputBuffer
  ) -> HostAddress {
    guard end.isKnown else {
      if fileOfUnknown != file {
        fileOfUnknown = file
        output.appendName(of: Self.unknown, end)
      }
      return Self.unknown
    }
    let place = place(of: end)
    if entries[place].name != end.comm {
      changes += 1
      entries[place].name = end.comm
      entries[place].generation = min(entries[place].generation + 1, Self.generations - 1)
      entries[place].file = 0
    }
    let address = Self.address(of: end.pid, entries[place].generation)
    if entries[place].file != file {
      entries[place].file = file
      let named = Endpoint(pid: end.pid, tid: end.tid, comm: entries[place].name)
      output.appendName(of: address, named)
      if describes { output.appendProcess(named) }
    }
    return address
  }

  /// Says what an address is called that an end was given before, if this file does not say it yet.
  mutating func sayName(
    of end: Endpoint, at address: HostAddress, in file: UInt32, describes: Bool,
    to output: inout OutputBuffer
  ) {
    let place = end.isKnown ? place(of: end) : nil
    if let place, Self.address(of: end.pid, entries[place].generation) != address {
      // The process has another name by now.
      output.appendName(of: address, end)
      return
    }
    var asNamed = end
    if let place { asNamed.comm = entries[place].name }
    _ = self.address(of: asNamed, in: file, describes: describes, to: &output)
  }

  private static func address(of pid: Int32, _ generation: UInt8) -> HostAddress {
    HostAddress(
      240 + generation * generationStep + UInt8(truncatingIfNeeded: min(pid / 1_000_000, 4)),
      UInt8(pid / 10_000 % 100), UInt8(pid / 100 % 100), UInt8(pid % 100))
  }

  /// Where a process is; it gets the name of this end if it has no place yet.
  private mutating func place(of end: Endpoint) -> Int {
    var place = Self.firstPlace(of: end.pid, in: entries.count)
    while entries[place].pid != end.pid {
      if entries[place].pid < 0 {
        if 2 * count >= entries.count {
          makeRoom()
          return self.place(of: end)
        }
        entries[place] = Entry(pid: end.pid, name: end.comm)
        count += 1
        return place
      }
      place = (place + 1) & (entries.count - 1)
    }
    return place
  }

  private mutating func makeRoom() {
    let before = entries
    let isFull = count >= Self.limit
    entries = Array(repeating: Entry(), count: isFull ? before.count : 2 * before.count)
    count = 0
    if isFull {
      changes += 1
      return
    }
    for entry in before where entry.pid >= 0 {
      var place = Self.firstPlace(of: entry.pid, in: entries.count)
      while entries[place].pid >= 0 { place = (place + 1) & (entries.count - 1) }
      entries[place] = entry
      count += 1
    }
  }

  private static func firstPlace(of pid: Int32, in count: Int) -> Int {
    Int(Hashing.spread(UInt64(UInt32(bitPattern: pid))) >> 32) & (count - 1)
  }
}

extension OutputBuffer {
  /// Appends a block that says what an address is called.
  fileprivate mutating func appendName(of address: HostAddress, _ end: Endpoint) {
    let block = beginBlock(BlockType.nameResolution)
    append(integer: NameRecord.version4)
    append(integer: UInt16(0))
    let start = count
    address.withBytes { append($0) }
    if end.isKnown {
      append(Endpoint(pid: end.pid, tid: end.tid, comm: end.comm))
    } else {
      append("<unknown>")
    }
    // The name ends with a zero (draft-ietf-opsawg-pcapng, section 4.5).
    append(UInt8(0))
    set(integer: UInt16(count - start), at: start - 2)
    appendPadding(after: count - start)
    append(integer: UInt32(NameRecord.end))
    endBlock(at: block)
  }

  /// Appends a block that describes a process, as Wireshark 5 reads it.
  ///
  /// The draft has none yet: it is a custom block of Wireshark's, whose entry is in little endian in whatever order the
  /// section is (Wireshark's wiretap/pcapng-wireshark-custom.c has the layout).
  fileprivate mutating func appendProcess(_ end: Endpoint) {
    let block = beginBlock(BlockType.custom)
    append(integer: ProcessInformation.enterprise)
    append(integer: ProcessInformation.entry.littleEndian)
    append(integer: UInt32(0))
    let start = count
    append(integer: UInt32(bitPattern: end.pid).littleEndian)
    append(integer: ProcessInformation.name.littleEndian)
    append(integer: UInt16(0))
    let name = count
    append(end.comm, .terminal)
    set(integer: UInt16(count - name).littleEndian, at: name - 2)
    appendPadding(after: count - name)
    appendEndOfOptions()
    set(integer: UInt32(count - start).littleEndian, at: start - 4)
    endBlock(at: block)
  }
}
