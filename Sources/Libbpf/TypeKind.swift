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
