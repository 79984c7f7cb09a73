/// Programs of real libraries: a client and a server, with a log of what the client asked for.
extension LibraryCase {
  /// systemd's busctl, which makes a connection for each call, on a bus of its own.
  static let busctlScript = #"""
    import json, os, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    address = "unix:path=" + folder + "bus"
    open(folder + "bus.conf", "w").write(f'<busconfig><type>session</type><listen>{address}</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>')
    daemon = subprocess.Popen(["dbus-daemon", "--config-file=" + folder + "bus.conf", "--nofork"], stderr=subprocess.DEVNULL)
    while not os.path.exists(folder + "bus"): time.sleep(0.01)
    name, target = "org.freedesktop.DBus", "org.freedesktop.DBus /org/freedesktop/DBus"
    log = []
    for i in range(count // 2):
        member, *arguments = [["ListNames"], ["GetId"], ["NameHasOwner", "s", name], ["GetNameOwner", "s", "org.example.Nobody"]][i % 4]
        start = time.monotonic_ns()
        status = subprocess.run(["busctl", "--address=" + address, "call", name, "/org/freedesktop/DBus", name, member, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        took = time.monotonic_ns() - start
        log.append([name + ".Hello", target, "ok", took])
        log.append([f"{name}.{member}", target, "error" if status else "ok", took])
    daemon.terminate(); daemon.wait()
    json.dump(log, open(folder + "log", "w"))
    """#

  /// The Python library of Varlink on both sides; some answers have several parts.
  static let varlinkScript = #"""
    import json, os, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    address = "unix:" + folder + "v.sock"
    import varlink
    if len(sys.argv) > 3:
        open(folder + "org.example.count.varlink", "w").write("""interface org.example.count
    method Add(a: int, b: int) -> (sum: int)
    method Count(to: int) -> (number: int)
    error Odd (a: int)
    """)
        service = varlink.Service(vendor="example", product="count", version="1", url="http://example.org", interface_dir=folder)
        class Odd(varlink.VarlinkError):
            def __init__(self, a): super().__init__({"error": "org.example.count.Odd", "parameters": {"a": a}})
        @service.interface("org.example.count")
        class Count:
            def Add(self, a, b):
                if a == 3: raise Odd(a)
                return {"sum": a + b}
            def Count(self, to, _more=False):
                for number in range(to): yield {"number": number, "_continues": number + 1 < to}
        class Handler(varlink.RequestHandler): service = service
        with varlink.ThreadingServer(address, Handler) as server: server.serve_forever()
    else:
        server = subprocess.Popen([sys.executable, __file__, folder, "0", "serve"])
        while not os.path.exists(folder + "v.sock"): time.sleep(0.02)
        log = []
        def timed(method, function):
            start = time.monotonic_ns()
            try: function(); status = "ok"
            except varlink.VarlinkError: status = "error"
            log.append([method, None, status, time.monotonic_ns() - start])
        with varlink.Client(address=address) as client, client.open("org.example.count") as count_interface:
            for i in range(count):
                if i % 10 == 5: timed("org.example.count.Count", lambda: list(count_interface.Count(4, _more=True)))
                else: timed("org.example.count.Add", lambda: count_interface.Add(i % 10, 1))
        server.terminate(); server.wait()
        json.dump(log, open(folder + "log", "w"))
    """#

  /// QEMU, whose monitor speaks JSON in lines; it runs nothing.
  static let qmpScript = #"""
    import json, os, socket, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    path = folder + "qmp.sock"
    machine = subprocess.Popen(["qemu-system-x86_64", "-S", "-M", "none", "-nodefaults", "-display", "none", "-qmp", f"unix:{path},server=on,wait=off"])
    while not os.path.exists(path): time.sleep(0.02)
    client = socket.socket(socket.AF_UNIX); client.connect(path)
    lines = client.makefile("r")
    lines.readline()
    log = []
    def ask(method, **more):
        start = time.monotonic_ns()
        client.sendall(json.dumps({"execute": method, **more}).encode() + b"\n")
        while True:
            answer = json.loads(lines.readline())
            if "event" not in answer: break
        log.append([method, None, "error" if "error" in answer else "ok", time.monotonic_ns() - start])
    ask("qmp_capabilities")
    for i in range(count - 2):
        if i % 10 == 3: ask("no-such-command", id=f"x{i}")
        elif i % 100 == 5: ask("query-qmp-schema")
        else: ask(["query-status", "query-version", "query-name"][i % 3], id=i)
    ask("quit")
    machine.wait()
    json.dump(log, open(folder + "log", "w"))
    """#
}
