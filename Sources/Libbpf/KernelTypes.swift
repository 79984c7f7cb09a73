import CLibbpf

/// Type information (BTF) of the running kernel.
public struct KernelTypes: ~Copyable {
  private let handle: OpaquePointer

  /// `BTF_KIND_VAR` (include/uapi/linux/btf.h), which both that header and libbpf's define, so that Swift cannot choose.
  private static let variable: UInt32 = 14

  /// Reads `/sys/kernel/btf/vmlinux`; nil if there is none.
  public init?() {
    guard let handle = btf__load_vmlinux_btf() else { return nil }
    self.handle = handle
  }

  deinit { btf__free(handle) }

  /// Whether the kernel has a tracepoint: each has a type `btf_trace_NAME` (include/trace/bpf_probe.h).
  public borrowing func hasTracepoint(_ name: String) -> Bool {
    find("btf_trace_\(name)", UInt32(BTF_KIND_TYPEDEF)) != nil
  }

  /// Whether a struct has a member of its own; those of anonymous members are not looked at.
  public borrowing func hasMember(_ name: String, of structure: String) -> Bool {
    guard let type = find(structure, UInt32(BTF_KIND_STRUCT)), let members = btf_members(type) else {
      return false
    }
    return (0..<Int(btf_vlen(type))).contains { index in
      guard let text = btf__name_by_offset(handle, members[index].name_off) else { return false }
      return String(cString: text) == name
    }
  }

  /// Whether the types name a variable; most name those that each CPU has its own of, and no others.
  public borrowing func hasVariable(_ name: String) -> Bool {
    find(name, Self.variable) != nil
  }

  private borrowing func find(_ name: String, _ kind: UInt32) -> UnsafePointer<btf_type>? {
    let id = btf__find_by_name_kind(handle, name, kind)
    return id > 0 ? btf__type_by_id(handle, UInt32(id)) : nil
  }
}
