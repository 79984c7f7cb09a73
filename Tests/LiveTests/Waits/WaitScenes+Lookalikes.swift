extension WaitScenes {
  /// What looks like a hang over channels, and can end.
  static let liveTransfers = #"""
    @moving
    def slow_pipeline():
        p, q = pipe(), pipe()
        def write():
            while True: os.write(p[1], b"x"); time.sleep(0.004)
        def copy():
            while True: os.write(q[1], os.read(p[0], 1))
        def take():
            while True: os.read(q[0], 1)
        process("a", write, p[1]); process("b", copy, p[0], q[1]); process("c", take, q[0])
    @moving
    def busy_writer():
        p = pipe()
        def spin():
            while True: pass
        process("a", lambda: read(p[0]), p[0]); process("b", spin, p[1])
    @scene
    def sleeping_writer():
        p = pipe()
        process("a", lambda: read(p[0]), p[0], *p); process("b", sleep, p[1])
    @scene
    def poll_with_time():
        p = pipe()
        process("a", lambda: select.select([p[0]], [], [], 3600), *p)
    @scene
    def epoll_with_time():
        p = pipe()
        def body():
            e = select.epoll(); e.register(p[0], select.EPOLLIN); e.poll(3600)
        process("a", body, *p)
    @scene
    def another_thread():
        p = pipe()
        process("a", lambda: threads(lambda: read(p[0]), sleep), *p)
    @scene
    def idle_server():
        s = keep(socket.socket(socket.AF_UNIX)); s.bind("s"); s.listen(5)
        process("server", lambda: s.accept(), s)
    @scene
    def idle_tcp_server():
        s = keep(socket.socket()); s.bind(("127.0.0.1", 0)); s.listen(5)
        process("server", lambda: s.accept(), s)
    @scene
    def event_loop():
        s = keep(socket.socket(socket.AF_UNIX)); s.bind("s"); s.listen(5)
        c = keep(socket.socket(socket.AF_UNIX)); c.connect("s"); d = keep(s.accept()[0])
        def serve():
            e = select.epoll(); e.register(s, select.EPOLLIN); e.register(d, select.EPOLLIN); e.poll()
        process("client", lambda: c.recv(1), c)
        process("server", serve, s, d)
    @scene
    def self_pipe():
        p = pipe()
        def body():
            signal.signal(signal.SIGTERM, lambda *_: None)
            select.select([p[0]], [], [])
        process("a", body, *p)
    @scene
    def signalfd():
        p = pipe()
        def body():
            mask = ctypes.create_string_buffer(128); libc.sigemptyset(mask); libc.sigaddset(mask, 10)
            libc.sigprocmask(0, mask, None)
            os.read(libc.signalfd(-1, mask, 0), 128)
        process("a", body, p[1]); process("b", lambda: read(p[0]), p[0])
    @scene
    def timerfd():
        def body():
            fd = libc.timerfd_create(1, 0)
            libc.timerfd_settime(fd, 0, struct.pack("qqqq", 0, 0, 3600, 0), None)
            os.read(fd, 8)
        process("a", body)
    @scene
    def timerfd_in_epoll():
        p = pipe()
        def body():
            fd = libc.timerfd_create(1, 0)
            libc.timerfd_settime(fd, 0, struct.pack("qqqq", 0, 0, 3600, 0), None)
            e = select.epoll(); e.register(fd, select.EPOLLIN); e.register(p[0], select.EPOLLIN); e.poll()
        process("a", body, *p)
    @scene
    def receive_timeout():
        a, b = pair()
        def body(s):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 3600, 0)); s.recv(1)
        process("a", lambda: body(a), a); process("b", lambda: body(b), b)
    @scene
    def crosswise_fifo_opens():
        os.mkfifo("f"); os.mkfifo("g")
        process("a", lambda: (os.open("f", os.O_RDONLY), os.open("g", os.O_WRONLY)))
        process("b", lambda: (os.open("g", os.O_RDONLY), os.open("f", os.O_WRONLY)))
    @scene
    def own_fifo():
        os.mkfifo("f"); f = keep(os.open("f", os.O_RDWR))
        process("a", lambda: read(f), f)
    @scene
    def bound_datagrams():
        d = keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)); d.bind("d")
        process("a", lambda: d.recv(1), d)
    @scene
    def udp_server():
        d = keep(socket.socket(type=socket.SOCK_DGRAM)); d.bind(("127.0.0.1", 0))
        process("a", lambda: d.recv(1), d)
    @scene
    def stopped_writer():
        p = pipe()
        process("a", lambda: read(p[0]), p[0])
        process("b", lambda: os.kill(os.getpid(), signal.SIGSTOP), p[1])
    @scene
    def live_terminal():
        master, slave = keep(*os.openpty())
        tty.setraw(slave)
        s = keep(socket.socket(socket.AF_UNIX)); s.bind("s"); s.listen(5)
        process("program", lambda: read(slave), slave)
        process("emulator", lambda: select.select([master, s], [], []), master, s)
    """#

  /// The same over locks, timers, children and what else can be waited for.
  static let liveOwners = #"""
    @scene
    def held_lock():
        ready = pipe()
        def hold(): file_lock("flock")(0); os.write(ready[1], b"x"); os.close(ready[1]); sleep()
        def want(): os.read(ready[0], 1); file_lock("flock")(0)
        process("a", hold, ready[1]); process("b", want, ready[0])
    @scene
    def held_process_lock():
        ready = pipe()
        def hold(): file_lock("fcntl")(0); os.write(ready[1], b"x"); os.close(ready[1]); sleep()
        def want(): os.read(ready[0], 1); file_lock("fcntl")(0)
        process("a", hold, ready[1]); process("b", want, ready[0])
    @scene
    def alarm():
        p = pipe()
        def body(): signal.alarm(3600); read(p[0])
        process("a", body, *p)
    @scene
    def interval_timer():
        p = pipe()
        def body():
            signal.signal(signal.SIGALRM, lambda *_: None); signal.setitimer(signal.ITIMER_REAL, 3600); read(p[0])
        process("a", body, *p)
    @scene
    def posix_timer():
        p = pipe()
        def body():
            timer = ctypes.c_void_p()
            libc.timer_create(1, None, ctypes.byref(timer))
            libc.timer_settime(timer, 0, struct.pack("qqqq", 0, 0, 3600, 0), None)
            read(p[0])
        process("a", body, *p)
    @scene
    def held_mutex():
        m, ready = Mutexes(), pipe()
        def hold(): m.lock(0); os.write(ready[1], b"x"); os.close(ready[1]); sleep()
        def want(): os.read(ready[0], 1); m.lock(0)
        process("a", hold, ready[1]); process("b", want, ready[0])
    @scene
    def timed_semaphore():
        s = Semaphores(0)
        process("a", lambda: s.timed(0, -1, 3600))
    @scene
    def unknown_semaphore():
        s = Semaphores(0)
        process("a", lambda: s.change((0, -1)))
    @scene
    def unknown_queue():
        q = Queue()
        process("a", lambda: q.receive())
    @scene
    def own_posix_queue():
        q = MQ(0)
        process("a", lambda: q.receive(), q.fd)
    @scene
    def sleeping_child():
        q = pipe()
        def parent():
            child = os.fork()
            if child == 0: os.close(q[1]); sleep()
            os.write(q[1], struct.pack("i", child)); os.close(q[1]); os.waitpid(child, 0)
        process("parent", parent, q[1])
        roles["child"] = struct.unpack("i", os.read(q[0], 4))[0]
    @scene
    def pausing():
        p = pipe()
        process("a", signal.pause, p[1]); process("b", lambda: signal.sigwait([signal.SIGUSR1]), p[1])
        process("c", lambda: read(p[0]), p[0])
    @scene
    def inotify():
        p = pipe()
        def body():
            fd = libc.inotify_init(); libc.inotify_add_watch(fd, b".", 0x100); os.read(fd, 100)
        process("a", body, p[1]); process("b", lambda: read(p[0]), p[0])
    @scene
    def any_of_two():
        p, q = pipe(), pipe()
        process("a", lambda: select.select([p[0], q[0]], [], []), p[0], *q, q[1])
        process("b", lambda: threads(sleep), p[1])
    @scene
    def in_flight():
        p, (a, b) = pipe(), pair()
        socket.send_fds(a, [b"x"], [p[1]])
        os.close(p[1]); opened.remove(p[1])
        process("a", lambda: read(p[0]), p[0])
        process("b", sleep, a, b)
    @scene
    def live_debugger():
        first = process("program", sleep)
        def trace():
            libc.ptrace(16, first, None, None); os.waitpid(first, 0x40000000); sleep()
        process("debugger", trace)
    @scene
    def event_of_a_thread():
        e = keep(os.eventfd(0))
        process("a", lambda: threads(lambda: os.read(e, 8), sleep), e)
    @scene
    def daemon_keeps_output():
        p, q = pipe(), pipe()
        def command():
            child = os.fork()
            if child == 0:
                os.dup2(p[1], 1); os.close(p[1]); os.close(q[1]); sleep()
            os.write(q[1], struct.pack("i", child)); os._exit(0)
        starter = process("command", command, p[1], q[1])
        os.waitpid(starter, 0); del roles["command"]
        roles["daemon"] = struct.unpack("i", os.read(q[0], 4))[0]
        process("shell", lambda: read(p[0]), p[0])
    @scene
    def pipeline():
        p = pipe()
        def first(): os.dup2(p[1], 1); os.close(p[1]); sleep()
        def second(): os.dup2(p[0], 0); os.close(p[0]); os.read(0, 1)
        process("sleep", first, p[1]); process("cat", second, p[0])
    """#
}
