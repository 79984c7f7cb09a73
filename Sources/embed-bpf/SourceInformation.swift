/// What an object tells beside its programs of their source (BTF): types, which relocations need, and lines, which nobody reads.
///
/// Lines are most of it: of each few instructions their line in the source, and the text of that, of which the kernel makes comments
/// in the verifier's log. They are left out, so that the binary is smaller and the kernel has less to check at every start. Of which
/// line an instruction is, `llvm-objdump -dS` says (CONTRIBUTING.md, "When the verifier refuses").
///
/// Layouts are those of the kernel's Documentation/bpf/btf.rst.
struct SourceInformation {
  /// The section `.BTF`: types, and the names of all.
  private(set) var types: [UInt8]
  /// The section `.BTF.ext`: what is of functions, of lines, and of relocations.
  private(set) var instructions: [UInt8]

  /// A part of `.BTF.ext`: where in the header it is described.
  private enum Part: Int {
    case functions = 8
    case lines = 16
    case relocations = 24
  }

  /// Leaves lines out, and all names that were theirs alone.
  mutating func dropLines() {
    let header = Int(number(at: 4, in: instructions))
    let functions = records(.functions), relocations = records(.relocations)
    var rest = Array(instructions[..<header])
    for (part, bytes) in [(Part.functions, functions), (.lines, []), (.relocations, relocations)] {
      set(UInt32(rest.count - header), at: part.rawValue, in: &rest)
      set(UInt32(bytes.count), at: part.rawValue + 4, in: &rest)
      rest += bytes
    }
    instructions = rest
    dropUnusedNames()
  }

  /// The bytes of a part.
  private func records(_ part: Part) -> ArraySlice<UInt8> {
    let start = Int(number(at: 4, in: instructions)) + Int(number(at: part.rawValue, in: instructions))
    return instructions[start..<start + Int(number(at: part.rawValue + 4, in: instructions))]
  }

  // MARK: - Names

  private mutating func dropUnusedNames() {
    let header = Int(number(at: 4, in: types))
    let oldStart = header + Int(number(at: 16, in: types))
    let old = types[oldStart..<oldStart + Int(number(at: 20, in: types))]
    var names: [UInt8] = [0]
    var moved: [UInt32: UInt32] = [0: 0]
    /// Where a name is from now on.
    func move(_ name: UInt32) -> UInt32 {
      if let known = moved[name] { return known }
      let place = UInt32(names.count)
      names += old[(old.startIndex + Int(name))...].prefix { $0 != 0 } + [0]
      moved[name] = place
      return place
    }
    for position in namesOfTypes() {
      set(move(number(at: position, in: types)), at: position, in: &types)
    }
    for position in namesOfInstructions() {
      set(move(number(at: position, in: instructions)), at: position, in: &instructions)
    }
    types.replaceSubrange(oldStart..., with: names)
    set(UInt32(names.count), at: 20, in: &types)
  }

  /// Where in `.BTF` names are referred to.
  private func namesOfTypes() -> [Int] {
    var places: [Int] = []
    let start = Int(number(at: 4, in: types)) + Int(number(at: 8, in: types))
    let end = start + Int(number(at: 12, in: types))
    var position = start
    while position < end {
      places.append(position)
      let information = number(at: position + 4, in: types)
      let kind = information >> 24 & 0x1F, count = Int(information & 0xFFFF)
      position += 12
      // Bytes of each member, and whether it begins with a name.
      let member: (size: Int, hasName: Bool)
      switch kind {
      // Structs, unions, enums of 64 bits.
      case 4, 5, 19: member = (12, true)
      // Enums, prototypes of functions.
      case 6, 13: member = (8, true)
      // Sections.
      case 15: member = (12, false)
      default: member = (0, false)
      }
      if member.hasName { places += (0..<count).map { position + $0 * member.size } }
      position += count * member.size
      switch kind {
      // Numbers, variables, tags of declarations.
      case 1, 14, 17: position += 4
      // Arrays.
      case 3: position += 12
      default: break
      }
    }
    return places
  }

  /// Where in `.BTF.ext` names are referred to: those of sections, and the paths of relocations.
  private func namesOfInstructions() -> [Int] {
    var places: [Int] = []
    for (part, nameInRecord) in [(Part.functions, nil), (.relocations, 8)] {
      let records = records(part)
      guard !records.isEmpty else { continue }
      let size = Int(number(at: records.startIndex, in: instructions))
      var position = records.startIndex + 4
      while position < records.endIndex {
        places.append(position)
        let count = Int(number(at: position + 4, in: instructions))
        position += 8
        if let nameInRecord { places += (0..<count).map { position + $0 * size + nameInRecord } }
        position += count * size
      }
    }
    return places
  }

  // MARK: - Numbers

  private func number(at position: Int, in bytes: [UInt8]) -> UInt32 {
    bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private func set(_ number: UInt32, at position: Int, in bytes: inout [UInt8]) {
    for index in 0..<4 { bytes[position + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index)) }
  }

  init(types: [UInt8], instructions: [UInt8]) {
    self.types = types
    self.instructions = instructions
  }
}
