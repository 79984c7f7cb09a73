import IPCModel

/// The coarse filter that the BPF programs apply, so that what nobody wants to see costs next to nothing.
///
/// Whatever passes the exact filter passes this one, too. There is one for all criteria, be they short options or an
/// expression.
public struct KernelScope: Sendable, Equatable {
  /// Kinds of which anything can pass.
  public private(set) var kinds: Set<Kind> = []
  /// Processes of which one is at an end of each event.
  public private(set) var processes = ProcessScope.all
  /// Names of which one is that of an end, for kinds of which all events have such a name.
  public private(set) var names: (kinds: Set<Kind>, scope: NameScope) = ([], NameScope([]))
  /// Ports of both ends.
  public private(set) var ports = PortScope()
  /// Addresses of which one is that of an end; nil for any.
  public private(set) var addresses: Set<InternetAddress>?

  /// Lets everything through.
  public init() { kinds = Set(Kind.all) }

  /// Processes alone.
  public init(_ processes: ProcessScope) {
    self.init()
    self.processes = processes
  }

  /// What all criteria of a selection leave.
  public init(_ selection: Selection) {
    var isFirst = true
    var ports: PortScope?, addresses: Set<InternetAddress>??
    for kind in Kind.all where selection.kinds.contains(kind) {
      var scope: KindScope? = .all
      for criterion in selection.criteria { scope = KindScope.both(scope, criterion.scope(of: kind)) }
      guard let scope else { continue }
      kinds.insert(kind)
      processes = isFirst ? scope.processes : processes.either(scope.processes)
      isFirst = false
      if let names = scope.names {
        self.names.kinds.insert(kind)
        self.names.scope.patterns.formUnion(names.patterns)
      }
      guard Self.internet.contains(kind) else { continue }
      ports = ports.map { $0.either(scope.ports) } ?? scope.ports
      addresses = .some(addresses.map { Self.either($0, scope.addresses) } ?? scope.addresses)
    }
    // A trace of nothing else still ends with its processes.
    if isFirst { processes = selection.criteria.map(\.processes).reduce(.all) { $0.both($1) } }
    self.ports = ports ?? PortScope()
    self.addresses = addresses ?? nil
    if names.scope.patterns.count > Self.mostPatterns { names = ([], NameScope([])) }
  }

  private static let internet: Set<Kind> = [.loopbackTCP, .loopbackUDP]

  /// Entries of the kernel's maps of names and addresses.
  public static let mostPatterns = 512

  private static func either(
    _ one: Set<InternetAddress>?, _ other: Set<InternetAddress>?
  ) -> Set<InternetAddress>? {
    guard let one, let other else { return nil }
    return one.union(other)
  }

  /// Equal if they let the same through.
  public static func == (one: KernelScope, other: KernelScope) -> Bool {
    one.kinds == other.kinds && one.processes == other.processes && one.names == other.names
      && one.ports == other.ports && one.addresses == other.addresses
  }
}
