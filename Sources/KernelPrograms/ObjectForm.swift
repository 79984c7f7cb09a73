/// Which compilation of the programs a kernel is given.
public enum ObjectForm: Sendable {
  /// Without functions of their own, for kernels that refuse tail calls beside calls: those of x86-64 before 5.10, of
  /// arm64 before 6.0, and all without the JIT.
  case withoutFunctions
  /// With functions that the verifier looks at once.
  case withFunctions
  /// The same, reading kernel memory by loads.
  ///
  /// - Parameters:
  ///   - function: Number of `bpf_rdonly_cast` in the kernel's types.
  ///   - type: Number of the type as which all is read.
  case readingDirectly(function: UInt32, type: UInt32)

  /// The object, as `EmbeddedBytes`. Not inlined, or each module that does so has the objects once more.
  @inline(never)
  var embedded: StaticString {
    switch self {
    case .withoutFunctions: embeddedObjectWithoutCalls
    case .withFunctions: embeddedObject
    case .readingDirectly: embeddedObjectWithDirectReads
    }
  }
}
