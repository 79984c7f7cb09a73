/// What `ipc-load` says of its work.
struct LoadReport {
  /// Operations, in the workload's own unit.
  var count: Int
  /// From the first operation to the last, in nanoseconds.
  var nanoseconds: Double
  /// CPU time that the workload's processes used in between, in nanoseconds.
  var cpuNanoseconds: Double
  /// Messages or reads that brought bytes: the events that a tracer has to tell.
  var transfers: Int
  var bytes: Int
  /// User-space CPU time of all its processes, in seconds.
  var userSeconds: Double

  init?(_ text: String) {
    var values: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { values[words[0]] = Int(words[1]) }
    }
    guard let count = values["count"], let nanoseconds = values["nanoseconds"], let cpu = values["cpu"],
      let transfers = values["transfers"], let bytes = values["bytes"], let user = values["user"]
    else { return nil }
    self.count = count
    self.nanoseconds = Double(nanoseconds)
    cpuNanoseconds = Double(cpu)
    self.transfers = transfers
    self.bytes = bytes
    userSeconds = Double(user) / 1e9
  }
}
