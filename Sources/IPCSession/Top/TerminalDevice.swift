import ByteOutput
import Glibc
import IPCModel
import IPCTop
import ProcessShims

/// The terminal, as a whole screen whose keys come at once.
///
/// What else this process or the command writes to it would spoil the screen: meanwhile, standard input, output and error
/// lead nowhere. However the process ends, the terminal is as before, unless it is killed.
final class TerminalDevice {
  /// What is typed.
  let input: Int32
  /// What is shown.
  let output: Int32
  /// Standard descriptors that lead nowhere, and where they led before.
  private var replaced: [(number: Int32, original: Int32)] = []
  private var isTaken = false

  /// Whether the terminal shows more than ASCII, as the locale says.
  let isUnicode: Bool

  /// Finds the terminal; what it shows stays as it is.
  ///
  /// - Throws: ``Failure`` if standard input or output is no terminal, or one that can show lines only.
  init() throws(Failure) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        .usage, "top needs a terminal for its keys and its screen",
        advice: "run it without redirections, or see ipcdump --summary")
    }
    let name = getenv("TERM").map { String(cString: $0) } ?? ""
    guard !name.isEmpty, name != "dumb" else {
      throw Failure(
        .usage, "top needs a terminal that has a screen, and TERM is '\(name)'",
        advice: "set TERM, or see ipcdump --summary")
    }
    input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard input >= 0, output >= 0 else {
      throw Failure(.system, "cannot keep the terminal open", errno: errno)
    }
    isUnicode = Self.localeIsUnicode
  }

  deinit {
    end()
    close(input)
    close(output)
  }

  /// Whether the locale's characters are UTF-8 (locale(7)).
  private static var localeIsUnicode: Bool {
    for variable in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = getenv(variable).map({ String(cString: $0) }), !value.isEmpty else { continue }
      let word = value.lowercased()
      return word.hasSuffix("utf-8") || word.hasSuffix("utf8")
    }
    return false
  }

  /// Lets standard descriptors that lead to a terminal lead nowhere.
  func silence() {
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard nothing >= 0 else { return }
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where isatty(number) == 1 {
      let original = fcntl(number, F_DUPFD_CLOEXEC, 3)
      if original >= 0, dup2(nothing, number) >= 0 { replaced.append((number, original)) }
    }
    close(nothing)
  }

  /// Takes the screen.
  func begin() throws(Failure) {
    guard !isTaken else { return }
    let error = TerminalSequences.end.withUTF8Buffer { farewell in
      farewell.withMemoryRebound(to: CChar.self) {
        process_take_terminal(input, $0.baseAddress, $0.count)
      }
    }
    guard error == 0 else { throw Failure(.system, "cannot use the terminal", errno: error) }
    isTaken = true
    TerminalSequences.begin.withUTF8Buffer { _ = write(UnsafeRawBufferPointer($0)) }
  }

  /// Gives the screen back.
  func giveBack() {
    guard isTaken else { return }
    isTaken = false
    process_give_terminal_back()
  }

  /// Gives the screen back, and the standard descriptors what they led to.
  func end() {
    giveBack()
    for (number, original) in replaced {
      dup2(original, number)
      close(original)
    }
    replaced.removeAll()
  }

  /// Columns and rows.
  var size: ScreenSize {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return .least }
    return ScreenSize(
      columns: min(Int(size.ws_col), ScreenSize.most.columns),
      rows: min(Int(size.ws_row), ScreenSize.most.rows))
  }

  /// Whether its user has gone with it.
  var isGone: Bool {
    var poll = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) == 1 && Int32(poll.revents) & (POLLHUP | POLLERR | POLLNVAL) != 0
  }

  /// All that has been typed and not been taken.
  func typed() -> [UInt8] {
    var typed: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { bytes in
      // Nothing is waited for (VMIN and VTIME of termios(3) are 0). Whatever pastes a novel is cut off.
      while typed.count < 64 << 10 {
        let count = Glibc.read(input, bytes.baseAddress, bytes.count)
        guard count > 0 else { break }
        typed += bytes[..<count]
      }
    }
    return typed
  }

  /// Whether a screen can be written without waiting for the terminal.
  var isReady: Bool {
    var poll = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
    return Glibc.poll(&poll, 1, 0) == 1 && Int32(poll.revents) & POLLOUT != 0
  }

  /// Writes everything, and empties the buffer. A terminal that has gone is told by a signal.
  func write(_ buffer: inout OutputBuffer) {
    buffer.withBytes { _ = write($0) }
    buffer.removeAll()
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(output, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
