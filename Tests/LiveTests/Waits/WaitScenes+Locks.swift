extension WaitScenes {
  /// Hangs over locks, semaphores and queues.
  static let locks = #"""
    @scene
    def flocks(): crosswise(file_lock("flock"))
    @scene
    def description_locks(): crosswise(file_lock("ofd"))
    @scene
    def process_lock_and_pipe():
        p, ready = pipe(), pipe()
        def first():
            file_lock("fcntl")(0); os.write(ready[1], b"x"); os.close(ready[1]); read(p[0])
        def second():
            os.read(ready[0], 1); file_lock("fcntl")(0)
        process("a", first, p[0], ready[1])
        process("b", second, p[1], ready[0])
    @scene
    def inherited_flock():
        # Whoever has taken it has gone; the one that has inherited it waits for the one that wants it.
        fd = keep(os.open("lock", os.O_RDWR | os.O_CREAT))
        p = pipe()
        taker = os.fork()
        if taker == 0:
            fcntl.flock(fd, fcntl.LOCK_EX); os._exit(0)
        os.waitpid(taker, 0)
        process("holder", lambda: read(p[0]), fd, p[0])
        def want():
            other = os.open("lock", os.O_RDWR); fcntl.flock(other, fcntl.LOCK_EX)
        process("waiter", want, p[1])
    @scene
    def two_readers_of_a_lock():
        p, ready = pipe(), pipe()
        def hold():
            fd = os.open("lock", os.O_RDWR | os.O_CREAT); fcntl.flock(fd, fcntl.LOCK_SH); os.write(ready[1], b"x"); return fd
        def first(): hold(); os.close(ready[1]); read(p[0])
        def second(): hold(); os.close(ready[1]); sleep()
        def want():
            os.read(ready[0], 1); os.read(ready[0], 1)
            fcntl.flock(os.open("lock", os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)
        process("stuck", first, p[0], ready[1])
        process("asleep", second, ready[1])
        process("waiter", want, p[1], ready[0])
    @scene
    def semaphores():
        s = Semaphores(1, 1)
        crosswise(lambda index: s.change((index, -1)))
    @scene
    def message_queues():
        q = [Queue(), Queue()]
        def body(own, other):
            q[other].send(); q[own].receive(); q[own].receive()
        process("a", lambda: body(0, 1))
        process("b", lambda: body(1, 0))
    @scene
    def posix_queues():
        q = [MQ(0), MQ(1)]
        fds = [q[0].fd, q[1].fd]
        process("a", lambda: q[0].receive(), *fds)
        process("b", lambda: q[1].receive(), *fds)
    @scene
    def posix_queue_full():
        q, p = MQ(0), pipe()
        process("a", lambda: [q.send() for _ in range(3)], q.fd, p[0])
        process("b", lambda: os.write(p[1], BIG), q.fd, p[1])
    @scene
    def mutexes():
        m = Mutexes(); crosswise(m.lock)
    @scene
    def robust_mutexes():
        m = Mutexes(robust=True); crosswise(m.lock)
    @scene
    def inheriting_mutexes():
        # The kernel notices a circle of these alone.
        m, p, ready = Mutexes(inherits=True), pipe(), pipe()
        def hold(): m.lock(0); os.write(ready[1], b"x"); os.close(ready[1]); read(p[0])
        def want(): os.read(ready[0], 1); m.lock(0)
        process("a", hold, p[0], ready[1])
        process("b", want, p[1], ready[0])
    @scene
    def shared_semaphores():
        m = Mutexes(); m.semaphore(0); m.semaphore(1)
        process("a", lambda: m.wait(0))
        process("b", lambda: m.wait(1))
        # Whoever has the memory could post.
        libc.munmap(ctypes.c_void_p(m.start), 4096)
    @scene
    def mutexes_of_threads():
        m = Mutexes(shared=False)
        def body():
            gate = threading.Barrier(2)
            def side(own, other): m.lock(own); gate.wait(); m.lock(other)
            threads(sleep, lambda: side(0, 1), lambda: side(1, 0))
        process("a", body)
    @scene
    def locks_of_python():
        def body():
            one, two, gate = threading.Lock(), threading.Lock(), threading.Barrier(2)
            def side(own, other): own.acquire(); gate.wait(); other.acquire()
            first = threading.Thread(target=side, args=(one, two)); second = threading.Thread(target=side, args=(two, one))
            first.start(); second.start(); first.join()
        process("a", body)
    """#
}
