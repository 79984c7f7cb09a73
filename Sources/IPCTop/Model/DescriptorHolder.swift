/// A process with a descriptor of a channel.
public struct DescriptorHolder: Sendable, Equatable, Decodable {
  /// The process.
  public let pid: Int32
  /// What it is called; untrusted.
  public let comm: String
  /// The descriptor; −1 if that is not known.
  public let fd: Int32

  /// Names one.
  public init(pid: Int32, comm: String, fd: Int32) {
    self.pid = pid
    self.comm = comm
    self.fd = fd
  }
}
