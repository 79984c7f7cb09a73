import IPCFiltering
import IPCModel
import KernelPrograms
import ProgramNames
import RecordLayout
import Testing

@testable import IPCTracing

@Suite("A program's place")
struct ProgramPlaceTests {
  @Test func `is in its name`() throws {
    let place = try ProgramPlace(programName: "pipe2__exit_293_22__pipe__raw")
    #expect(place.table == .exit)
    #expect(place.slots == [293, 22])
    #expect(place.purpose == .kind(Kind.pipe.rawValue))
    #expect(place.variant == .raw)
  }

  @Test func `of a note says the category of its tracepoint`() throws {
    let copied = try ProgramPlace(programName: "copied__context_skb__sockets__raw")
    #expect(copied.word == "skb")
    let completed = try ProgramPlace(programName: "completed__request_io_uring__any__classic")
    #expect(completed.word == "io_uring")
  }

  @Test(
    arguments: [
      ("sys_exit__hook_0__any__classic", .hook, nil, [0]),
      ("exec__trace_0__processes__any", .trace, nil, [0]),
      ("open__exit_2_85_257_437__pipe__raw", .exit, .syscallExits, [2, 85, 257, 437]),
      ("write__enter_1__any__raw", .enter, .syscallEnters, [1]),
      ("pipe__exitstage_1__pipe__raw", .exitStage, .exitStages, [1]),
      ("pipe__enterstage_1__pipe__classic", .enterStage, .enterStages, [1]),
      ("own__hook__any__any", .hook, nil, []),
      ("copied__context_skb__sockets__raw", .context, nil, []),
    ] as [(String, ProgramPlace.Table, KernelMap?, [UInt32])])
  func `leads to a table, or is attached itself`(
    name: String, table: ProgramPlace.Table, map: KernelMap?, slots: [UInt32]
  ) throws {
    let place = try ProgramPlace(programName: name)
    #expect(place.table == table)
    #expect(place.map == map)
    #expect(place.slots == slots)
  }

  @Test(
    arguments: [
      ("any", .any), ("unix", .unix), ("sockets", .sockets),
      ("loopback_tcp", .kind(Kind.loopbackTCP.rawValue)),
      ("contents", .contents), ("processes", .processes), ("comms", .comms), ("cgroups", .cgroups),
      ("images", .images),
      ("lifecycle", .lifecycle),
      ("kernelsignals", .kernelSignals), ("exits", .exits),
      ("pipe", .kind(Kind.pipe.rawValue)),
      ("signal", .kind(Kind.signal.rawValue)),
    ] as [(String, ProgramPlace.Purpose)])
  func `says what it is of use for`(word: String, purpose: ProgramPlace.Purpose) throws {
    let place = try ProgramPlace(programName: "label__trace_0__\(word)__any")
    #expect(place.purpose == purpose)
  }

  @Test(
    arguments: [
      "", "held_channels", "own_place", "pipe__exit_1__pipe", "pipe__exit_1__pipe__btf__more",
      "pipe__exits_1__pipe__raw",
      "pipe__exit_1__pigeon__raw", "pipe____pipe__raw",
    ])
  func `is none in other names`(name: String) {
    #expect(throws: ProgramNameError.self) { try ProgramPlace(programName: name) }
  }

  private func isNeeded(
    _ name: String, _ kinds: Set<Kind>, _ scope: ProcessScope, withContents: Bool = false
  ) throws -> Bool {
    try ProgramPlace(programName: name)
      .isNeeded(for: Selection(kinds: kinds), scope: scope, withContents: withContents)
  }

  @Test func `for contents is taken only with them`() throws {
    #expect(try isNeeded("pages__exitstage_28__contents__raw", [.pipe], .all, withContents: true))
    #expect(try !isNeeded("pages__exitstage_28__contents__raw", [.pipe], .all))
    #expect(try !isNeeded("pages__exitstage_28__contents__raw", [.signal], .all, withContents: true))
  }

  @Test func `of what is told besides is taken only with that`() throws {
    func isNeeded(_ name: String, _ kinds: Set<Kind>, _ extras: Extras) throws -> Bool {
      try ProgramPlace(programName: name)
        .isNeeded(for: Selection(kinds: kinds), scope: .all, withContents: false, extras: extras)
    }
    let life = "life__hook_exit__lifecycle__raw", kernel = "kernel__trace_0__kernelsignals__any"
    #expect(try isNeeded(life, [.pipe], .lifecycle) && !isNeeded(life, [.pipe], [.images, .kernelSignals]))
    #expect(try !isNeeded(life, [.signal], .lifecycle))
    #expect(try isNeeded(kernel, [.signal], .kernelSignals) && !isNeeded(kernel, [.signal], .lifecycle))
    #expect(try !isNeeded(kernel, [.pipe], .kernelSignals))
    let exit = "exit__trace_0__exits__raw"
    #expect(try isNeeded(exit, [.pipe], .exits) && !isNeeded(exit, [.pipe], [.images, .lifecycle]))
  }

  @Test func `is taken only if its kind is traced`() throws {
    #expect(try isNeeded("pipe__exitstage_1__pipe__raw", [.pipe], .all))
    #expect(try !isNeeded("pipe__exitstage_1__pipe__raw", [.signal], .all))
    #expect(try isNeeded("generate__trace_0__signal__any", [.signal, .pipe], .all))
  }

  @Test func `that several kinds share is taken if one of them is traced`() throws {
    #expect(try isNeeded("names__exitstage_21__unix__raw", [.unixDatagram], .all))
    #expect(try !isNeeded("names__exitstage_21__unix__raw", [.loopbackTCP, .pipe], .all))
    #expect(try isNeeded("copied__context_skb__sockets__raw", [.loopbackTCP], .all))
    #expect(try !isNeeded("copied__context_skb__sockets__raw", [.pipe, .signal], .tree))
  }

  @Test func `at the hook is taken only if bytes are traced`() throws {
    #expect(try isNeeded("exit__hook_0__any__raw", [.pipe], .all))
    #expect(try !isNeeded("exit__hook_0__any__raw", [.signal], .all), "signals have a hook of their own")
  }

  @Test func `among the lives of processes is taken only if some are chosen`() throws {
    #expect(try !isNeeded("fork__trace_0__any__any", [.pipe], .all))
    #expect(try isNeeded("fork__trace_0__any__any", [.signal], .pids([1])))
    #expect(try isNeeded("exec__trace_0__processes__any", [.pipe], .tree))
    #expect(try isNeeded("exec__trace_0__processes__any", [.pipe], .pids([1])))
    #expect(try isNeeded("exec__trace_0__processes__any", [.pipe], .descendants(of: [1])))
    #expect(try !isNeeded("exec__trace_0__processes__any", [.pipe], .comms([Comm("sh")])))
    #expect(try isNeeded("exit__trace_0__exits__raw", [.pipe], .tree))
    #expect(try isNeeded("rename__trace_0__comms__any", [.pipe], .comms([Comm("sh")])))
    #expect(try isNeeded("mkdir__trace_0__cgroups__any", [.pipe], .cgroups([1])))
    #expect(try !isNeeded("mkdir__trace_0__cgroups__any", [.pipe], .users([1])))
    #expect(try !isNeeded("rename__trace_0__comms__any", [.pipe], .tree))
  }

  @Test func `calls kinds what the output calls them`() throws {
    for kind in Kind.all {
      let word = kind.row.name.description.replacing("-", with: "_")
      #expect(try ProgramPlace(programName: "label__trace_0__\(word)__any").purpose == .kind(kind.rawValue))
    }
  }

  @Test(
    arguments: [
      ("pipe__exit_1__pigeon__raw", .purpose("pigeon")), ("pipe__exits_1__pipe__raw", .table("exits")),
      ("pipe__exit_x__pipe__raw", .slots("exit_x")), ("pipe__exit__pipe__raw", .slots("exit")),
      ("pipe__exit_1__pipe__btf", .variant("btf")), ("pipe__exit_1__pipe", .form),
    ] as [(String, ProgramNameError.Cause)])
  func `is refused with what is wrong about the name`(name: String, cause: ProgramNameError.Cause) throws {
    let error = try #require(throws: ProgramNameError.self) { try ProgramPlace(programName: name) }
    #expect(error.cause == cause)
    #expect(error.description.hasPrefix("the program \(name) "))
  }

  @Test func `is listed of every embedded program`() throws {
    let names = KernelPrograms.withObject(.withFunctions) { try? ObjectNames(object: [UInt8]($0)) }
    let programs = try #require(names?.programs)
    #expect(programs.count == KernelPrograms.places.count)
    for program in programs {
      #expect(try KernelPrograms.places[program] == ProgramPlace(programName: program))
    }
  }

  @Test(arguments: [[], [0x7F, 0x45, 0x4C, 0x46, 2, 1], Array(repeating: UInt8(0xFF), count: 100)])
  func `cannot be read out of what is no object`(bytes: [UInt8]) {
    #expect(throws: ObjectNamesError.self) { try ObjectNames(object: bytes) }
  }
}
