import IPCFiltering
import IPCModel

/// ipcdump as an external capture interface of Wireshark, which asks what there is by options of its own, and then for a
/// capture into a FIFO.
///
/// Source: Wireshark's `doc/extcap_example.py` and manual page extcap(4).
enum Extcap {
  /// What a command line asks for.
  enum Request: Equatable {
    /// Lines that answer a question.
    case answer(String)
    /// The words of a trace that does what Wireshark wants.
    case trace([String])
  }

  /// The one interface.
  private static let interface = "ipcdump"

  /// What a command line asks for; nil if it is none of Wireshark's.
  ///
  /// - Parameter arguments: The words behind the command's name.
  static func request(by arguments: some Collection<String>) throws(Failure) -> Request? {
    let words = RawWords(arguments)
    if words.has("--extcap-interfaces") { return .answer(interfaces) }
    guard words.has("--extcap-interface") || words.has("--extcap-dlts") else { return nil }
    guard words.value(of: "--extcap-interface") == interface else {
      let name = words.value(of: "--extcap-interface") ?? "without a name"
      throw Failure(
        .usage, "there is no interface \(name)",
        advice: "--extcap-interfaces lists what there is: \(interface)")
    }
    if words.has("--extcap-dlts") { return .answer(linkTypes) }
    if words.has("--extcap-config") { return .answer(configuration) }
    if words.has("--capture") { return .trace(try trace(words)) }
    // While a filter is typed, whatever is said marks it as wrong.
    guard let filter = words.value(of: "--extcap-capture-filter") else {
      throw Failure(
        .usage, "nothing is asked of the interface", advice: "Wireshark adds --capture and --fifo")
    }
    return .answer(complaint(about: filter))
  }

  // MARK: - Answers

  private static let interfaces = """
    extcap {version=\(IPCDump.version.split(separator: " ").last ?? "")}
    interface {value=\(interface)}{display=IPC on this host}

    """

  /// Of captures with and without `--streams`.
  private static let linkTypes = """
    dlt {number=101}{name=RAW}{display=Channels as connections of TCP}
    dlt {number=252}{name=WIRESHARK_UPPER_PDU}{display=A packet for each transfer}

    """

  /// What the dialogue of the interface asks for.
  private static var configuration: String {
    let types = Kind.all.map {
      "value {arg=0}{value=\($0.row.name)}{display=\($0.row.name)}{default=\($0.row.isUsual)}{enabled=true}"
    }
    return
      ([
        "arg {number=0}{call=--type}{display=Types}{type=multicheck}{tooltip=What is traced}"
      ] + types + [
        "arg {number=1}{call=--where}{display=Filter}{type=string}"
          + "{tooltip=Such as: path == \"/run/*.sock\" and not self (ipcdump --help where)}",
        "arg {number=2}{call=--pid}{display=Processes}{type=string}"
          + "{tooltip=Numbers of processes, separated by commas; all if empty}{validation=^[0-9,]*$}",
        "arg {number=3}{call=--follow}{display=Their descendants, too}{type=boolflag}{default=false}",
        "arg {number=4}{call=--comm}{display=Name of a process}{type=string}{tooltip=As ps shows it}",
        "arg {number=5}{call=--streams}{display=Channels as connections of TCP}{type=boolflag}{default=true}"
          + "{tooltip=What Wireshark follows, reassembles and dissects}",
        "arg {number=6}{call=--max-bytes}{display=Bytes of a transfer}{type=unsigned}{default=0}"
          + "{tooltip=At most so many are kept; 0 means all}",
      ]).joined(separator: "\n") + "\n"
  }

  /// What is wrong with a filter; empty if nothing is.
  private static func complaint(about filter: String) -> String {
    do throws(WhereError) {
      _ = try WhereExpression(filter)
      return ""
    } catch {
      return "\(error.sentence)\n"
    }
  }

  // MARK: - A capture

  private static let withValues = ["--type", "--where", "--pid", "--comm", "--max-bytes"]
  private static let flags = ["--follow", "--streams"]

  /// The words of a trace into Wireshark's FIFO.
  private static func trace(_ words: RawWords) throws(Failure) -> [String] {
    guard let fifo = words.value(of: "--fifo") else {
      throw Failure(.usage, "--capture needs --fifo", advice: "Wireshark names the FIFO that it reads")
    }
    var trace = ["--quiet", "--write=\(fifo)"]
    if let filter = words.value(of: "--extcap-capture-filter"), !filter.isEmpty {
      trace.append("--where=\(filter)")
    }
    for option in withValues {
      if let value = words.value(of: option), !value.isEmpty { trace.append("\(option)=\(value)") }
    }
    return trace + flags.filter { words.has($0) }
  }
}
