import ByteOutput
import IPCFormats
import IPCWaits
import Testing

@Suite("A list of channels")
struct ChannelListTests {
  /// A client at a server's socket, a pipe between them, and what a list leaves out.
  private static let graph: WaitGraph = {
    var scene = Scene()
    scene.process(100, "client", .read(4))
    scene.process(200, "server")
    for inode in [1, 2] as [UInt64] {
      var socket = SnapshotChannel(ChannelID(.unixStream, inode), name: "/run/x.sock")
      socket.peer = .channel(ChannelID(.unixStream, 3 - inode))
      (socket.unread, socket.capacity) = (inode * 10, 212_992)
      scene.snapshot.add(socket)
    }
    var listener = SnapshotChannel(ChannelID(.unixStream, 3), name: "/run/x.sock")
    listener.isListening = true
    (listener.unread, listener.capacity) = (1, 128)
    scene.snapshot.add(listener)
    var pipe = SnapshotChannel(ChannelID(.pipe, 77), name: "[77]")
    (pipe.unread, pipe.capacity) = (5, 65536)
    scene.snapshot.add(pipe)
    var remote = SnapshotChannel(ChannelID(.tcp, 9), name: "10.0.0.1:443")
    (remote.peer, remote.unread) = (.remote, 0)
    scene.snapshot.add(remote)
    scene.end(100, 4, ChannelID(.unixStream, 1))
    scene.end(100, 5, ChannelID(.tcp, 9))
    scene.end(100, 6, ChannelID(.file, 5))
    scene.writes(100, 3, pipe: 77)
    scene.end(200, 3, ChannelID(.unixStream, 3))
    scene.end(200, 4, ChannelID(.unixStream, 2))
    scene.reads(200, 5, pipe: 77)
    scene.reads(200, 6, pipe: 77)
    return scene.graph
  }()

  private func text(_ write: (inout OutputBuffer) -> Void) -> String {
    var output = OutputBuffer()
    write(&output)
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private func table(of pids: [Int32], width: Int? = nil, types: Set<String>? = nil) -> String {
    text { ChannelList(Self.graph, of: pids, types: types).appendTable(to: &$0, width: width) }
  }

  @Test func `is a table of descriptors and of who has the other ends`() {
    #expect(
      table(of: [100, 200]) == """
          FD  TYPE         CHANNEL       UNREAD     OTHER END
        100(client)
          3w  pipe         [77]          5/65536    200(server) 5
                                                    200(server) 6
          4   unix-stream  /run/x.sock   10/212992  200(server) 4
                                                    20 unread there
                                                    read for 1.00 s
          5   network      10.0.0.1:443  0          another host
        200(server)
          3   unix-stream  /run/x.sock   1/128      listens
          4   unix-stream  /run/x.sock   20/212992  100(client) 4
                                                    10 unread there
          5r  pipe         [77]          5/65536    100(client) 3
          6r  pipe         [77]          5/65536    100(client) 3

        """)
  }

  @Test func `has only the types that are asked for`() {
    let lines = table(of: [100], types: ["pipe"]).split(separator: "\n")
    #expect(lines.count == 4 && lines[2].hasPrefix("  3w  pipe  [77]"))
  }

  @Test func `is no wider than a terminal`() {
    let lines = table(of: [100, 200], width: 50).split(separator: "\n")
    #expect(lines.count == 14 && lines.allSatisfy { $0.count <= 50 })
  }

  @Test func `is an object a line as JSON`() {
    let json = text { ChannelList(Self.graph, of: [100]).appendJSON(to: &$0) }
    #expect(
      json == """
        {"pid":100,"comm":"client","fd":3,"access":"w","type":"pipe","channel":"[77]","unread":5,"capacity":65536,\
        "ends":[{"pid":200,"comm":"server","fd":5},{"pid":200,"comm":"server","fd":6}]}
        {"pid":100,"comm":"client","fd":4,"access":"rw","type":"unix-stream","channel":"/run/x.sock",\
        "path":"/run/x.sock","unread":10,"capacity":212992,"sent_unread":20,\
        "ends":[{"pid":200,"comm":"server","fd":4}],"waits":[{"tid":100,"call":"read","waiting_ns":1000000000}]}
        {"pid":100,"comm":"client","fd":5,"access":"rw","type":"network","channel":"10.0.0.1:443","unread":0,\
        "ends":[],"end":"remote"}

        """)
  }
}
