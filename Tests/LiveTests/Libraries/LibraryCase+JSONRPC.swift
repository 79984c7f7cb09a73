/// Programs of real libraries: a client and a server, with a log of what the client asked for.
extension LibraryCase {
  /// The official SDK of the Model Context Protocol: a server with two tools over stdio, and a client that calls them.
  static let mcpScript = #"""
    import asyncio, json, sys, time
    if sys.argv[1:] == ["serve"]:
        from mcp.server.mcpserver import MCPServer
        server = MCPServer("sums")
        @server.tool()
        def add(a: int, b: int) -> int: return a + b
        @server.tool()
        def fail(why: str) -> str: raise ValueError(why)
        server.run()
    else:
        from mcp import ClientSession, StdioServerParameters
        from mcp.client.stdio import stdio_client
        log = []
        async def call(session, name, arguments):
            start = time.monotonic_ns()
            result = await session.call_tool(name, arguments)
            log.append(["tools/call", name, "error" if result.is_error else "ok", time.monotonic_ns() - start])
        async def main(count):
            async with stdio_client(StdioServerParameters(command=sys.executable, args=[__file__, "serve"])) as (read, write):
                async with ClientSession(read, write) as session:
                    await session.initialize()
                    await session.list_tools()
                    for i in range(count): await call(session, "fail" if i % 10 == 3 else "add", {"why": "no"} if i % 10 == 3 else {"a": i, "b": 1})
                    await asyncio.gather(*(call(session, "add", {"a": i, "b": 2}) for i in range(50)))
        asyncio.run(main(int(sys.argv[2])))
        json.dump(log, open(sys.argv[1] + "log", "w"))
    """#

  /// pygls: a language server over stdio, and its client.
  static let lspScript = #"""
    import asyncio, json, sys, time
    from lsprotocol import types
    if sys.argv[1] == "serve":
        try: from pygls.lsp.server import LanguageServer
        except ImportError: from pygls.server import LanguageServer
        server = LanguageServer("words", "1")
        @server.feature(types.TEXT_DOCUMENT_HOVER)
        def hover(params): return types.Hover(contents=types.MarkupContent(types.MarkupKind.PlainText, "x" * params.position.line))
        @server.feature(types.TEXT_DOCUMENT_COMPLETION)
        def complete(params): raise ValueError("no completions")
        server.start_io()
    else:
        try: from pygls.lsp.client import BaseLanguageClient as Client
        except ImportError: from pygls.lsp.client import LanguageClient as Client
        folder, count = sys.argv[1], int(sys.argv[2])
        log = []
        async def main():
            client = Client("tester", "1")
            await client.start_io(sys.executable, __file__, "serve")
            await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
            for i in range(count):
                place = dict(text_document=types.TextDocumentIdentifier("file:///a"), position=types.Position(i % 300, 0))
                start = time.monotonic_ns()
                method = "textDocument/hover"
                try:
                    if i % 10 == 3:
                        method = "textDocument/completion"
                        await client.text_document_completion_async(types.CompletionParams(**place))
                    else: await client.text_document_hover_async(types.HoverParams(**place))
                    status = "ok"
                except Exception: status = "error"
                log.append([method, None, status, time.monotonic_ns() - start])
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()
        asyncio.run(main())
        json.dump(log, open(folder + "log", "w"))
    """#
}
