import CLibbpf

/// An attached program; giving it up detaches it.
public struct BPFLink: ~Copyable {
  private let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }

  deinit { bpf_link__destroy(handle) }

  /// Descriptor of the link.
  public var descriptor: Int32 { bpf_link__fd(handle) }
}
