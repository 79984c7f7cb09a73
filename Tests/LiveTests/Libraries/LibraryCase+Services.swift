/// Programs of real libraries: a client and a server, with a log of what the client asked for.
extension LibraryCase {
  /// grpcio over a unix socket: unary calls, one in ten of which fails.
  static let grpcScript = #"""
    import json, subprocess, sys, time
    from concurrent import futures
    import grpc
    if sys.argv[1] == "serve":
        class Handler(grpc.GenericRpcHandler):
            def service(self, details):
                def say(request, context):
                    if request == b"bad": context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")
                    return request
                return grpc.unary_unary_rpc_method_handler(say)
        server = grpc.server(futures.ThreadPoolExecutor(4))
        server.add_generic_rpc_handlers((Handler(),))
        server.add_insecure_port(sys.argv[2])
        server.start()
        print("ready", flush=True)
        sys.stdin.read()
        server.stop(None)
    else:
        folder, count = sys.argv[1], int(sys.argv[2])
        address = "unix:" + folder + "g.sock"
        server = subprocess.Popen([sys.executable, __file__, "serve", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        server.stdout.readline()
        log = []
        with grpc.insecure_channel(address) as channel:
            for i in range(count):
                method = f"/demo.Echo/Say{i % 3}"
                call = channel.unary_unary(method)
                start = time.monotonic_ns()
                try: call(b"bad" if i % 10 == 3 else b"x" * (i % 500)); status = "ok"
                except grpc.RpcError: status = "error"
                log.append([method, address[5:].strip("/").replace("/", "%2F"), status, time.monotonic_ns() - start])
        server.stdin.close()
        server.wait()
        json.dump(log, open(folder + "log", "w"))
    """#

  /// dbus-fast on both sides of a bus of its own.
  static let dbusScript = #"""
    import asyncio, json, os, subprocess, sys, time
    folder = sys.argv[1]
    address = "unix:path=" + folder + "bus"
    from dbus_fast.aio import MessageBus
    from dbus_fast import Message, MessageType
    from dbus_fast.service import ServiceInterface, method
    if len(sys.argv) > 3:
        class Echo(ServiceInterface):
            @method()
            def Say(self, what: "s") -> "s": return what
        async def serve():
            bus = await MessageBus(bus_address=address).connect()
            bus.export("/echo", Echo("org.example.Echo"))
            await bus.request_name("org.example.Echo")
            print("ready", flush=True)
            await bus.wait_for_disconnect()
        try: asyncio.run(serve())
        except (EOFError, OSError): pass
    else:
        count = int(sys.argv[2])
        config = folder + "bus.conf"
        open(config, "w").write(f'<busconfig><type>session</type><listen>{address}</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>')
        daemon = subprocess.Popen(["dbus-daemon", "--config-file=" + config, "--nofork"], stderr=subprocess.DEVNULL)
        while not os.path.exists(folder + "bus"): time.sleep(0.01)
        service = subprocess.Popen([sys.executable, __file__, folder, "0", "serve"], stdout=subprocess.PIPE)
        service.stdout.readline()
        log = []
        async def main():
            bus = await MessageBus(bus_address=address).connect()
            for i in range(count):
                member = "Nothing" if i % 10 == 3 else "Say"
                message = Message(destination="org.example.Echo", path="/echo", interface="org.example.Echo", member=member, signature="s", body=["x" * (i % 200)])
                start = time.monotonic_ns()
                reply = await bus.call(message)
                status = "error" if reply.message_type is MessageType.ERROR else "ok"
                log.append(["org.example.Echo." + member, "org.example.Echo /echo", status, time.monotonic_ns() - start])
            bus.disconnect()
        asyncio.run(main())
        daemon.terminate(); daemon.wait(); service.wait()
        json.dump(log, open(folder + "log", "w"))
    """#

  /// httpx and aiohttp: a server on a unix socket, 50 requests at a time.
  static let httpScript = #"""
    import asyncio, json, os, subprocess, sys, time
    if sys.argv[1] == "serve":
        from aiohttp import web
        async def answer(request):
            await asyncio.sleep(0.0005 * (len(request.path) % 5))
            return web.Response(text="x" * 100, status=404 if "none" in request.path else 200)
        app = web.Application(); app.router.add_route("*", "/{tail:.*}", answer)
        web.run_app(app, path=sys.argv[2], print=None)
    else:
        import httpx
        folder, count = sys.argv[1], int(sys.argv[2])
        path = folder + "web.sock"
        server = subprocess.Popen([sys.executable, __file__, "serve", path])
        while not os.path.exists(path): time.sleep(0.02)
        log = []
        async def ask(client, i):
            method, where = ("POST", f"/post/{i}") if i % 3 == 0 else ("GET", f"/none/{i}" if i % 7 == 0 else f"/page/{i}")
            start = time.monotonic_ns()
            response = await client.request(method, "http://here" + where, content=b"b" * 200 if method == "POST" else None)
            log.append([f"{method} {where}", "here", "error" if response.status_code >= 400 else "ok", time.monotonic_ns() - start])
        async def main():
            async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=path, limits=httpx.Limits(max_connections=50))) as client:
                for start in range(0, count, 50): await asyncio.gather(*(ask(client, i) for i in range(start, start + 50)))
        asyncio.run(main())
        server.terminate(); server.wait()
        json.dump(log, open(folder + "log", "w"))
    """#
}
