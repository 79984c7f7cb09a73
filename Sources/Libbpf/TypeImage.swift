/// Type information (BTF) as it lies in memory: types one behind the other, numbered from 1, and their names
/// (Documentation/bpf/btf.rst). The memory must outlive it.
struct TypeImage {
  /// A type with a name that can be searched for.
  struct Entry {
    let name: NameHash
    let id: UInt32
  }

  private let types: UnsafeRawBufferPointer
  private let strings: UnsafeRawBufferPointer
  /// Where each type begins, by its number; number 0 is `void`.
  private let offsets: [UInt32]
  /// Types of the kinds that are searched, in their order.
  let entries: [Entry]

  private static let magic: UInt16 = 0xEB9F
  /// Up to the length of the names (`struct btf_header`).
  private static let headerSize = 24

  /// Finds all types; nil if it is no BTF, or of a form that is not known.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerSize, bytes.loadUnaligned(as: UInt16.self) == Self.magic else {
      return nil
    }
    let header = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    func part(_ field: Int) -> UnsafeRawBufferPointer? {
      let start = header + Int(bytes.loadUnaligned(fromByteOffset: field, as: UInt32.self))
      let count = Int(bytes.loadUnaligned(fromByteOffset: field + 4, as: UInt32.self))
      return start + count <= bytes.count
        ? UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]) : nil
    }
    guard let types = part(8), let strings = part(16), strings.last == 0 else { return nil }
    var offsets: [UInt32] = [0]
    var entries: [Entry] = []
    offsets.reserveCapacity(types.count / 20)
    entries.reserveCapacity(types.count / 80)
    var at = 0
    while at < types.count {
      guard at + TypeKind.headSize <= types.count else { return nil }
      let information = types.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
      guard let kind = TypeKind(information: information) else { return nil }
      if kind.isSearched {
        let name = Int(types.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        guard name < strings.count else { return nil }
        if name != 0 {
          entries.append(
            Entry(
              name: NameHash(UnsafeRawBufferPointer(rebasing: strings[name...])), id: UInt32(offsets.count)))
        }
      }
      offsets.append(UInt32(at))
      at += TypeKind.headSize + kind.tailSize(Int(information & 0xFFFF))
    }
    guard at == types.count else { return nil }
    self.types = types
    self.strings = strings
    self.offsets = offsets
    self.entries = entries
  }

  /// Types, with `void`.
  var count: Int { offsets.count }

  /// A type's words: name, information, size or type, and what its kind has behind those.
  func words(of id: UInt32) -> UnsafeRawBufferPointer {
    let start = Int(offsets[Int(id)])
    let end = Int(id) + 1 < offsets.count ? Int(offsets[Int(id) + 1]) : types.count
    return UnsafeRawBufferPointer(rebasing: types[start..<end])
  }

  /// Number of a function; nil if there is none of that name. Functions are many and seldom looked for, so that they are
  /// not among the entries.
  func number(ofFunction name: String) -> UInt32? {
    let bytes = Array(name.utf8) + [0]
    return (1..<UInt32(count)).first { id in
      let type = words(of: id)
      guard TypeKind(information: type.word(1)) == .function else { return false }
      return strings[Int(type.word(0))...].starts(with: bytes)
    }
  }

  /// A name, without the NUL; empty for none.
  func name(at offset: UInt32) -> UnsafeRawBufferPointer {
    guard offset < strings.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let rest = strings[Int(offset)...]
    return UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.endIndex)])
  }
}

extension UnsafeRawBufferPointer {
  /// Word number `index`, of 32 bits.
  func word(_ index: Int) -> UInt32 { loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) }
}

/// Kinds of types (`BTF_KIND_…`, include/uapi/linux/btf.h).
enum TypeKind: UInt32 {
  case integer = 1
  case pointer, array, structure, union, enumeration, forward, alias, volatile, constant, restrict, function
  case prototype, variable, section, float, declarationTag, typeTag, wideEnumeration

  /// The kind that a type's second word tells; nil for one that is not known.
  init?(information: UInt32) { self.init(rawValue: information >> 24 & 0x1F) }

  /// Bytes that every type begins with (`struct btf_type`).
  static let headSize = 12

  /// Bytes behind the head.
  ///
  /// - Parameter count: Members, values or parameters.
  func tailSize(_ count: Int) -> Int {
    switch self {
    case .integer, .variable, .declarationTag: 4
    case .array: 12
    case .structure, .union, .section, .wideEnumeration: 12 * count
    case .enumeration, .prototype: 8 * count
    case .pointer, .forward, .alias, .volatile, .constant, .restrict, .function, .float, .typeTag: 0
    }
  }

  /// Whether CO-RE relocations begin at such types, and searches do.
  var isSearched: Bool {
    switch self {
    case .structure, .union, .enumeration, .wideEnumeration, .alias, .variable: true
    default: false
    }
  }
}
