import CLibbpf

/// What the running kernel's BPF offers, found by trying.
public enum Features {
  /// Whether there are ring buffers (Linux 5.8).
  public static var hasRing: Bool { libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1 }
}
