/// The system calls in which threads sleep, by what they wait for.
enum KernelCall {
  /// The first argument is a descriptor.
  case read, write
  case recvmmsg, sendto, sendmsg
  case splice, tee, vmsplice, sendfile
  case poll, ppoll, select, pselect, epollWait, epollWait2
  case accept, connect
  case open, openat
  case waitpid, waitid, vfork
  case futex, futexWaitVector, futexWait
  case flock, fcntl
  case semop, semtimedop, msgsnd, msgrcv
  case mqSend, mqReceive
  case sleep, pause, sigtimedwait
  case ioUring, asyncIO
  case restart
  /// 32-bit callers have these calls in which others are packed.
  case socketcall, ipc
  case getrandom
}

/// Numbers of system calls. Native: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h (arm64);
/// of 32-bit callers: arch/x86/entry/syscalls/syscall_32.tbl, arch/arm64/tools/syscall_32.tbl.
enum KernelCallTable {
  /// The call of a number; nil for one in which nobody waits for anybody.
  static func call(_ number: Int, isCompat: Bool) -> KernelCall? {
    isCompat ? compat[number] : native[number]
  }

  /// New calls have the same number everywhere.
  private static let shared: [Int: KernelCall] = [
    425: .ioUring, 426: .ioUring, 435: .vfork, 437: .openat, 441: .epollWait2, 449: .futexWaitVector,
    455: .futexWait,
  ]

  #if arch(x86_64)
    private static let native: [Int: KernelCall] = [
      0: .read, 17: .read, 19: .read, 45: .read, 47: .read, 295: .read, 327: .read, 299: .recvmmsg,
      1: .write, 18: .write, 20: .write, 296: .write, 328: .write, 307: .sendmsg, 44: .sendto, 46: .sendmsg,
      275: .splice, 276: .tee, 278: .vmsplice, 40: .sendfile,
      7: .poll, 271: .ppoll, 23: .select, 270: .pselect, 232: .epollWait, 281: .epollWait,
      43: .accept, 288: .accept, 42: .connect, 2: .open, 85: .open, 257: .openat,
      61: .waitpid, 247: .waitid, 56: .vfork, 58: .vfork, 202: .futex, 73: .flock, 72: .fcntl,
      65: .semop, 220: .semtimedop, 69: .msgsnd, 70: .msgrcv, 242: .mqSend, 243: .mqReceive,
      35: .sleep, 230: .sleep, 34: .pause, 130: .pause, 128: .sigtimedwait, 208: .asyncIO, 333: .asyncIO,
      219: .restart, 318: .getrandom,
    ].merging(shared) { own, _ in own }

    private static let compat: [Int: KernelCall] = compatOfBoth.merging([
      102: .socketcall, 117: .ipc, 7: .waitpid, 256: .epollWait, 319: .epollWait, 267: .sleep, 279: .mqSend,
      280: .mqReceive, 284: .waitid, 295: .openat, 308: .pselect, 309: .ppoll, 313: .splice, 315: .tee,
      316: .vmsplice, 333: .read, 334: .write, 337: .recvmmsg, 345: .sendmsg, 362: .connect, 364: .accept,
      369: .sendto, 370: .sendmsg, 371: .read, 372: .read, 378: .read, 379: .write, 355: .getrandom,
    ]) { _, own in own }
  #else
    private static let native: [Int: KernelCall] = [
      63: .read, 65: .read, 67: .read, 69: .read, 207: .read, 212: .read, 286: .read, 243: .recvmmsg,
      64: .write, 66: .write, 68: .write, 70: .write, 287: .write, 206: .sendto, 211: .sendmsg, 269: .sendmsg,
      76: .splice, 77: .tee, 75: .vmsplice, 71: .sendfile,
      73: .ppoll, 72: .pselect, 22: .epollWait, 202: .accept, 242: .accept, 203: .connect, 56: .openat,
      260: .waitpid, 95: .waitid, 220: .vfork, 98: .futex, 32: .flock, 25: .fcntl, 193: .semop,
      192: .semtimedop,
      189: .msgsnd, 188: .msgrcv, 182: .mqSend, 183: .mqReceive, 101: .sleep, 115: .sleep, 133: .pause,
      137: .sigtimedwait, 4: .asyncIO, 292: .asyncIO, 128: .restart, 278: .getrandom,
    ].merging(shared) { own, _ in own }

    private static let compat: [Int: KernelCall] = compatOfBoth.merging([
      252: .epollWait, 346: .epollWait, 265: .sleep, 276: .mqSend, 277: .mqReceive, 280: .waitid,
      322: .openat,
      335: .pselect, 336: .ppoll, 340: .splice, 342: .tee, 343: .vmsplice, 361: .read, 362: .write,
      365: .recvmmsg,
      374: .sendmsg, 283: .connect, 285: .accept, 366: .accept, 289: .write, 290: .sendto, 291: .read,
      292: .read,
      296: .sendmsg, 297: .read, 392: .read, 393: .write, 298: .semop, 312: .semtimedop, 301: .msgsnd,
      302: .msgrcv,
      384: .getrandom,
    ]) { _, own in own }
  #endif

  /// What 32-bit callers of both architectures have.
  private static let compatOfBoth: [Int: KernelCall] = [
    0: .restart, 3: .read, 145: .read, 180: .read, 4: .write, 146: .write, 181: .write, 5: .open, 8: .open,
    29: .pause, 72: .pause, 179: .pause, 55: .fcntl, 221: .fcntl, 114: .waitpid, 120: .vfork, 190: .vfork,
    142: .select, 143: .flock, 162: .sleep, 168: .poll, 177: .sigtimedwait, 187: .sendfile, 239: .sendfile,
    240: .futex, 247: .asyncIO, 400: .msgsnd, 401: .msgrcv, 407: .sleep, 413: .pselect, 414: .ppoll,
    416: .asyncIO,
    417: .recvmmsg, 418: .mqSend, 419: .mqReceive, 420: .semtimedop, 421: .sigtimedwait, 422: .futex,
  ].merging(shared) { own, _ in own }
}

/// What a thread is in, as `/proc/PID/syscall` tells it.
struct SleepingCall: Equatable {
  /// Number of the call; −1 outside of one.
  let number: Int
  /// Its arguments; of a 32-bit caller, as wide as they are.
  let arguments: InlineArray<6, UInt64>
  /// Stack pointer, and where the thread goes on.
  let stack: UInt64, place: UInt64

  /// Reads the file; nil for a thread that runs.
  init?(_ text: ProcText) {
    var text = text
    guard let number = text.signed() else { return nil }
    self.number = Int(number)
    var arguments = InlineArray<6, UInt64>(repeating: 0)
    if number >= 0 {
      for index in 0..<6 { arguments[index] = text.hexadecimal() ?? 0 }
    }
    self.arguments = arguments
    guard let stack = text.hexadecimal(), let place = text.hexadecimal() else { return nil }
    self.stack = stack
    self.place = place
  }

  static func == (one: SleepingCall, other: SleepingCall) -> Bool {
    one.number == other.number && one.stack == other.stack && one.place == other.place
      && (0..<6).allSatisfy { one.arguments[$0] == other.arguments[$0] }
  }
}
