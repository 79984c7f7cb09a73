/// Names of what a BPF object has, each list sorted: the symbols of an ELF file (elf(5)), by libbpf's conventions for
/// sections.
public struct ObjectNames: Sendable, Equatable {
  /// Programs that say by their names where they belong.
  public private(set) var programs: [String] = []
  /// Programs that the kernel runs over what there is (`SEC("iter/…")`).
  public private(set) var iterators: [String] = []
  /// Maps, but for those that hold variables.
  public private(set) var maps: [String] = []

  /// Reads the table of symbols.
  ///
  /// - Parameter object: A file of 64 bits, little-endian.
  /// - Throws: ``ObjectNamesError`` if it is none, or ends too early.
  public init(object: [UInt8]) throws(ObjectNamesError) {
    let file = ELFFile(bytes: object)
    guard object.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw .noObject }
    let sections = try file.sections()
    for table in sections where table.type == ELFFile.symbolTable {
      guard table.link < sections.count else { throw .incomplete }
      for symbol in try file.symbols(in: table) where symbol.section < sections.count {
        let name = try file.string(at: symbol.name, in: sections[table.link])
        add(name, symbol, in: sections[symbol.section].name)
      }
    }
    programs.sort()
    iterators.sort()
    maps.sort()
  }

  private mutating func add(_ name: String, _ symbol: ELFFile.Symbol, in section: String) {
    switch symbol.type {
    case ELFFile.function where section.hasPrefix("iter/"): iterators.append(name)
    // Functions that programs call are in .text.
    case ELFFile.function where section != ".text": programs.append(name)
    case ELFFile.object where section == ".maps": maps.append(name)
    default: break
    }
  }
}

/// Why an object's names cannot be read.
public enum ObjectNamesError: Error {
  /// It is no little-endian ELF file of 64 bits.
  case noObject
  /// It points behind its own end.
  case incomplete
}

/// The parts of an ELF file that names stand in (elf(5), struct Elf64_Ehdr and others).
private struct ELFFile {
  struct Section {
    var name: String
    let nameOffset: Int
    let type: UInt32
    let offset: Int
    let size: Int
    let link: Int
  }

  struct Symbol {
    let name: Int
    let type: UInt8
    let section: Int
  }

  /// SHT_SYMTAB
  static let symbolTable: UInt32 = 2
  /// STT_OBJECT
  static let object: UInt8 = 1
  /// STT_FUNC
  static let function: UInt8 = 2

  let bytes: [UInt8]

  /// All sections, with their names.
  func sections() throws(ObjectNamesError) -> [Section] {
    let start = try number(at: 0x28, size: 8)
    let entrySize = try number(at: 0x3A, size: 2)
    var sections: [Section] = []
    for index in 0..<(try number(at: 0x3C, size: 2)) {
      let entry = start + index * entrySize
      sections.append(
        Section(
          name: "", nameOffset: try number(at: entry, size: 4),
          type: UInt32(try number(at: entry + 4, size: 4)),
          offset: try number(at: entry + 0x18, size: 8), size: try number(at: entry + 0x20, size: 8),
          link: try number(at: entry + 0x28, size: 4)))
    }
    let names = try number(at: 0x3E, size: 2)
    guard names < sections.count else { throw .incomplete }
    for index in sections.indices {
      sections[index].name = try string(at: sections[index].nameOffset, in: sections[names])
    }
    return sections
  }

  /// The entries of a table of symbols, 24 bytes each.
  func symbols(in table: Section) throws(ObjectNamesError) -> [Symbol] {
    var symbols: [Symbol] = []
    for start in stride(from: table.offset, to: table.offset + table.size - 23, by: 24) {
      symbols.append(
        Symbol(
          name: try number(at: start, size: 4), type: UInt8(try number(at: start + 4, size: 1) & 0xF),
          section: try number(at: start + 6, size: 2)))
    }
    return symbols
  }

  /// The string that begins at a place of a section, up to its NUL.
  func string(at place: Int, in section: Section) throws(ObjectNamesError) -> String {
    let start = section.offset + place
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: 0) else { throw .incomplete }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private func number(at place: Int, size: Int) throws(ObjectNamesError) -> Int {
    guard place >= 0, place <= bytes.count - size else { throw .incomplete }
    return (0..<size).reversed().reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
  }
}
