import Foundation
import Libbpf

/// Counts the system calls of the whole machine, and shows the most frequent ones by their numbers; as root:
///
///     clang -target bpf -O2 -g -c count.bpf.c -o count.bpf.o
///     count-syscalls count.bpf.o [SECONDS]
@main
enum CountSyscalls {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 1 else { fail("usage: count-syscalls OBJECT [SECONDS]") }
    guard let types = KernelTypes() else { fail("this kernel has no BTF: /sys/kernel/btf/vmlinux") }
    let image = try Data(contentsOf: URL(filePath: arguments[1]))
    let counts = try image.withUnsafeBytes { image in
      var object = try BPFObject(opening: image, name: "count", types: types)
      try object.load(from: image, partCount: 1)
      let calls = try object.map(named: "count.bss").sharedMemory().assumingMemoryBound(to: UInt64.self)
      let link = try object.program(named: "count_call").attach()
      Thread.sleep(forTimeInterval: arguments.count > 2 ? Double(arguments[2]) ?? 1 : 1)
      _ = consume link  // Detaches the program.
      return (0..<512).map { (number: $0, count: calls[$0]) }
    }
    for (number, count) in counts.sorted(by: { $0.count > $1.count }).prefix(10) where count > 0 {
      print("\(number): \(count)")
    }
    print("all: \(counts.reduce(0) { $0 + $1.count })")
  }

  /// Ends with one line on standard error.
  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("count-syscalls: \(message)\n".utf8))
    exit(1)
  }
}
