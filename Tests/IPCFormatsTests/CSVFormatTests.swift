import IPCModel
import TestSupport
import Testing

@testable import IPCFormats

@Suite("CSV output")
struct CSVFormatTests {
  private let time = "2026-11-20T15:04:05.123456789+00:00"

  private func header(_ details: EndDetails = []) -> String {
    var format = CSVFormat(Scene.options(details: details))
    return written { format.appendHeader(to: &$0) }
  }

  /// Rows by column name, with every row as wide as the header.
  private func table(_ body: String, _ details: EndDetails = []) throws -> [[String: String]] {
    let rows = try CSVReader.rows(of: header(details) + body)
    let names = try #require(rows.first)
    return rows.dropFirst().map { row in
      #expect(row.count == names.count)
      return Dictionary(uniqueKeysWithValues: zip(names, row))
    }
  }

  @Test func `begins with a header of every field of every kind, each once`() {
    #expect(header().hasPrefix("src_pid,src_comm,dst_pid,dst_comm,type,time,pipe_name,pipe_inode,count,"))
    #expect(
      header().hasSuffix(
        ",bytes,src_tid,dst_tid,truncated,inferred,delivered,lost_type,lost_count,lost_bytes,"
          + "src_thread,dst_thread,op,how,error\r\n"))
    let names = header().dropLast().split(separator: ",").map(String.init)
    #expect(Set(names).count == names.count)
    for field in KindRow.registry.flatMap(\.fields) { #expect(names.contains(field.name.description)) }
  }

  @Test func `begins with the columns that the documentation names`() {
    let names = """
      src_pid,src_comm,dst_pid,dst_comm,type,time,pipe_name,pipe_inode,count,num,name,code,value,\
      value_ptr,target,result,path,src_inode,dst_inode,fds,creds,received,src_port,src_serv,dst_port,dst_serv,\
      src_addr,dst_addr,tty_name,dst_sid,direction,address,request,eventfd_id,semaphore,priority,queue_inode,key,id,mtype,sem,delta,waited_ns,object,size,access,offset,family,group,src_cid,dst_cid,bytes_missing,bytes,src_tid,dst_tid,truncated,inferred,delivered,lost_type,\
      lost_count,lost_bytes,src_thread,dst_thread,op,how,error
      """
    #expect(header() == names + "\r\n")
  }

  @Test func `tells a transfer in one row`() throws {
    var scene = Scene()
    let row = scene.show(scene.pipe(), as: CSVFormat.self)
    #expect(row.hasPrefix("4321,sh,4322,cat,pipe,\(time),<anonymous>,123,6,"))
    #expect(row.hasSuffix(",,4321,4323,false,,true,,,,,,,,\r\n"))
    let cells = try table(row)[0].filter { !$0.value.isEmpty }
    #expect(
      cells == [
        "src_pid": "4321", "src_comm": "sh", "dst_pid": "4322", "dst_comm": "cat", "type": "pipe",
        "time": time, "pipe_name": "<anonymous>", "pipe_inode": "123", "count": "6", "src_tid": "4321",
        "dst_tid": "4323",
        "truncated": "false", "delivered": "true",
      ])
  }

  @Test func `puts fields of each kind in their columns`() throws {
    var scene = Scene()
    let cells = try table(scene.show(scene.signal(), as: CSVFormat.self, content: []))[0]
    #expect(cells["num"] == "37")
    #expect(cells["name"] == "SIGRTMIN+3")
    #expect(cells["code"] == "SI_QUEUE")
    #expect(cells["value"] == "-7")
    #expect(cells["result"] == "")
    #expect(cells["pipe_inode"] == "")
    #expect(cells["bytes"] == "")
    #expect(cells["truncated"] == "false")
  }

  @Test func `shares the column of a field that several kinds have`() {
    let columns = CSVColumns([
      [MetaField("a", .number, at: 0), MetaField("count", .number, at: 1)],
      [MetaField("count", .number, at: 0), MetaField("b", .text, at: 1)],
    ])
    #expect(columns.names.map(\.description) == ["a", "count", "b"])
    let rows = (0..<2).map { columns.cells[columns.row(of: Kind(rawValue: UInt8($0)))] }
    #expect(rows.map { $0.map(\.position) } == [[0, 1], [0, 1]])
    #expect(rows.map { $0.map(\.column) } == [[0, 1], [1, 2]])
  }

  @Test func `tells of unknown ends and of what is uncertain`() throws {
    var scene = Scene()
    let traits: Event.Traits = [.inferredSource, .inferredDestination, .undelivered, .incomplete]
    let cells = try table(scene.show(scene.pipe(to: .unknown, traits: traits), as: CSVFormat.self))[0]
    #expect(cells["dst_pid"] == "-1")
    #expect(cells["dst_comm"] == "<unknown>")
    #expect(cells["dst_tid"] == "-1")
    #expect(cells["inferred"] == "src dst")
    #expect(cells["delivered"] == "false")
    #expect(cells["truncated"] == "true")
  }

  @Test func `carries contents in base64 up to the limit`() throws {
    var scene = Scene()
    let event = scene.pipe()
    let content = Array("hello\n".utf8)
    let whole = try table(scene.show(event, as: CSVFormat.self, content: content))[0]
    #expect(whole["bytes"] == "aGVsbG8K")
    #expect(whole["truncated"] == "false")
    let options = Scene.options(byteLimit: 2)
    let cut = try table(scene.show(event, as: CSVFormat.self, content: content, options: options))[0]
    #expect(cut["bytes"] == "aGU=")
    #expect(cut["truncated"] == "true")
  }

  @Test func `says why bytes are missing, and has none`() throws {
    var scene = Scene()
    let cells = try table(scene.show(scene.incomplete(because: "spliced"), as: CSVFormat.self))[0]
    #expect(cells["bytes_missing"] == "spliced")
    #expect(cells["bytes"] == "")
    #expect(cells["count"] == "6")
  }

  @Test func `tells what is typed into a terminal`() throws {
    var scene = Scene()
    let row = scene.show(scene.typing(), as: CSVFormat.self, content: Array("ls\r".utf8))
    let cells = try table(row)[0]
    #expect(cells["type"] == "pty")
    #expect(cells["tty_name"] == "pts/3")
    #expect(cells["dst_sid"] == "4300")
    #expect(cells["direction"] == "input")
    #expect(cells["bytes"] == "bHMN")
  }

  @Test func `tells a thread's name behind all, where it is not the process's`() throws {
    var scene = Scene()
    let row = scene.show(scene.pipe(to: Scene.logger), as: CSVFormat.self)
    let cells = try table(row)[0]
    #expect(cells["dst_comm"] == "rsyslogd" && cells["dst_thread"] == "in:imuxsock")
    #expect(cells["src_comm"] == "sh" && cells["src_thread"] == "")
  }

  @Test func `tells behind all what has become of an end`() throws {
    var scene = Scene()
    let cells = try table(scene.show(scene.closed(), as: CSVFormat.self))[0]
    #expect(cells["op"] == "close" && cells["how"] == "write" && cells["error"] == "")
    #expect(cells["pipe_inode"] == "123" && cells["count"] == "" && cells["bytes"] == "")
  }

  @Test
  func
    `tells behind what is known of processes what else was asked for of both ends, in columns of their own`()
    throws
  {
    var scene = Scene()
    let details: EndDetails = [.descriptor, .arguments, .container]
    #expect(
      header(details).hasSuffix(
        ",dst_thread,src_fd,dst_fd,src_args,dst_args,src_container,dst_container,src_ns_pid,dst_ns_pid"
          + ",op,how,error\r\n"))
    let options = Scene.options(details: details)
    let cells = try table(scene.show(scene.described(), as: CSVFormat.self, options: options), details)[0]
    #expect(cells["src_fd"] == "1" && cells["dst_fd"] == "0" && cells["dst_container"] == "0123456789ab")
    #expect(cells["src_ns_pid"] == "" && cells["dst_ns_pid"] == "7")
    #expect(cells["src_args"] == #"sh -c echo "a", > b"# && cells["dst_args"] == "")
    let loss = show(lossOf: 1, nil, bytes: 0, as: CSVFormat.self, options: options)
    #expect(try table(loss, details)[0]["dst_container"] == "")
  }

  @Test(arguments: nastyTexts)
  func `reads back whatever a process calls itself`(text: [UInt8]) throws {
    var scene = Scene()
    let source = Endpoint(pid: 1, tid: 1, comm: Comm("a,\"\n"))
    let rows = try table(scene.show(scene.pipe(named: text, from: source), as: CSVFormat.self))
    #expect(rows.count == 1)
    #expect(rows[0]["pipe_name"] == String(decoding: text, as: UTF8.self))
    #expect(rows[0]["src_comm"] == "a,\"\n")
    #expect(rows[0]["count"] == "6")
  }

  @Test func `keeps all 64 bits of numbers`() throws {
    var scene = Scene()
    let pipe = try table(scene.show(scene.pipe(inode: .max), as: CSVFormat.self))[0]
    #expect(pipe["pipe_inode"] == "18446744073709551615")
    let signal = try table(scene.show(scene.signal(value: .min), as: CSVFormat.self))[0]
    #expect(signal["value"] == "-9223372036854775808")
  }

  @Test func `tells a loss in a row of its own`() throws {
    let row = show(lossOf: 17, nil, bytes: 8_704, as: CSVFormat.self)
    let cells = try table(row)[0].filter { !$0.value.isEmpty }
    #expect(
      cells == ["type": "lost", "time": time, "lost_type": "all", "lost_count": "17", "lost_bytes": "8704"])
  }
}
