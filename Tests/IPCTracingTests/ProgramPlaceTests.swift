import IPCFiltering
import IPCModel
import Testing

@testable import IPCTracing

@Suite("A program's place")
struct ProgramPlaceTests {
  @Test func `is in its name`() throws {
    let place = try #require(ProgramPlace(programName: "pipe2__exit_293_22__pipe__raw"))
    #expect(place.table == .exit)
    #expect(place.slots == [293, 22])
    #expect(place.purpose == .kind(.pipe))
    #expect(place.variant == "raw")
  }

  @Test func `of a note says the category of its tracepoint`() throws {
    let copied = try #require(ProgramPlace(programName: "copied__note_skb__sockets__raw"))
    #expect(copied.word == "skb")
    let completed = try #require(ProgramPlace(programName: "completed__note_io_uring__any__classic"))
    #expect(completed.word == "io_uring")
  }

  @Test(
    arguments: [
      ("sys_exit__door_0__any__classic", .door, nil, [0]), ("exec__trace_0__tree__any", .trace, nil, [0]),
      ("open__exit_2_85_257_437__pipe__raw", .exit, "syscall_exits", [2, 85, 257, 437]),
      ("write__enter_1__any__raw", .enter, "syscall_enters", [1]),
      ("pipe__exitfile_1__pipe__raw", .exitFile, "exit_files", [1]),
      ("pipe__enterfile_1__pipe__classic", .enterFile, "enter_files", [1]),
      ("own__door__any__any", .door, nil, []),
      ("copied__note_skb__sockets__raw", .note, nil, []),
    ] as [(String, ProgramPlace.Table, String?, [UInt32])])
  func `leads to a table, or is attached itself`(
    name: String, table: ProgramPlace.Table, map: String?, slots: [UInt32]
  ) throws {
    let place = try #require(ProgramPlace(programName: name))
    #expect(place.table == table)
    #expect(place.table.map == map)
    #expect(place.slots == slots)
  }

  @Test(
    arguments: [
      ("any", .any), ("unix", .unix), ("sockets", .sockets), ("loopback_tcp", .kind(.loopbackTCP)),
      ("contents", .contents), ("tree", .tree), ("comms", .comms), ("pipe", .kind(.pipe)),
      ("signal", .kind(.signal)),
    ] as [(String, ProgramPlace.Purpose)])
  func `says what it is of use for`(word: String, purpose: ProgramPlace.Purpose) throws {
    let place = try #require(ProgramPlace(programName: "label__trace_0__\(word)__any"))
    #expect(place.purpose == purpose)
  }

  @Test(
    arguments: [
      "", "held_channels", "own_place", "pipe__exit_1__pipe", "pipe__exit_1__pipe__btf__more",
      "pipe__exits_1__pipe__raw",
      "pipe__exit_1__pigeon__raw", "pipe____pipe__raw",
    ])
  func `is none in other names`(name: String) {
    #expect(ProgramPlace(programName: name) == nil)
  }

  private func isNeeded(
    _ name: String, _ kinds: Set<Kind>, _ scope: KernelScope, withContents: Bool = false
  ) throws -> Bool {
    try #require(ProgramPlace(programName: name))
      .isNeeded(for: Selection(kinds: kinds), scope: scope, withContents: withContents)
  }

  @Test func `for contents is taken only with them`() throws {
    #expect(try isNeeded("slots__exitfile_29__contents__raw", [.pipe], .all, withContents: true))
    #expect(try !isNeeded("slots__exitfile_29__contents__raw", [.pipe], .all))
    #expect(try !isNeeded("slots__exitfile_29__contents__raw", [.signal], .all, withContents: true))
  }

  @Test func `is taken only if its kind is traced`() throws {
    #expect(try isNeeded("pipe__exitfile_1__pipe__raw", [.pipe], .all))
    #expect(try !isNeeded("pipe__exitfile_1__pipe__raw", [.signal], .all))
    #expect(try isNeeded("generate__trace_0__signal__any", [.signal, .pipe], .all))
  }

  @Test func `that several kinds share is taken if one of them is traced`() throws {
    #expect(try isNeeded("names__exitfile_19__unix__raw", [.unixDatagram], .all))
    #expect(try !isNeeded("names__exitfile_19__unix__raw", [.loopbackTCP, .pipe], .all))
    #expect(try isNeeded("copied__note_skb__sockets__raw", [.loopbackTCP], .all))
    #expect(try !isNeeded("copied__note_skb__sockets__raw", [.pipe, .signal], .tree))
  }

  @Test func `at the door is taken only if bytes are traced`() throws {
    #expect(try isNeeded("exit__door_0__any__raw", [.pipe], .all))
    #expect(try !isNeeded("exit__door_0__any__raw", [.signal], .all), "signals have a door of their own")
  }

  @Test func `among the lives of processes is taken only if some are chosen`() throws {
    #expect(try !isNeeded("fork__trace_0__any__any", [.pipe], .all))
    #expect(try isNeeded("fork__trace_0__any__any", [.signal], .pids([1])))
    #expect(try isNeeded("exec__trace_0__tree__any", [.pipe], .tree))
    #expect(try !isNeeded("exec__trace_0__tree__any", [.pipe], .pids([1])))
    #expect(try isNeeded("rename__trace_0__comms__any", [.pipe], .comms([Comm("sh")])))
    #expect(try !isNeeded("rename__trace_0__comms__any", [.pipe], .tree))
  }
}
