import Foundation
import Testing

extension LiveTests {
  /// `--messages` and `--calls` of messages that are written in every possible way.
  @Suite(.serialized) struct MessageShapesTests {
    /// A server that answers lines of JSON-RPC, and two clients that write to it, of which the first one has a log: for each
    /// call its id, the way, and the bytes of request and answer.
    private static let script = #"""
      import ctypes, json, mmap, os, struct, sys
      libc = ctypes.CDLL(None, use_errno=True)
      class Ring:
          # The least of io_uring(7) that writes and reads: one entry at a time, which is waited for.
          def __init__(self):
              parameters = bytearray(120)
              self.fd = libc.syscall(425, 1, (ctypes.c_char * 120).from_buffer(parameters))
              if self.fd < 0: raise OSError(ctypes.get_errno(), "io_uring_setup")
              (self.sq_tail, self.sq_mask, self.sq_array) = (struct.unpack_from("I", parameters, 40 + 4 * i)[0] for i in (1, 2, 6))
              (self.cq_head, self.cq_tail, self.cq_mask, self.cqes) = (struct.unpack_from("I", parameters, 80 + 4 * i)[0] for i in (0, 1, 2, 5))
              self.sq, self.cq, self.sqes = (mmap.mmap(self.fd, 4096, offset=offset) for offset in (0, 0x8000000, 0x10000000))
          def run(self, operation, fd, buffer):
              address = ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))
              self.sqes[:64] = struct.pack("BBHiQQI", operation, 0, 0, fd, 2 ** 64 - 1, address, len(buffer)).ljust(64, b"\0")
              tail = struct.unpack_from("I", self.sq, self.sq_tail)[0]
              struct.pack_into("I", self.sq, self.sq_array, 0)
              struct.pack_into("I", self.sq, self.sq_tail, tail + 1)
              libc.syscall(426, self.fd, 1, 1, 1, None, 0)
              head = struct.unpack_from("I", self.cq, self.cq_head)[0]
              mask = struct.unpack_from("I", self.cq, self.cq_mask)[0]
              result = struct.unpack_from("i", self.cq, self.cqes + 16 * (head & mask) + 8)[0]
              struct.pack_into("I", self.cq, self.cq_head, head + 1)
              return result
      there, to_server = os.pipe()
      to_client, here = os.pipe()
      if os.fork() == 0:
          os.close(to_server); os.close(to_client)
          waiting = []
          for line in os.fdopen(there, "rb"):
              try: asked = json.loads(line)
              except ValueError: continue
              # Fifty at once are answered the other way round.
              if asked["method"] == "held": waiting.append(asked)
              else: waiting = [asked]
              if asked["method"] == "held" and len(waiting) < 50: continue
              for asked in reversed(waiting):
                  answer = {"jsonrpc": "2.0", "id": asked["id"], "result": "x" * asked["params"]["answer"]}
                  text = (json.dumps(answer) + "\n").encode()
                  while text: text = text[os.write(here, text):]
              waiting = []
          os._exit(0)
      os.close(there); os.close(here)
      ring = Ring()
      log, asked = [], {}
      def request(method, number, padding=0, answer=10):
          text = (json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": {"answer": answer, "padding": "p" * padding}}) + "\n").encode()
          asked[number] = (method, len(text))
          return text
      unread = b""
      def receive(read=lambda: os.read(to_client, 1 << 16)):
          global unread
          while b"\n" not in unread: unread += read()
          line, unread = unread.split(b"\n", 1)
          number = json.loads(line)["id"]
          log.append([number, *asked[number], len(line) + 1])
      def write(text):
          while text: text = text[os.write(to_server, text):]
      for byte in request("bytes", 0): os.write(to_server, bytes([byte]))
      receive(lambda: os.read(to_client, 1))
      os.write(to_server, b"".join(request("coalesced", number) for number in range(1, 21)))
      for _ in range(20): receive()
      if os.fork() == 0:
          write(request("long", 21, padding=3 << 20, answer=3 << 20))
          os._exit(0)
      request("long", 21, padding=3 << 20, answer=3 << 20)
      receive()
      os.wait()
      text = request("vector", 22)
      os.writev(to_server, [text[:1], text[1:30], b"", text[30:31], text[31:]])
      receive()
      text = bytearray(request("ring", 23))
      assert ring.run(23, to_server, text) == len(text)
      def read():
          buffer = bytearray(7)
          return bytes(buffer[:ring.run(22, to_client, buffer)])
      receive(read)
      for number in range(100, 150): write(request("held", number))
      for _ in range(50): receive()
      # Two writers, whose whole lines come between each other's.
      numbers = range(1000, 1200)
      other = os.fork()
      if other == 0:
          for number in numbers[1::2]: write(request("two", number))
          os._exit(0)
      for number in numbers[::2]: write(request("two", number))
      for number in numbers[1::2]: request("two", number)
      for _ in numbers: receive()
      os.waitpid(other, 0)
      # And two that write into each other's line.
      broken, whole = request("broken", 50), request("whole", 51)
      write(broken[:20]); write(whole); write(broken[20:])
      write(b"no JSON\n")
      write(request("last", 52))
      receive()
      os.close(to_server)
      os.wait()
      json.dump(log, open(sys.argv[1] + "/log", "w"))
      """#

    private struct LoggedCall: Decodable {
      let words: String
      let method: String

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        let id = try list.decode(Int.self)
        method = try list.decode(String.self)
        words = "\(method) \(id) \(try list.decode(Int.self)) \(try list.decode(Int.self))"
      }
    }

    @Test(arguments: Hook.allCases)
    func `are whole however they were written, and calls have their answers`(_ hook: Hook) async throws {
      let session = try Session()
      let lines = try await session.messages(
        of: Self.script, ["--messages", "--calls", "-t", "pipe", hook.option])
      let log = try JSONDecoder().decode([LoggedCall].self, from: session.folder.contents("log"))
      let calls = lines.filter { $0.type == "call" && $0.meta.status == "ok" }
      func words(_ call: MessageLine) -> String {
        "\(call.meta.method ?? "") \(call.meta.id ?? "") \(call.meta.requestBytes ?? 0) \(call.meta.responseBytes ?? 0)"
      }
      #expect(log.count == 275)
      #expect(calls.map(words).sorted() == log.map(\.words).sorted())
      #expect(calls.allSatisfy { $0.truncated == nil && $0.meta.durationNs ?? 0 > 0 })
      // Who wrote which of the two's is known.
      let two = calls.filter { $0.meta.method == "two" }
      let writers = Dictionary(grouping: two) { $0.srcPid }.mapValues {
        $0.compactMap { Int($0.meta.id ?? "") }
      }
      #expect(writers.count == 2 && writers.values.allSatisfy { $0.count == 100 })
      #expect(writers.values.allSatisfy { ids in ids.allSatisfy { $0 % 2 == ids[0] % 2 } })
      // What is no message is told once, line by line.
      let noise = lines.filter { $0.meta.role == "data" }
      #expect(
        noise.count == 3 && noise.allSatisfy { $0.meta.malformed != nil && $0.meta.protocol == "json-rpc" })
      #expect(noise.last?.meta.count == "no JSON\n".utf8.count)
      #expect(lines.filter { $0.meta.role == "request" }.count == log.count)
    }
  }
}
