/// Programs of real libraries: a client and a server, with a log of what the client asked for.
extension LibraryCase {
  /// redis-py and redis-server, on a unix socket.
  static let redisScript = #"""
    import json, os, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    path = folder + "r.sock"
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL)
    while not os.path.exists(path): time.sleep(0.01)
    import redis
    client = redis.Redis(unix_socket_path=path)
    client.ping()
    log = []
    def timed(method, target, function, *arguments):
        start = time.monotonic_ns()
        try: function(*arguments); status = "ok"
        except redis.ResponseError: status = "error"
        log.append([method, target, status, time.monotonic_ns() - start])
    for i in range(count // 4):
        timed("SET", f"key:{i}", client.set, f"key:{i}", "v" * (i % 300))
        timed("GET", f"key:{i}", client.get, f"key:{i}")
        timed("LPUSH", f"key:{i}", client.lpush, f"key:{i}", "x")
        timed("INCRBY", "n", client.incr, "n")
    client.close()
    server.terminate(); server.wait()
    json.dump(log, open(folder + "log", "w"))
    """#

  /// psycopg and PostgreSQL, on a unix socket.
  static let postgresScript = #"""
    import json, os, subprocess, sys, time, glob, pwd
    folder, count = sys.argv[1], int(sys.argv[2])
    tools = glob.glob("/usr/lib/postgresql/*/bin")[0]
    data = folder + "data"
    user = pwd.getpwnam("postgres")
    os.chmod(folder, 0o777)
    def as_postgres(*words, **more):
        return subprocess.Popen(words, user=user.pw_uid, group=user.pw_gid, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    assert as_postgres(tools + "/initdb", "-D", data, "-A", "trust", "-N").wait() == 0
    server = as_postgres(tools + "/postgres", "-D", data, "-k", folder, "-c", "listen_addresses=")
    while not os.path.exists(folder + ".s.PGSQL.5432"): time.sleep(0.02)
    import psycopg
    log = []
    while True:
        try: connection = psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True, prepare_threshold=None); break
        except psycopg.OperationalError: time.sleep(0.05)
    def timed(sql, *arguments):
        start = time.monotonic_ns()
        try: connection.execute(sql, *arguments); status = "ok"
        except psycopg.Error: status = "error"
        log.append([sql.split()[0].upper(), sql, status, time.monotonic_ns() - start])
    timed("create table t(a int, b text)")
    for i in range(count // 3):
        timed("INSERT INTO t VALUES (1, 'x')")
        timed("select count(*) from t")
        timed("select nothing")
    connection.close()
    server.terminate(); server.wait()
    json.dump(log, open(folder + "log", "w"))
    """#

  /// PyMySQL and MariaDB, on a unix socket.
  static let mysqlScript = #"""
    import json, os, pwd, subprocess, sys, time
    folder, count = sys.argv[1], int(sys.argv[2])
    os.chmod(folder, 0o777)
    user = pwd.getpwnam("mysql")
    data, path = folder + "data", folder + "mysqld.sock"
    def as_mysql(*words):
        return subprocess.Popen(words, user=user.pw_uid, group=user.pw_gid, cwd=folder, env={**os.environ, "TMPDIR": folder}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert as_mysql("mariadb-install-db", "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db").wait() == 0
    server = as_mysql("mariadbd", "--no-defaults", "--datadir=" + data, "--socket=" + path, "--pid-file=" + folder + "pid", "--skip-networking", "--skip-name-resolve")
    while not os.path.exists(path): time.sleep(0.05)
    import pymysql
    log = []
    connection = pymysql.connect(unix_socket=path, user="root", autocommit=True)
    def timed(sql, target=None):
        start = time.monotonic_ns()
        try:
            with connection.cursor() as cursor: cursor.execute(sql); cursor.fetchall()
            status = "ok"
        except pymysql.Error: status = "error"
        log.append([sql.split()[0].upper(), sql, status, time.monotonic_ns() - start])
    timed("create database d")
    timed("use d")
    timed("create table t(a int, b text)")
    for i in range(count // 3):
        timed("INSERT INTO t VALUES (1, 'x')")
        timed("select a, b from t limit 20")
        timed("select nothing")
    connection.close()
    server.terminate(); server.wait()
    json.dump(log, open(folder + "log", "w"))
    """#
}
