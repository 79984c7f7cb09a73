/// A D-Bus peer in Python that can pass descriptors, which dbus-send cannot; it logs each of its own reads and writes.
///
/// `service`: takes a name, answers two calls, and writes to the descriptor that came with one of them.
/// `client`: passes the write end of a pipe and reads what comes through it.
enum ProgramsDBusPeer {
  static let name = "org.ipcdump.Test"
  static let throughPassedEnd = "through the passed end"

  static let source = """
    import array, os, re, socket, struct, sys

    CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4

    def text(value):
        return struct.pack('<I', len(value)) + value.encode() + b'\\0'

    def message(kind, serial, fields, body=b''):
        listed = b''
        for code, form, value in fields:
            listed += b'\\0' * (-len(listed) % 8) + bytes([code, 1]) + form.encode() + b'\\0'
            if form == 'u':
                listed += struct.pack('<I', value)
            elif form == 'g':
                listed += bytes([len(value)]) + value.encode() + b'\\0'
            else:
                listed += text(value)
        head = struct.pack('<cBBBIII', b'l', kind, 0, 1, len(body), serial, len(listed)) + listed
        return head + b'\\0' * (-len(head) % 8) + body

    class Peer:
        def __init__(self, path, log):
            self.log = open(log, 'w')
            self.descriptors = []
            self.buffer = b''
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.connect(path)
            self.send(b'\\0AUTH EXTERNAL ' + str(os.getuid()).encode().hex().encode() + b'\\r\\n')
            self.expect_line(b'OK')
            self.send(b'NEGOTIATE_UNIX_FD\\r\\n')
            self.expect_line(b'AGREE_UNIX_FD')
            self.send(b'BEGIN\\r\\n')
            self.call_daemon(1, 'Hello')
            self.receive(SIGNAL)  # NameAcquired

        def send(self, data, descriptors=()):
            passed = array.array('i', descriptors)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)] if descriptors else []
            assert self.socket.sendmsg([data], ancillary) == len(data)
            print('sent', data.hex(), file=self.log, flush=True)

        def receive_some(self):
            data, descriptors, _, _ = socket.recv_fds(self.socket, 65536, 16)
            assert data
            print('received', data.hex(), file=self.log, flush=True)
            self.descriptors += descriptors
            self.buffer += data

        def expect_line(self, start):
            while b'\\r\\n' not in self.buffer:
                self.receive_some()
            line, self.buffer = self.buffer.split(b'\\r\\n', 1)
            assert line.startswith(start), line

        def receive(self, wanted):
            while True:
                if len(self.buffer) >= 16:
                    kind, body, serial, fields = struct.unpack_from('<xBxxIII', self.buffer)
                    end = 16 + (fields + 7) // 8 * 8 + body
                    if len(self.buffer) >= end:
                        got, self.buffer = self.buffer[:end], self.buffer[end:]
                        assert kind != ERROR, got
                        if kind == wanted:
                            return serial, got
                        continue
                self.receive_some()

        def call_daemon(self, serial, member, body=b'', signature=None):
            name = 'org.freedesktop.DBus'
            fields = [(1, 'o', '/org/freedesktop/DBus'), (2, 's', name), (3, 's', member), (6, 's', name)]
            self.send(message(CALL, serial, fields + ([(8, 'g', signature)] if signature else []), body))
            self.receive(RETURN)

    role, path, log, ready = sys.argv[1:]
    peer = Peer(path, log)
    if role == 'service':
        name = text('org.ipcdump.Test')
        peer.call_daemon(2, 'RequestName', name + b'\\0' * (-len(name) % 4) + struct.pack('<I', 4), 'su')
        open(ready, 'w').close()
        for serial in 3, 4:
            call, got = peer.receive(CALL)
            sender = re.search(rb'\\x07\\x01s\\0....(:[0-9.]+)\\0', got, re.S)[1].decode()
            for descriptor in peer.descriptors:
                os.write(descriptor, b'through the passed end')
            peer.send(message(RETURN, serial, [(5, 'u', call), (6, 's', sender)]))
        print('got', *peer.descriptors, file=peer.log)
    else:
        readable, writable = os.pipe()
        name = 'org.ipcdump.Test'
        fields = [(1, 'o', '/'), (2, 's', name), (3, 's', 'Take'), (6, 's', name), (8, 'g', 'h'), (9, 'u', 1)]
        peer.send(message(CALL, 2, fields, struct.pack('<I', 0)), [writable])
        peer.receive(RETURN)
        assert os.read(readable, 100) == b'through the passed end'
        print('passed', writable, os.fstat(writable).st_ino, file=peer.log)
    """
}
