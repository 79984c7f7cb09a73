extension WaitScenes {
  /// Hangs over channels and processes.
  static let transfers = #"""
    @scene
    def subprocess_stderr():
        out, err = pipe(), pipe()
        process("parent", lambda: read(out[0]), out[0], err[0])
        process("child", lambda: os.write(err[1], BIG), out[1], err[1])
    @scene
    def own_write_end():
        p = pipe()
        process("a", lambda: read(p[0]), *p)
    @scene
    def both_read():
        p, q = pipe(), pipe()
        process("a", lambda: read(p[0]), p[0], q[1])
        process("b", lambda: read(q[0]), q[0], p[1])
    @scene
    def both_write():
        p, q = pipe(), pipe()
        process("a", lambda: os.write(p[1], BIG), p[1], q[0])
        process("b", lambda: os.write(q[1], BIG), q[1], p[0])
    @scene
    def full_sockets():
        a, b = pair()
        process("a", lambda: a.sendall(BIG), a)
        process("b", lambda: b.sendall(BIG), b)
    @scene
    def packets():
        a, b = pair(socket.SOCK_SEQPACKET)
        process("a", lambda: a.recv(1), a)
        process("b", lambda: b.recv(1), b)
    @scene
    def ring():
        pipes = [pipe() for _ in range(5)]
        for i in range(5):
            process("abcde"[i], lambda i=i: read(pipes[i][0]), pipes[i][0], pipes[i - 1][1])
    @scene
    def knot():
        pipes = [pipe() for _ in range(3)]
        for i in range(3):
            others = [pipes[j][1] for j in range(3) if j != i]
            process("abc"[i], lambda i=i: read(pipes[i][0]), pipes[i][0], *others)
    @scene
    def poll_two():
        p, q, r = pipe(), pipe(), pipe()
        def wait():
            poll = select.poll(); poll.register(p[0], select.POLLIN); poll.register(q[0], select.POLLIN); poll.poll()
        process("a", wait, p[0], q[0], r[1])
        process("b", lambda: read(r[0]), p[1], r[0])
        process("c", lambda: read(r[0]), q[1], r[0])
    @scene
    def select_crosswise():
        p, q = pipe(), pipe()
        process("a", lambda: select.select([p[0]], [], []), p[0], q[1])
        process("b", lambda: select.select([q[0]], [], []), q[0], p[1])
    @scene
    def select_to_write():
        p, q = pipe(), pipe()
        fill(p[1])
        process("a", lambda: select.select([], [p[1]], []), p[1], q[0])
        process("b", lambda: os.write(q[1], BIG), p[0], q[1])
    @scene
    def nested_epoll():
        p, q = pipe(), pipe()
        def wait():
            inner, outer = select.epoll(), select.epoll()
            inner.register(p[0], select.EPOLLIN); outer.register(inner.fileno(), select.EPOLLIN); outer.poll()
        process("a", wait, p[0], q[1])
        process("b", lambda: read(q[0]), q[0], p[1])
    @scene
    def parent_waits():
        p, q = pipe(), pipe()
        def parent():
            child = os.fork()
            if child == 0:
                os.close(p[1]); read(p[0]); os._exit(0)
            os.write(q[1], struct.pack("i", child)); os.close(q[1])
            os.waitpid(child, 0)
        process("parent", parent, p[0], p[1], q[1])
        roles["child"] = struct.unpack("i", os.read(q[0], 4))[0]
    @scene
    def waits_for_any_child():
        p, q = pipe(), pipe()
        def parent():
            for _ in range(2):
                child = os.fork()
                if child == 0:
                    os.close(p[1]); read(p[0]); os._exit(0)
                os.write(q[1], struct.pack("i", child))
            os.close(q[1])
            os.wait()
        process("parent", parent, p[0], p[1], q[1])
        roles["one"], roles["two"] = struct.unpack("ii", os.read(q[0], 4) + os.read(q[0], 4))
    @scene
    def multiprocessing_queue():
        note = pipe()
        code = '''
    import multiprocessing, os, sys
    queue = multiprocessing.Queue()
    def put(): queue.put("x" * (1 << 20))
    child = multiprocessing.Process(target=put)
    child.start()
    os.write(%d, b"%%10d" %% child.pid)
    os.close(%d)
    child.join()
    ''' % (note[1], note[1])
        parent = subprocess.Popen([sys.executable, "-c", code], pass_fds=[note[1]], stdin=subprocess.DEVNULL)
        roles["parent"] = parent.pid
        os.close(note[1]); opened.remove(note[1])
        roles["child"] = int(os.read(note[0], 10))
    @scene
    def eventfds():
        e = [keep(os.eventfd(0)), keep(os.eventfd(0))]
        process("a", lambda: os.read(e[0], 8), *e)
        process("b", lambda: os.read(e[1], 8), *e)
    @scene
    def full_backlog():
        server, p = keep(socket.socket(socket.AF_UNIX)), pipe()
        server.bind("s"); server.listen(0)
        first = keep(socket.socket(socket.AF_UNIX)); first.connect("s")
        def client():
            socket.socket(socket.AF_UNIX).connect("s")
        process("client", client, p[1], first)
        process("server", lambda: read(p[0]), server, p[0])
    @scene
    def not_accepted():
        server, p = keep(socket.socket(socket.AF_UNIX)), pipe()
        server.bind("s"); server.listen(5)
        def client():
            s = socket.socket(socket.AF_UNIX); s.connect("s"); s.recv(1)
        process("client", client, p[1])
        process("server", lambda: read(p[0]), server, p[0])
    @scene
    def not_accepted_tcp():
        server, p = keep(socket.socket()), pipe()
        server.bind(("127.0.0.1", 0)); server.listen(5)
        port = server.getsockname()[1]
        def client():
            s = socket.socket(); s.connect(("127.0.0.1", port)); s.recv(1)
        process("client", client, p[1])
        process("server", lambda: read(p[0]), server, p[0])
    @scene
    def full_datagrams():
        receiver, p = keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)), pipe()
        receiver.bind("d")
        def send():
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            while True: s.sendto(b"x", "d")
        process("sender", send, p[1])
        process("receiver", lambda: read(p[0]), receiver, p[0])
    @scene
    def tcp():
        server = keep(socket.socket()); server.bind(("127.0.0.1", 0)); server.listen(1)
        a = keep(socket.socket()); a.connect(server.getsockname()); b = keep(server.accept()[0])
        process("a", lambda: a.recv(1), a)
        process("b", lambda: b.recv(1), b)
    @scene
    def tcp_full():
        server = keep(socket.socket()); server.bind(("127.0.0.1", 0)); server.listen(1)
        a = keep(socket.socket()); a.connect(server.getsockname()); b = keep(server.accept()[0])
        process("a", lambda: [a.sendall(BIG) for _ in range(64)], a)
        process("b", lambda: [b.sendall(BIG) for _ in range(64)], b)
    @scene
    def udp():
        a, b = keep(socket.socket(type=socket.SOCK_DGRAM)), keep(socket.socket(type=socket.SOCK_DGRAM))
        a.bind(("127.0.0.1", 0)); b.bind(("127.0.0.1", 0)); a.connect(b.getsockname()); b.connect(a.getsockname())
        process("a", lambda: a.recv(1), a)
        process("b", lambda: b.recv(1), b)
    @scene
    def terminal():
        master, slave = keep(*os.openpty())
        p = pipe()
        tty.setraw(slave)
        process("program", lambda: read(slave), slave, p[1])
        process("emulator", lambda: read(p[0]), master, p[0])
    @scene
    def terminal_full():
        master, slave = keep(*os.openpty())
        p = pipe()
        tty.setraw(slave)
        process("program", lambda: os.write(slave, BIG), slave, p[1])
        process("emulator", lambda: read(p[0]), master, p[0])
    @scene
    def pidfd():
        p, go = pipe(), pipe()
        first = process("a", lambda: read(p[0]), p[0])
        def wait():
            fd = os.pidfd_open(first); poll = select.poll(); poll.register(fd, select.POLLIN); poll.poll()
        process("b", wait, p[1])
    @scene
    def fifos():
        os.mkfifo("f"); os.mkfifo("g")
        f, g = os.open("f", os.O_RDWR), os.open("g", os.O_RDWR)
        fr, fw, gr, gw = keep(os.open("f", os.O_RDONLY), os.open("f", os.O_WRONLY), os.open("g", os.O_RDONLY), os.open("g", os.O_WRONLY))
        os.close(f); os.close(g)
        process("a", lambda: read(fr), fr, gw)
        process("b", lambda: read(gr), gr, fw)
    @scene
    def debugger():
        p = pipe()
        first = process("program", sleep, p[1])
        def trace():
            libc.ptrace(16, first, None, None)
            os.waitpid(first, 0x40000000)
            read(p[0])
        process("debugger", trace, p[0])
    @scene
    def splice():
        p, q, r = pipe(), pipe(), pipe()
        process("a", lambda: os.splice(p[0], q[1], 100), p[0], q[1], r[1])
        process("b", lambda: read(r[0]), p[1], q[0], r[0])
    @scene
    def two_deadlocks():
        p, q, r, s = pipe(), pipe(), pipe(), pipe()
        process("a", lambda: read(p[0]), p[0], q[1]); process("b", lambda: read(q[0]), q[0], p[1])
        process("c", lambda: read(r[0]), r[0], s[1]); process("d", lambda: read(s[0]), s[0], r[1])
    @scene
    def behind():
        p, q, r = pipe(), pipe(), pipe()
        process("client", lambda: read(r[0]), r[0])
        process("server", lambda: os.write(q[1], BIG), r[1], q[1])
        process("logger", lambda: read(p[0]), *p, q[0])
    @scene
    def two_stuck_threads():
        p, q = pipe(), pipe()
        def body(): threads(lambda: read(p[0]), lambda: read(q[0]))
        process("a", body, *p, *q)
    @scene
    def own_pipe_blocked_signal():
        p = pipe()
        def body():
            signal.signal(signal.SIGTERM, lambda *_: None)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            select.select([p[0]], [], [])
        process("a", body, *p)
    @scene
    def handler_does_not_rescue_a_read():
        p = pipe()
        def body():
            signal.signal(signal.SIGTERM, lambda *_: None)
            read(p[0])
        process("a", body, *p)
    """#
}
