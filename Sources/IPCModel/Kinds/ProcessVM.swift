extension Kind {
  /// Memory of another process, read or written.
  public static let processVM = Kind(rawValue: 8)

  /// Meta fields of accesses to another process's memory (process_vm_readv(2), proc_pid_mem(5)).
  public enum ProcessVM {
    /// Bytes transferred.
    public static let count = MetaKey<UInt64>.count(at: 0)
    /// Whether the caller has read or written: `read`, `write`. The source is where the bytes come from.
    public static let direction = MetaKey<TextID>("direction", at: 1)
    /// First address in the other process.
    public static let address = MetaKey<UInt64>("address", at: 2)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 3)

    static let row = KindRow(
      .processVM,
      name: "process-vm",
      aliases: ["vm"],
      summary: "memory of another process, by process_vm_readv, process_vm_writev and /proc/PID/mem",
      color: .violet,
      fields: [count, direction, address, bytesMissing],
      channel: ChannelFields(.processes),
      carriesBytes: true)
  }
}
