/// Who acts in made-up records.
struct FuzzThread: Hashable {
  let tgid: UInt32
  let tid: UInt32
  let name: String

  /// Two threads of one process, two processes, and two that have no numbers in this pid namespace.
  static let all = [
    FuzzThread(tgid: 10, tid: 10, name: "ann"), FuzzThread(tgid: 10, tid: 11, name: "amy"),
    FuzzThread(tgid: 20, tid: 20, name: "bob"), FuzzThread(tgid: 30, tid: 30, name: "two\n\"lines\u{1b}"),
    FuzzThread(tgid: 0, tid: 0, name: "out"), FuzzThread(tgid: 0, tid: 0, name: "off"),
  ]
}
