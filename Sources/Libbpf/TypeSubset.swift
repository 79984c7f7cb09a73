/// Some types of an image and all that lies in them by value, as an image of its own. What they point to is `void`: a
/// relocation that goes on from there begins at the type that it expects.
struct TypeSubset {
  private let image: TypeImage
  /// Numbers here, by the number in the whole; 0 for what is left out.
  private var numbers: [UInt32]
  /// Numbers in the whole of what is kept, in the order that it has here.
  private var kept: [UInt32] = []
  private var words: [UInt32] = []
  private var strings: [UInt8] = [0]

  /// Takes all types that have one of some names; relocations choose between those of one name.
  init(of image: TypeImage, named names: Set<NameHash>) {
    self.image = image
    numbers = [UInt32](repeating: 0, count: image.count)
    for entry in image.entries where names.contains(entry.name) { _ = number(of: entry.id) }
    var next = 0
    while next < kept.count {
      append(image.words(of: kept[next]))
      next += 1
    }
  }

  /// The image's bytes.
  var bytes: [UInt8] {
    let typeSize = UInt32(words.count * 4)
    // struct btf_header: magic, version and flags, its own size, then where types and names begin and end behind it.
    let header: [UInt32] = [0x0001_EB9F, 24, 0, typeSize, typeSize, UInt32(strings.count)]
    var bytes: [UInt8] = []
    bytes.reserveCapacity((header.count + words.count) * 4 + strings.count)
    header.withUnsafeBytes { bytes.append(contentsOf: $0) }
    words.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: strings)
    return bytes
  }

  /// The number that a type has here; it gets one if it has none yet.
  private mutating func number(of id: UInt32) -> UInt32 {
    if id == 0 || id >= numbers.count { return 0 }
    if numbers[Int(id)] == 0 {
      kept.append(id)
      numbers[Int(id)] = UInt32(kept.count)
    }
    return numbers[Int(id)]
  }

  private mutating func string(_ offset: UInt32) -> UInt32 {
    if offset == 0 { return 0 }
    let start = UInt32(strings.count)
    strings.append(contentsOf: image.name(at: offset))
    strings.append(0)
    return start
  }

  /// Appends a type; its numbers and names become those of this image.
  private mutating func append(_ type: UnsafeRawBufferPointer) {
    let information = type.word(1)
    words.append(string(type.word(0)))
    switch TypeKind(information: information) {
    case .structure, .union:
      words += [information, type.word(2)]
      for member in stride(from: 3, to: type.count / 4, by: 3) {
        words += [string(type.word(member)), number(of: type.word(member + 1)), type.word(member + 2)]
      }
    case .enumeration:
      words += [information, type.word(2)]
      for value in stride(from: 3, to: type.count / 4, by: 2) {
        words += [string(type.word(value)), type.word(value + 1)]
      }
    case .wideEnumeration:
      words += [information, type.word(2)]
      for value in stride(from: 3, to: type.count / 4, by: 3) {
        words += [string(type.word(value)), type.word(value + 1), type.word(value + 2)]
      }
    case .array:
      words += [information, 0, number(of: type.word(3)), number(of: type.word(4)), type.word(5)]
    case .integer:
      words += [information, type.word(2), type.word(3)]
    case .alias, .volatile, .constant, .restrict, .typeTag:
      words += [information, number(of: type.word(2))]
    case .forward, .float:
      words += [information, type.word(2)]
    case .pointer:
      words += [information, 0]
    case .function, .prototype, .variable, .section, .declarationTag, nil:
      // None of these is part of a value. Whoever is called by that name is one without parameters.
      words += [TypeKind.prototype.rawValue << 24, 0]
    }
  }
}

/// Hash of a type's name without its flavor: `task_struct___old` is a `task_struct`, as CO-RE relocations compare names
/// (`bpf_core_essential_name_len` of libbpf). Names that differ can share one.
struct NameHash: Hashable {
  /// FNV-1a.
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Hashes a name that ends with a NUL, or with the memory.
  init(_ name: UnsafeRawBufferPointer) {
    var beforeUnderscores = self
    var underscores = 0
    for byte in name {
      if byte == 0 { break }
      if byte == UInt8(ascii: "_") {
        if underscores == 0 { beforeUnderscores = self }
        underscores += 1
      } else {
        // Three between two other characters begin a flavor.
        if underscores == 3, beforeUnderscores != NameHash() {
          self = beforeUnderscores
          return
        }
        underscores = 0
      }
      value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
  }

  /// Hashes a name.
  init(_ name: String) {
    var name = name
    self = name.withUTF8 { NameHash(UnsafeRawBufferPointer($0)) }
  }

  private init() {}
}
