import Foundation

/// What the figures were measured on.
struct Machine {
  static func description(hook: SyscallProgram.Hook) -> String {
    let cpu = value(of: "model name", in: "/proc/cpuinfo") ?? "unknown CPU"
    let memory = value(of: "MemTotal", in: "/proc/meminfo").flatMap { Int($0.filter(\.isNumber)) } ?? 0
    var name = utsname()
    uname(&name)
    let kernel = withUnsafeBytes(of: &name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let load =
      (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first ?? "?"
    return """
      \(ProcessInfo.processInfo.activeProcessorCount) × \(cpu), \(memory >> 20) GiB; Linux \(kernel); \
      ipcdump's programs: \(hook.rawValue); load average at the end: \(load)
      """
  }

  private static func value(of key: String, in file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
  }

  /// First line of what a program says its version is; nil if it is missing.
  static func version(of program: String, folder: TemporaryFolder) -> String? {
    let file = folder.file("version")
    guard let child = try? ChildProcess([program, "--version"], output: file),
      (try? child.wait())?.status == 0
    else { return nil }
    return folder.text("version").split(separator: "\n").first.map(String.init)
  }
}
