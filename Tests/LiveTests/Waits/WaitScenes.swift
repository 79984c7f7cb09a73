/// Processes that wait for each other, for ever or only for a while; played by Python, which has every call at hand.
///
/// A scene is a function that forks who plays in it, each with the files that it is to have open and no others. When
/// everybody has come to rest, the pids are written to the file `roles`.
enum WaitScenes {
  /// The whole program; its arguments are a folder and a scene's name.
  static let program = [words, transfers, locks, liveTransfers, liveOwners, ending].joined(separator: "\n\n")

  /// What scenes are made of.
  static let words = #"""
    import ctypes, fcntl, json, mmap, os, pty, select, signal, socket, struct, subprocess, sys, termios, threading, time, tty

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder, name = sys.argv[1], sys.argv[2]
    os.chdir(folder)
    libc = ctypes.CDLL(None, use_errno=True)
    roles, opened, extra = {}, [], []
    BIG = b"x" * (1 << 20)

    def number(file): return file if isinstance(file, int) else file.fileno()
    def keep(*files):
        opened.extend(files)
        return files if len(files) > 1 else files[0]
    def pipe(): return keep(*os.pipe())
    def pair(kind=socket.SOCK_STREAM): return keep(*socket.socketpair(socket.AF_UNIX, kind))

    def process(role, body, *files):
        # One that runs `body` with these files and no others.
        pid = os.fork()
        if pid == 0:
            kept = {number(file) for file in files}
            for file in opened:
                if number(file) not in kept:
                    try: os.close(number(file))
                    except OSError: pass
            try: body()
            except BaseException as error: print(name, role, repr(error), file=sys.stderr, flush=True)
            finally: os._exit(0)
        roles[role] = pid
        return pid

    def fill(fd):
        os.set_blocking(fd, False)
        try:
            while True: os.write(fd, BIG)
        except BlockingIOError: pass
        os.set_blocking(fd, True)

    def settle():
        # Until everybody has come to rest; those that move on purpose get a moment.
        def mark():
            text = ""
            for pid in list(roles.values()) + extra:
                try:
                    for tid in os.listdir(f"/proc/{pid}/task"):
                        text += open(f"/proc/{pid}/task/{tid}/syscall").read() + open(f"/proc/{pid}/task/{tid}/schedstat").read()
                except (FileNotFoundError, ProcessLookupError): pass
            return text
        end, last, still = time.monotonic() + (0.7 if name in busy else 10), None, 0
        while time.monotonic() < end and still < 15:
            now = mark()
            still = still + 1 if now == last else 0
            last = now
            time.sleep(0.01)

    def threads(*bodies):
        for body in bodies[1:]: threading.Thread(target=body, daemon=True).start()
        bodies[0]()

    def sleep(): time.sleep(3600)
    def read(fd): os.read(number(fd), 1)

    # Locks of glibc, in memory that everybody shares.
    class Mutexes:
        def __init__(self, shared=True, robust=False, inherits=False):
            self.memory = mmap.mmap(-1, 4096, mmap.MAP_SHARED if shared else mmap.MAP_PRIVATE)
            self.start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
            attributes = ctypes.create_string_buffer(64)
            libc.pthread_mutexattr_init(attributes)
            libc.pthread_mutexattr_setpshared(attributes, int(shared))
            if robust: libc.pthread_mutexattr_setrobust(attributes, 1)
            if inherits: libc.pthread_mutexattr_setprotocol(attributes, 1)
            for index in range(4): libc.pthread_mutex_init(self.at(index), attributes)
        def at(self, index): return ctypes.c_void_p(self.start + 64 * index)
        def lock(self, index): libc.pthread_mutex_lock(self.at(index))
        def semaphore(self, index): libc.sem_init(self.at(index), 1, 0)
        def wait(self, index): libc.sem_wait(self.at(index))

    class Barrier:
        # Lets processes go on when all have come.
        def __init__(self, count): self.ends, self.count = os.pipe(), count; keep(*self.ends); self.go = os.pipe(); keep(*self.go)
        def files(self): return list(self.ends) + list(self.go)
        def wait(self):
            os.write(self.ends[1], b"x")
            os.read(self.go[0], 1)
            for fd in self.files(): os.close(fd)
        def open(self):
            for _ in range(self.count): os.read(self.ends[0], 1)
            os.write(self.go[1], b"x" * self.count)

    def crosswise(take, *files, second=None):
        # a takes 0, b takes 1; then each wants the other's.
        barrier = Barrier(2)
        def body(own, other):
            take(own)
            barrier.wait()
            (second or take)(other)
            sleep()
        process("a", lambda: body(0, 1), *files, *barrier.files())
        process("b", lambda: body(1, 0), *files, *barrier.files())
        barrier.open()

    def file_lock(kind):
        def take(index):
            fd = os.open(f"lock{index}", os.O_RDWR | os.O_CREAT)
            if kind == "flock": fcntl.flock(fd, fcntl.LOCK_EX)
            elif kind == "fcntl": fcntl.lockf(fd, fcntl.LOCK_EX)
            else:
                fcntl.fcntl(fd, 38, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        return take

    class Semaphores:
        def __init__(self, *values):
            self.id = libc.semget(0, len(values), 0o1600)
            for index, value in enumerate(values): libc.semctl(self.id, index, 16, value)
            removed.append(lambda: libc.semctl(self.id, 0, 0))
        def change(self, *changes):
            libc.semop(self.id, b"".join(struct.pack("Hhh", n, c, 0) for n, c in changes), len(changes))
        def timed(self, n, c, seconds):
            libc.semtimedop(self.id, struct.pack("Hhh", n, c, 0), 1, struct.pack("qq", seconds, 0))

    class Queue:
        def __init__(self):
            self.id = libc.msgget(0, 0o1600)
            removed.append(lambda: libc.msgctl(self.id, 0, None))
        def send(self, size=8): libc.msgsnd(self.id, struct.pack("q", 1) + b"x" * size, size, 0)
        def receive(self): libc.msgrcv(self.id, ctypes.create_string_buffer(9000), 8192, 0, 0)

    class MQ:
        def __init__(self, index, flags=os.O_RDWR):
            self.name = f"/why-{os.getpid() if index < 100 else 0}-{index}".encode()
            attributes = struct.pack("qqqq", 0, 2, 8, 0) + bytes(32)
            self.fd = keep(libc.mq_open(self.name, os.O_RDWR | os.O_CREAT, 0o600, attributes))
            removed.append(lambda: libc.mq_unlink(self.name))
        def send(self): libc.mq_send(self.fd, b"x", 1, 0)
        def receive(self): libc.mq_receive(self.fd, ctypes.create_string_buffer(8), 8, None)

    removed, scenes, busy = [], {}, set()
    def scene(body): scenes[body.__name__] = body; return body
    def moving(body): busy.add(body.__name__); return scene(body)
    """#

  /// Plays, and cleans up when SIGTERM comes.
  static let ending = #"""
    scenes[name]()
    for file in opened:
        try: os.close(number(file))
        except OSError: pass
    settle()
    # One that is not blocked would end this program at once (sigwait(3)), and leave the others behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    with open("roles.new", "w") as file: json.dump(roles, file)
    os.rename("roles.new", "roles")
    signal.sigwait([signal.SIGTERM])
    for pid in roles.values():
        try: os.kill(pid, signal.SIGKILL)
        except ProcessLookupError: pass
    for remove in removed: remove()
    """#
}
