import Foundation
import Testing

/// The dynamic section of a 64-bit ELF file in this machine's byte order (elf(5)).
private struct DynamicSection {
  /// Tags in the order of the file.
  let tags: [UInt64]

  /// Type of the program header that tells where the section is.
  private static let header: UInt32 = 2

  init(of file: Data) throws {
    func integer<Value: FixedWidthInteger>(at offset: UInt64, as type: Value.Type) -> Value {
      file.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(offset), as: type) }
    }
    let isELF = file.count > 64 && file.prefix(5) == Data([0x7f, 0x45, 0x4c, 0x46, 2])
    try #require(isELF, "no 64-bit ELF file")
    let table = integer(at: 32, as: UInt64.self)
    let size = UInt64(integer(at: 54, as: UInt16.self))
    let headers = (0..<UInt64(integer(at: 56, as: UInt16.self))).map { table + $0 * size }
    let dynamic = try #require(headers.first { integer(at: $0, as: UInt32.self) == Self.header })
    let start = integer(at: dynamic + 8, as: UInt64.self)
    let length = integer(at: dynamic + 32, as: UInt64.self)
    tags = stride(from: start, to: start + length, by: 16).map { integer(at: $0, as: UInt64.self) }
  }
}

extension LiveTests {
  /// What is installed: the optimised program.
  @Suite struct BinaryTests {
    private static let (needed, runPath, runPathSince): (UInt64, UInt64, UInt64) = (1, 15, 29)

    /// A library that somebody has put beside the program would run with its rights.
    @Test(
      .enabled(if: ProcessInfo.processInfo.environment["IPCDUMP_BINARY"] != nil, "looks at a release build"))
    func `the program looks for libraries where the system has them, and nowhere else`() throws {
      let section = try DynamicSection(of: Data(contentsOf: URL(filePath: Programs.ipcdump())))
      #expect(section.tags.contains(Self.needed))
      #expect(!section.tags.contains(Self.runPath) && !section.tags.contains(Self.runPathSince))
    }
  }
}
