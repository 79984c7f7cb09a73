import IPCModel
import Testing

@testable import IPCFiltering

/// Random expressions and transfers: what the kernel drops must be nothing that the exact filter admits.
@Suite("What the kernel drops")
struct KernelScopePropertyTests {
  /// A transfer as the kernel sees it, of which the event is what the tracer makes.
  private struct Transfer {
    var event: Event
    /// Names of both sockets, or of the FIFO; nil without a name.
    var names: (source: [UInt8]?, destination: [UInt8]?) = (nil, nil)
    var ports: (source: UInt16, destination: UInt16) = (0, 0)
    var addresses: [InternetAddress] = []
  }

  private static let paths = ["/run/a.sock", "/run/b.sock", "/run/x/a", "/a", "@a", "@ab"]
  private static let comms = ["cat", "sh", "nginx"]
  private static let kinds: [Kind] = [
    .pipe, .signal, .unixStream, .unixDatagram, .loopbackTCP, .loopbackUDP, .pty, .eventfd,
  ]

  private static func set(_ text: String, as name: String, of event: inout Event, _ texts: inout TextTable) {
    guard let position = event.kind.row.fields.firstIndex(where: { $0.name.description == name }) else {
      return
    }
    let isText = event.kind.row.fields[position].form == .text
    event.setBits(isText ? texts.add(text).metaBits : UInt64(text) ?? 0, at: position)
  }

  private static func transfer(_ random: inout some RandomNumberGenerator, _ texts: inout TextTable)
    -> Transfer
  {
    func name(_ random: inout some RandomNumberGenerator) -> String? {
      Bool.random(using: &random) ? paths.randomElement(using: &random) : nil
    }
    let ends = (0..<2).map { _ in
      Endpoint(
        pid: .random(in: -1...3, using: &random), tid: 1,
        comm: Comm(comms.randomElement(using: &random) ?? "sh"))
    }
    var transfer = Transfer(
      event: Event(
        time: 1, kind: kinds.randomElement(using: &random) ?? .pipe, source: ends[0], destination: ends[1],
        count: .random(in: 0...10, using: &random)))
    switch transfer.event.kind {
    case .pipe:
      let path = name(&random)
      set(path ?? "<anonymous>", as: "pipe_name", of: &transfer.event, &texts)
      transfer.names = (path.map { Array($0.utf8) }, path.map { Array($0.utf8) })
    case .unixStream, .unixDatagram:
      let (source, destination) = (name(&random), name(&random))
      set(destination ?? source ?? "<anonymous>", as: "path", of: &transfer.event, &texts)
      transfer.names = (source.map { Array($0.utf8) }, destination.map { Array($0.utf8) })
    case .loopbackTCP, .loopbackUDP:
      let ports = (0..<2).map { _ in [22, 80, 443, 5000, 65535].randomElement(using: &random) ?? 80 }
      let addresses = (0..<2).map { _ in ["127.0.0.1", "::1"].randomElement(using: &random) ?? "::1" }
      for (prefix, index) in [("src", 0), ("dst", 1)] {
        set("\(ports[index])", as: prefix + "_port", of: &transfer.event, &texts)
        set(addresses[index], as: prefix + "_addr", of: &transfer.event, &texts)
      }
      transfer.ports = (UInt16(ports[0]), UInt16(ports[1]))
      transfer.addresses = addresses.compactMap { InternetAddress(Array($0.utf8)) }
    case .pty: set("pts/3", as: "tty_name", of: &transfer.event, &texts)
    default: break
    }
    return transfer
  }

  private static func atom(_ random: inout some RandomNumberGenerator) -> String {
    let field = ["path", "path", "pipe_name", "tty_name"].randomElement(using: &random) ?? "path"
    let port = ["port", "src_port", "dst_port"].randomElement(using: &random) ?? "port"
    let sign = ["==", "!=", "<", "<=", ">", ">="].randomElement(using: &random) ?? "=="
    let atoms = [
      "pid == \(Int.random(in: 1...3, using: &random))", "src_pid == 2", "dst_pid in (1, 3)", "comm == cat",
      "comm in (sh, nginx)", "comm == 'c*'", "type == pipe", "type in (unix, signal)", "type ~ 'lo'",
      "count > 5", "self", "\(field) == \(paths.randomElement(using: &random) ?? "/a")",
      "\(field) in (/a, '@a*')", "\(field) == '/run/*'", "\(field) == '/run/a*'", "\(field) == '*.sock'",
      "\(field) ~ 'run'", "\(field) contains a", "\(field) == 'pts/*'", "\(field) == '<an*'", field,
      "\(port) \(sign) \([22, 80, 443, 5000, 65535, 70000].randomElement(using: &random) ?? 80)",
      "\(port) in (22, 443)", port, "addr == ::1", "src_addr in (127.0.0.1, ::1)", "dst_addr == '127.*'",
    ]
    return atoms.randomElement(using: &random) ?? "self"
  }

  private static func expression(_ depth: Int, _ random: inout some RandomNumberGenerator) -> String {
    if depth == 0 { return atom(&random) }
    let one = expression(depth - 1, &random), other = expression(depth - 1, &random)
    return ["(\(one) and \(other))", "(\(one) or \(other))", "not \(one)"].randomElement(using: &random)
      ?? one
  }

  /// The kernel's decision.
  private static func admits(_ scope: KernelScope, _ transfer: Transfer) -> Bool {
    let event = transfer.event
    guard scope.kinds.contains(event.kind) else { return false }
    let ends = [event.source, event.destination]
    switch scope.processes {
    case .all, .tree, .descendants, .users, .cgroups: break
    case .pids(let pids): guard ends.contains(where: { pids.contains($0.pid) }) else { return false }
    case .comms(let comms): guard ends.contains(where: { comms.contains($0.comm) }) else { return false }
    }
    if scope.names.kinds.contains(event.kind),
      !scope.names.scope.admits(transfer.names.source, transfer.names.destination)
    {
      return false
    }
    guard event.kind == .loopbackTCP || event.kind == .loopbackUDP else { return true }
    guard scope.ports.admits(source: transfer.ports.source, destination: transfer.ports.destination) else {
      return false
    }
    guard event.kind == .loopbackTCP, let addresses = scope.addresses else { return true }
    return transfer.addresses.contains(where: addresses.contains)
  }

  @Test func `is nothing that the exact filter admits`() throws {
    var random = SystemRandomNumberGenerator()
    var (admitted, dropped) = (0, 0)
    for _ in 0..<600 {
      var texts = TextTable()
      let words = (0..<Int.random(in: 1...2, using: &random)).map { _ in
        Self.expression(.random(in: 0...3, using: &random), &random)
      }
      var selection = Selection(kinds: Set(Kind.all))
      for text in words { selection.criteria.append(.expression(try WhereExpression(text))) }
      let (scope, filter) = (KernelScope(selection), EventFilter(selection))
      for _ in 0..<40 {
        let transfer = Self.transfer(&random, &texts)
        let isAdmitted = filter.passes(transfer.event, texts: texts)
        let passes = Self.admits(scope, transfer)
        #expect(!isAdmitted || passes, "\(words) \(transfer)")
        if isAdmitted { admitted += 1 }
        if !passes { dropped += 1 }
      }
    }
    #expect(admitted > 3000 && dropped > 3000, "the property was put to the test")
  }
}
