import IPCModel

/// Memory that processes share, as the events have told so far.
public struct SharedObject: Sendable {
  /// What it is called.
  public let name: [UInt8]
  /// Bytes that were mapped last.
  public fileprivate(set) var size: UInt64
  /// Who has it mapped, the earliest first.
  public fileprivate(set) var mappers: [Endpoint]
}

/// The memory that processes share.
struct SharedObjects: Sendable {
  /// Objects that are remembered; of later ones, nothing is told.
  private static let limit = 4096

  private var places: [[UInt8]: Int] = [:]
  private var objects: [SharedObject] = []

  /// Those that two processes or more have mapped.
  var shared: [SharedObject] { objects.filter { $0.mappers.count > 1 } }

  /// Takes an event of shared memory; allocates for new objects and mappers.
  mutating func take(_ event: borrowing Event, texts: borrowing TextTable) {
    guard let object = event[Kind.SharedMemory.object], let operation = event[Kind.SharedMemory.operation]
    else { return }
    let name = texts.withBytes(of: object) { Array($0) }
    let isMapped = texts.withBytes(of: operation) { $0.elementsEqual("map".utf8) }
    guard let place = places[name] ?? add(name) else { return }
    if isMapped {
      objects[place].size = event[Kind.SharedMemory.size] ?? 0
      meet(event.source, at: place)
      meet(event.destination, at: place)
    } else {
      let pid = event.destination.pid
      objects[place].mappers.removeAll { $0.pid == pid }
    }
  }

  private mutating func add(_ name: [UInt8]) -> Int? {
    guard objects.count < Self.limit else { return nil }
    objects.append(SharedObject(name: name, size: 0, mappers: []))
    places[name] = objects.count - 1
    return objects.count - 1
  }

  private mutating func meet(_ process: Endpoint, at place: Int) {
    guard !objects[place].mappers.contains(where: { $0.pid == process.pid }) else { return }
    objects[place].mappers.append(process)
  }
}
