/// Programs of real libraries: a client and a server, with a log of what the client asked for.
extension LibraryCase {
  /// nginx and curl: HTTP/1 on a unix socket and on TCP, and HTTP/2; connections that are kept, HEAD, 404, bodies in chunks.
  static let nginxScript = #"""
    import json, os, socket, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    probe = socket.socket(); probe.bind(("127.0.0.1", 0)); port = probe.getsockname()[1]; probe.close()
    os.chmod(folder, 0o777)
    open(folder + "page", "w").write("x" * 100_000)
    open(folder + "nginx.conf", "w").write(f"""
    daemon off; master_process off; worker_processes 1; error_log {folder}error.log; pid {folder}nginx.pid;
    events {{ }}
    http {{
      access_log off; client_body_temp_path {folder}body; proxy_temp_path {folder}proxy; fastcgi_temp_path {folder}fastcgi;
      uwsgi_temp_path {folder}uwsgi; scgi_temp_path {folder}scgi; sendfile on; default_type text/plain; gzip_min_length 1; keepalive_requests 1000000;
      server {{
        listen unix:{folder}web.sock; listen unix:{folder}web2.sock http2; listen 127.0.0.1:{port}; root {folder};
        location /chunked {{ alias {folder}page; gzip on; }}
        location /post {{ return 200 "posted"; }}
      }}
    }}""")
    server = subprocess.Popen(["nginx", "-c", folder + "nginx.conf", "-p", folder])
    while not os.path.exists(folder + "web2.sock"): time.sleep(0.02)
    log = []
    def curl(protocol, host, *options):
        # A connection for each twenty requests; of HTTP/2, which curl 7.88 does not ask twice there, for each one.
        share = 1 if protocol == "http2" else 20
        words = ["curl", "-s", "-o", "/dev/null", "-w", "%{method} %{http_code} %{time_total}\\n", *options]
        asked = []
        for i in range(count // 3):
            if i % share == 0 and asked: run(words, protocol, host, asked); asked = []
            is_plain = protocol == "http2"
            if i % 10 == 3: asked.append((f"/none/{i}", ["-I"] if i % 20 == 3 and not is_plain else []))
            elif i % 10 == 5: asked.append(("/chunked", ["-H", "Accept-Encoding: gzip"]))
            elif is_plain or i % 2 == 0: asked.append(("/page", []))
            elif i % 10 == 1: asked.append(("/page", ["-I"]))
            elif i % 10 == 7: asked.append((f"/post/{i}", ["-d", "b" * 5000]))
            else: asked.append((f"/post/{i}", ["-X", "POST", "-H", "Transfer-Encoding: chunked", "-d", "b" * 5000]))
        run(words, protocol, host, asked)
    def run(words, protocol, host, asked):
        line = []
        for path, options in asked:
            if line: line.append("--next")
            line += words[1:] + options + [f"http://{host}{path}"]
        said = subprocess.run(["curl", *line], stdout=subprocess.PIPE, text=True, check=True).stdout
        for (path, _), told in zip(asked, said.splitlines(), strict=True):
            method, code, seconds = told.split()
            log.append([f"{method} {path}", host, "error" if int(code) >= 400 else "ok", int(float(seconds) * 1e9), protocol])
    curl("http1", "here", "--unix-socket", folder + "web.sock")
    curl("http1", f"127.0.0.1:{port}")
    curl("http2", "here", "--unix-socket", folder + "web2.sock", "--http2-prior-knowledge")
    server.terminate(); server.wait()
    json.dump(log, open(folder + "log", "w"))
    """#

  /// curl, nginx and php-fpm: each call over HTTP is one over FastCGI, too.
  static let phpScript = #"""
    import json, os, subprocess, sys, time, glob
    folder, count = sys.argv[1], int(sys.argv[2])
    os.chmod(folder, 0o777)
    open(folder + "hello.php", "w").write("<?php if ($_GET['i'] % 10 == 3) http_response_code(404); echo str_repeat('x', 3000);")
    open(folder + "php.conf", "w").write(f"""
    [global]
    error_log = {folder}php.log
    daemonize = no
    [www]
    user = nobody
    listen = {folder}php.sock
    listen.mode = 0666
    pm = static
    pm.max_children = 2
    """)
    open(folder + "nginx.conf", "w").write(f"""
    daemon off; master_process off; error_log {folder}error.log; pid {folder}nginx.pid;
    events {{ }}
    http {{
      access_log off; client_body_temp_path {folder}body; proxy_temp_path {folder}proxy; fastcgi_temp_path {folder}fastcgi;
      uwsgi_temp_path {folder}uwsgi; scgi_temp_path {folder}scgi;
      server {{
        listen unix:{folder}web.sock; root {folder};
        location ~ \\.php$ {{
          fastcgi_pass unix:{folder}php.sock; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
          fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; fastcgi_param QUERY_STRING $query_string;
          fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param CONTENT_TYPE $content_type;
        }}
      }}
    }}""")
    servers = [
        subprocess.Popen([next(iter(glob.glob("/usr/sbin/php-fpm*"))), "-y", folder + "php.conf", "-n"], stderr=subprocess.DEVNULL),
        subprocess.Popen(["nginx", "-c", folder + "nginx.conf", "-p", folder])]
    while not (os.path.exists(folder + "web.sock") and os.path.exists(folder + "php.sock")): time.sleep(0.02)
    log = []
    for start in range(0, count, 20):
        line = []
        for i in range(start, start + 20):
            if line: line.append("--next")
            post = ["-d", "b" * 5000] if i % 4 == 2 else []
            line += ["-s", "-o", "/dev/null", "-w", "%{method} %{http_code} %{time_total}\\n", "--unix-socket", folder + "web.sock", *post, f"http://here/hello.php?i={i}"]
        for told in subprocess.run(["curl", *line], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
            method, code, seconds = told.split()
            for protocol, target in (("http1", "here"), ("fastcgi", folder + "hello.php")):
                log.append([method + " /hello.php", target, "error" if int(code) >= 400 else "ok", int(float(seconds) * 1e9), protocol])
    for server in reversed(servers): server.terminate(); server.wait()
    json.dump(log, open(folder + "log", "w"))
    """#
}
