import Glibc
import KernelPrograms
import Libbpf
import RecordLayout

/// Lets the kernel find out where the memory of a page lies, with a page of our own (bpf/record/pages.h).
struct PageProbe {
  private let shared: UnsafeMutablePointer<ipc_shared>

  /// Passes of the search; each tries 64 places a task of this pid namespace, of which there is one a GiB of memory.
  private static let passes = 64

  init(_ shared: UnsafeMutablePointer<ipc_shared>) { self.shared = shared }

  /// Searches. Where nothing is found, contents that lie in pages only are reported as missing.
  func run(in programs: borrowing LoadedPrograms) throws(BPFError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    defer { for end in ends { close(end) } }
    let pattern = UInt64.random(in: 1...UInt64.max)
    let written = withUnsafeBytes(of: pattern) { write(ends[1], $0.baseAddress, $0.count) }
    guard written == MemoryLayout<UInt64>.size else { return }
    shared.pointee.probe_pattern = pattern
    shared.pointee.probe_fd = UInt32(bitPattern: ends[0])
    let search = try programs.object.iterator(.ownPages)
    for _ in 0..<Self.passes where shared.pointee.page_constant == 0 { try search.iterate { _ in } }
  }
}
