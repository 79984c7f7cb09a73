import CLibbpf

/// What the running kernel offers BPF, found by asking or trying.
public enum Features {
  /// CPUs that there can be, also those that are plugged in later.
  public static var possibleCPUCount: UInt32 { UInt32(max(libbpf_num_possible_cpus(), 1)) }

  /// Whether there are ring buffers (Linux 5.8).
  public static var hasRing: Bool { libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1 }
}
