import CLibbpf
import Glibc
import Testing

@testable import Libbpf

@Suite("A part of the kernel's types", .enabled(if: KernelTypes() != nil, "this kernel has no BTF"))
struct TypeSubsetTests {
  /// A struct as its users see it: its size, and where each member lies, those of anonymous members too.
  private struct Layout: Equatable {
    var size: Int32
    var members: [String]
  }

  /// libbpf's own reading of an image.
  private final class Reading {
    let handle: OpaquePointer

    init?(_ bytes: [UInt8]) {
      guard let handle = bytes.withUnsafeBytes({ btf__new($0.baseAddress, UInt32($0.count)) }) else {
        return nil
      }
      self.handle = handle
    }

    deinit { btf__free(handle) }

    /// All types of a kind and a name.
    func layouts(_ name: String, _ kind: TypeKind) -> [Layout] {
      (1..<btf__type_cnt(handle)).compactMap { id in
        guard let type = btf__type_by_id(handle, id), type.pointee.info >> 24 & 0x1F == kind.rawValue,
          self.name(type.pointee.name_off) == name
        else { return nil }
        return Layout(size: Int32(btf__resolve_size(handle, id)), members: members(of: type))
      }
    }

    private func name(_ offset: UInt32) -> String {
      btf__name_by_offset(handle, offset).map { String(cString: $0) } ?? ""
    }

    private func members(of type: UnsafePointer<btf_type>) -> [String] {
      let kind = TypeKind(rawValue: type.pointee.info >> 24 & 0x1F)
      guard kind == .structure || kind == .union, let members = btf_members(type) else { return [] }
      return (0..<Int(btf_vlen(type))).flatMap { index -> [String] in
        let member = members[index]
        let place = "\(name(member.name_off)) at \(member.offset)"
        guard let inner = btf__type_by_id(handle, UInt32(bitPattern: btf__resolve_type(handle, member.type)))
        else {
          return [place]
        }
        // A pointer's size is its own, whatever it points to.
        let size = btf__resolve_size(handle, member.type)
        return ["\(place), \(inner.pointee.info >> 24 & 0x1F) of \(size)"] + self.members(of: inner)
      }
    }
  }

  private static let structures = [
    "task_struct", "file", "inode", "sock", "unix_sock", "tcp_sock", "sk_buff", "pipe_inode_info", "pt_regs",
    "pid",
  ]

  private func whole() throws -> [UInt8] {
    let file = try #require(fopen(KernelTypes.path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 26)
    let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
    return Array(bytes[..<count])
  }

  private func subset(of bytes: [UInt8], _ names: [String]) throws -> [UInt8] {
    try bytes.withUnsafeBytes {
      TypeSubset(of: try #require(TypeImage($0)), named: Set(names.map { NameHash($0) })).bytes
    }
  }

  @Test func `has structs as they are`() throws {
    let bytes = try whole()
    let all = try #require(Reading(bytes))
    let some = try #require(Reading(try subset(of: bytes, Self.structures)))
    for name in Self.structures {
      let expected = all.layouts(name, .structure)
      #expect(!expected.isEmpty)
      #expect(some.layouts(name, .structure) == expected, "struct \(name)")
    }
  }

  @Test func `has enumerations with their values`() throws {
    let bytes = try whole()
    let some = try subset(of: bytes, ["bpf_func_id", "pid_type"])
    let names = ["BPF_FUNC_map_lookup_elem", "BPF_FUNC_ringbuf_output", "PIDTYPE_TGID"]
    #expect(try names.map { try value($0, in: some) } == [1, 130, 1])
  }

  @Test func `lacks what nobody asked for, and what there is not`() throws {
    let bytes = try subset(of: try whole(), ["pipe_inode_info", "no_such_type"])
    let reading = try #require(Reading(bytes))
    #expect(!reading.layouts("pipe_inode_info", .structure).isEmpty)
    #expect(reading.layouts("no_such_type", .structure).isEmpty)
    // The pipe points to it.
    #expect(reading.layouts("pipe_buffer", .structure).isEmpty)
    #expect(bytes.count < 100_000)
  }

  @Test func `is found by names without flavors`() {
    #expect(NameHash("task_struct___old") == NameHash("task_struct"))
    #expect(NameHash("task_struct__old") != NameHash("task_struct"))
    #expect(NameHash("task____old") != NameHash("task"))
    #expect(NameHash("___old") != NameHash(""))
    #expect(NameHash("task___") != NameHash("task"))
  }

  @Test(arguments: [[], [0x9F, 0xEB, 1, 0], [UInt8](repeating: 0xFF, count: 64)] as [[UInt8]])
  func `is not made of what is none`(bytes: [UInt8]) {
    bytes.withUnsafeBytes { #expect(TypeImage($0) == nil) }
  }

  @Test func `is not made of what is cut off`() throws {
    let bytes = try subset(of: try whole(), ["pid"])
    for count in 0..<bytes.count {
      Array(bytes[..<count]).withUnsafeBytes { #expect(TypeImage($0) == nil) }
    }
    bytes.withUnsafeBytes { #expect(TypeImage($0) != nil) }
  }

  /// The value of an enumerator, of whichever enumeration.
  private func value(_ name: String, in bytes: [UInt8]) throws -> UInt32? {
    try bytes.withUnsafeBytes { bytes in
      let image = try #require(TypeImage(bytes))
      for id in 1..<UInt32(image.count) {
        let type = image.words(of: id)
        guard type.word(1) >> 24 & 0x1F == TypeKind.enumeration.rawValue else { continue }
        for index in stride(from: 3, to: type.count / 4, by: 2)
        where image.name(at: type.word(index)).elementsEqual(name.utf8) { return type.word(index + 1) }
      }
      return nil
    }
  }
}
