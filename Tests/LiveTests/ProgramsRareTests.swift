import Foundation
import Testing

extension LiveTests {
  /// Programs that use the rarer kinds: debuggers, a listener as of udev, queues.
  @Suite(.serialized) struct ProgramsRareTests {
    @Test(arguments: Hook.allCases)
    func `strace attaches to a process and reads what it writes`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["strace"])
      let trace = try await script.trace(
        """
        mkfifo go
        start target sh -c 'read word < go; echo "hello to strace"'
        read target < target.pid
        start strace strace -o seen -p $target
        until_true grep -qE 'TracerPid:.[1-9]' /proc/$target/status
        echo > go
        finish target
        finish strace
        """, hook: hook, kinds: "vm,pt")
      let target = try trace.pid("target"), strace = try trace.pid("strace")
      // It tries first with a child of its own whether the kernel can.
      let attached = trace.events.filter { $0.type == "ptrace" && $0.dstPid == target }
      #expect(attached.map(\.meta.request) == ["seize"])
      #expect(attached.first?.srcPid == strace)
      let read = trace.events.filter { $0.type == "process-vm" }
      #expect(read.allSatisfy { $0.srcPid == target && $0.dstPid == strace && $0.meta.direction == "read" })
      #expect(read.contains { $0.bytes?.range(of: Data("hello to strace".utf8)) != nil })
    }

    @Test(arguments: Hook.allCases)
    func `gdb attaches to a process and reads its memory`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["gdb"])
      let trace = try await script.trace(
        """
        start target sleep 60
        read target < target.pid
        until_true grep -q sleep /proc/$target/comm
        run gdb gdb -nx -batch -p $target -ex 'x/4xb $sp' -ex detach > said 2>&1
        stop target
        """, hook: hook, kinds: "vm,pt")
      let target = try trace.pid("target"), gdb = try trace.pid("gdb")
      let attached = trace.events.filter { $0.type == "ptrace" && $0.dstPid == target }
      #expect(attached.filter { $0.meta.request == "attach" }.map(\.srcPid) == [gdb])
      #expect(trace.events.contains { $0.type == "process-vm" && $0.srcPid == target && $0.dstPid == gdb })
    }

    /// Python without packages: the kernel's groups, and the C library's queues.
    private static let listener = """
      import os, socket, sys
      s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
      s.bind((0, 2))
      open(sys.argv[1], 'w').close()
      s.recv(8192)
      """

    @Test(arguments: Hook.allCases)
    func `listeners as of udev get what is passed on to their group`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["python3"])
      try script.session.folder.create("listener.py", Self.listener)
      let sending = "import socket; socket.socket(16, 3, 15).sendto(b'libudev' + bytes(80), (0, 2))"
      let trace = try await script.trace(
        """
        start first python3 listener.py first.up
        start second python3 listener.py second.up
        until_true test -e first.up
        until_true test -e second.up
        run sender python3 -c "\(sending)"
        finish first
        finish second
        """, hook: hook, kinds: "nl")
      let (first, second, sender) = (
        try trace.pid("first"), try trace.pid("second"), try trace.pid("sender")
      )
      #expect(Set(trace.events.map(\.dstPid)) == [first, second] && trace.events.count == 2)
      #expect(trace.events.allSatisfy { $0.srcPid == sender && $0.inferred == nil })
      #expect(trace.events.allSatisfy { $0.meta.family == "kobject-uevent" && $0.meta.group == 2 })
      #expect(trace.events.allSatisfy { $0.bytes == Data("libudev".utf8) + Data(count: 80) })
    }

    private static let queue = """
      import ctypes, os, sys
      libc = ctypes.CDLL(None, use_errno=True)
      name = sys.argv[2].encode()
      q = libc.mq_open(name, os.O_RDWR | os.O_CREAT, 0o600, None)
      if sys.argv[1] == 'send':
          for priority in (1, 5, 3):
              text = b'priority %d' % priority
              libc.mq_send(q, text, len(text), priority)
      else:
          room = ctypes.create_string_buffer(65536)
          for _ in range(3):
              libc.mq_receive(q, room, 65536, None)
          libc.mq_unlink(name)
      """

    @Test(arguments: Hook.allCases)
    func `Python sends to a POSIX queue by priority`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["python3"])
      try script.session.folder.create("queue.py", Self.queue)
      let trace = try await script.trace(
        """
        run sender python3 queue.py send /ipcdump-$$
        run receiver python3 queue.py receive /ipcdump-$$
        """, hook: hook, kinds: "mq")
      let sender = try trace.pid("sender"), receiver = try trace.pid("receiver")
      #expect(trace.events.map(\.meta.priority) == [5, 3, 1])
      #expect(trace.events.allSatisfy { $0.srcPid == sender && $0.dstPid == receiver })
      #expect(trace.events.first?.bytes == Data("priority 5".utf8))
    }

    private static let sysv = """
      import ctypes, sys
      libc = ctypes.CDLL(None, use_errno=True)
      message = (ctypes.c_char * 64)()
      message[:13] = (7).to_bytes(8, 'little') + b'hello'
      if sys.argv[1] == 'send':
          libc.msgsnd(int(sys.argv[2]), message, 5, 0)
      else:
          libc.msgrcv(int(sys.argv[2]), message, 56, 0, 0)
      """

    @Test(arguments: Hook.allCases)
    func `a queue of ipcmk has the id and the key that ipcs shows`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["python3", "ipcmk", "ipcs", "ipcrm"])
      try script.session.folder.create("sysv.py", Self.sysv)
      let trace = try await script.trace(
        """
        ipcmk -Q > made
        id=$(sed 's/.*: //' made)
        ipcs -q | awk -v id=$id '$2 == id { print $1 }' > key
        run sender python3 sysv.py send $id
        run receiver python3 sysv.py receive $id
        ipcrm -q $id
        """, hook: hook, kinds: "sm")
      let sender = try trace.pid("sender"), receiver = try trace.pid("receiver")
      #expect(trace.events.map(\.srcPid) == [sender] && trace.events.map(\.dstPid) == [receiver])
      let meta = try #require(trace.events.first?.meta)
      let folder = script.session.folder
      #expect(try folder.text("made").hasSuffix(": \(meta.id ?? 0)\n"))
      #expect(try folder.text("key") == "\(meta.key ?? "")\n")
      #expect(meta.mtype == 7 && trace.events.first?.bytes == Data("hello".utf8))
    }

    private static let segment = """
      import ctypes, os, sys, time
      libc = ctypes.CDLL(None, use_errno=True)
      libc.shmat.restype = ctypes.c_void_p
      place = libc.shmat(int(sys.argv[1]), None, 0)
      open(sys.argv[2], 'w').close()
      while not os.path.exists(sys.argv[3]): time.sleep(0.01)
      libc.shmdt(ctypes.c_void_p(place))
      """

    @Test(arguments: Hook.allCases)
    func `a segment of ipcmk is shared by as many as ipcs counts`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["python3", "ipcmk", "ipcs", "ipcrm"])
      try script.session.folder.create("segment.py", Self.segment)
      let trace = try await script.trace(
        """
        ipcmk -M 10000 > made
        id=$(sed 's/.*: //' made)
        start first python3 segment.py $id first.up first.go
        until_true test -e first.up
        start second python3 segment.py $id second.up second.go
        until_true test -e second.up
        ipcs -m | awk -v id=$id '$2 == id { print $1, $6 }' > counted
        touch second.go
        finish second
        touch first.go
        finish first
        ipcrm -m $id
        """, hook: hook, kinds: "sh")
      let first = try trace.pid("first"), second = try trace.pid("second")
      trace.trace.expectClean()
      #expect(trace.events.map(\.meta.op) == ["map", "unmap"])
      #expect(trace.events.allSatisfy { $0.srcPid == first && $0.dstPid == second })
      // Whole pages of it are mapped.
      #expect(trace.events.allSatisfy { $0.meta.size == 12288 && $0.meta.access == "rw" })
      let key = try script.session.folder.text("counted").split(separator: " ")
      #expect(key.last == "2\n")
      #expect(trace.events.allSatisfy { $0.meta.object == "sysv \(key.first ?? "")" })
    }

    private static let semaphore = """
      import ctypes, struct, sys
      operation = struct.pack('HhH', 0, int(sys.argv[2]), 0)
      ctypes.CDLL(None, use_errno=True).semop(int(sys.argv[1]), operation, 1)
      """

    @Test(arguments: Hook.allCases)
    func `who waits for a semaphore of ipcmk is let go on by who adds to it`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["python3", "ipcmk", "ipcs", "ipcrm"])
      try script.session.folder.create("semaphore.py", Self.semaphore)
      let trace = try await script.trace(
        """
        ipcmk -S 1 > made
        id=$(sed 's/.*: //' made)
        ipcs -s | awk -v id=$id '$2 == id { print $1 }' > key
        start waiter python3 semaphore.py $id -2
        waits() { ipcs -s -i $id | grep -qE '^0 +0 +1 '; }
        until_true waits
        run adder python3 semaphore.py $id 3
        finish waiter
        ipcrm -s $id
        """, hook: hook, kinds: "ss")
      let waiter = try trace.pid("waiter"), adder = try trace.pid("adder")
      trace.trace.expectClean()
      #expect(trace.events.map(\.srcPid) == [adder] && trace.events.map(\.dstPid) == [waiter])
      let meta = try #require(trace.events.first?.meta)
      #expect(try script.session.folder.text("made").hasSuffix(": \(meta.id ?? 0)\n"))
      #expect(try script.session.folder.text("key") == "\(meta.key ?? "")\n")
      #expect(meta.sem == 0 && meta.delta == 3)
    }
  }
}
