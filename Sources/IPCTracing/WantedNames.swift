import IPCFiltering
import IPCModel
import RecordLayout

/// Names of channels that a scope leaves, in the form in which the programs compare them.
struct WantedNames {
  /// Kinds whose channels are chosen by them; none if there are more sorts of names than the programs look for.
  private(set) var kinds: Set<Kind> = []
  /// Entries of the map `wanted_names`.
  private(set) var names: [ipc_wanted_name] = []
  /// Their shapes, each once.
  private(set) var shapes: [ipc_name_shape] = []

  /// Brings patterns into that form.
  init(_ scope: KernelScope) {
    guard !scope.names.kinds.isEmpty else { return }
    var found: Set<[UInt16]> = []
    for pattern in scope.names.scope.patterns {
      guard let name = Self.name(pattern) else { continue }
      names.append(name)
      let shape = name.shape
      if found.insert([shape.length, UInt16(shape.form), UInt16(shape.is_whole)]).inserted {
        shapes.append(shape)
      }
    }
    guard shapes.count <= Int(IPC_NAME_SHAPES) else {
      (names, shapes) = ([], [])
      return
    }
    kinds = scope.names.kinds
  }

  /// A name as the records tell it; nil for one that none can have.
  static func name(_ pattern: NameScope.Pattern) -> ipc_wanted_name? {
    let (text, isWhole) =
      switch pattern {
      case .whole(let text): (text, true)
      case .prefix(let text): (text, false)
      }
    let form: ipc_name_form
    var bytes: [UInt8]
    switch text.first {
    case UInt8(ascii: "@"): (form, bytes) = (IPC_NAME_ABSTRACT, Array(text.dropFirst()))
    case UInt8(ascii: "/"):
      // Names from the last to the first, each with a NUL behind it.
      let names = text.split(separator: UInt8(ascii: "/"))
      (form, bytes) = (IPC_NAME_PATH, names.reversed().flatMap { $0 + [0] })
    default: return nil
    }
    var isWholeHere = isWhole
    if bytes.count > Int(IPC_WANTED_NAME_LIMIT) {
      // What is longer is compared by what of it has room: the first names of a path.
      isWholeHere = false
      bytes = form == IPC_NAME_PATH ? Self.lastNames(bytes) : Array(bytes.prefix(Int(IPC_WANTED_NAME_LIMIT)))
    }
    var name = ipc_wanted_name()
    name.shape = ipc_name_shape(
      length: UInt16(bytes.count), form: UInt8(form.rawValue), is_whole: isWholeHere ? 1 : 0)
    withUnsafeMutableBytes(of: &name.bytes) { $0.copyBytes(from: bytes) }
    return name
  }

  /// The last names that have room.
  private static func lastNames(_ bytes: [UInt8]) -> [UInt8] {
    let last = bytes.suffix(Int(IPC_WANTED_NAME_LIMIT))
    // The first of these is only the end of a name.
    return Array(last.drop { $0 != 0 }.dropFirst())
  }
}

extension InternetAddress {
  /// As the programs compare it.
  var words: (UInt64, UInt64) {
    bytes.withUnsafeBytes {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }
}
