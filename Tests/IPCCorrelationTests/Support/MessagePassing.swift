import RecordLayout

/// What goes with a message, as one end sees it.
struct MessagePassing {
  /// Descriptors: number, mode, inode, names from the last component to the first.
  var descriptors: [(fd: Int32, mode: UInt32, inode: UInt64, names: [String], isPseudo: Bool)] = []
  /// How many were passed, if more than are described.
  var count: Int?
  var credentials: (pid: Int32, uid: UInt32, gid: UInt32)?
  var pidfd: Int32?

  static let file = UInt32(0o100644), fifo = UInt32(0o010600), socket = UInt32(0o140777)

  static func file(_ fd: Int32, _ names: String...) -> MessagePassing {
    MessagePassing(descriptors: [(fd, file, 9, names, false)])
  }

  static func credentials(pid: Int32) -> MessagePassing { MessagePassing(credentials: (pid, 1, 2)) }

  /// The record and the names behind it.
  func record(_ header: ipc_header) -> [UInt8] {
    var passed = ipc_passed()
    passed.header = header
    if !descriptors.isEmpty { passed.parts |= IPC_PASSED_DESCRIPTORS.rawValue }
    if let credentials {
      passed.parts |= IPC_PASSED_CREDENTIALS.rawValue
      (passed.pid, passed.uid, passed.gid) = credentials
    }
    if let pidfd {
      passed.parts |= IPC_PASSED_PIDFD.rawValue
      passed.pidfd = pidfd
    }
    passed.count = UInt32(count ?? descriptors.count)
    var tail: [UInt8] = []
    withUnsafeMutableBytes(of: &passed.descriptors) { bytes in
      let slots = bytes.bindMemory(to: ipc_descriptor.self)
      for (slot, descriptor) in descriptors.prefix(slots.count).enumerated() {
        let name: [UInt8] = descriptor.names.flatMap { name in Array(name.utf8) + [0] }
        slots[slot].fd = descriptor.fd
        slots[slot].mode = descriptor.mode
        slots[slot].inode = descriptor.inode
        slots[slot].length = UInt32(name.count)
        slots[slot].is_pseudo = descriptor.isPseudo ? 1 : 0
        tail += name
      }
    }
    return RecordBytes.bytes(passed, then: tail)
  }
}
