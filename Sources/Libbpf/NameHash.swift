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
