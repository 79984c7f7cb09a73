import IPCProtocols
import IPCTracing

/// Leads from the decoders of messages, which pass over long bodies, to the kernel side, which leaves them out.
///
/// A class, because the outputs are made before the programs are loaded.
public final class KernelOmissions: BodyOmissions {
  /// Where it is said; nil until the trace begins.
  var table: OmissionTable?

  /// Leaves out nothing yet.
  public init() {}

  /// Begins to count what is read at an end.
  public func count(at end: ReadingEnd) { table?.count(end.kind, end.inode) }

  /// Leaves out the contents of bytes that are counted.
  public func omit(_ bytes: Range<UInt64>, at end: ReadingEnd) { table?.omit(end.kind, end.inode, bytes) }

  /// Wants everything again.
  public func stop(at end: ReadingEnd) { table?.stop(end.kind, end.inode) }
}
