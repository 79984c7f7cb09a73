// Vsock connections within this host: streams and packets, over the context that leads back here.
#include "i386.h"
#include "lanes.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#ifndef VMADDR_CID_LOCAL
#define VMADDR_CID_LOCAL 1
#endif

enum { GATE_SENT = 30, GATE_GO, GATE_READ };
enum { ROUNDS = 6, WRITERS = 3, EACH = 40, SIZE = 100, LONG_SIZE = 1 << 20, PIECE = 40000 };

struct place {
  unsigned cid, port;
};

// One end of a connection, and where both are.
struct line {
  int fd;
  struct place here;
  struct place there;
};

static int type = SOCK_STREAM;
static unsigned dialled = VMADDR_CID_LOCAL;
static struct sockaddr_vm server;

static struct place place_of(const struct sockaddr_vm *name) {
  return (struct place){name->svm_cid == VMADDR_CID_ANY ? VMADDR_CID_LOCAL : name->svm_cid, name->svm_port};
}

static struct line line_of(int fd) {
  struct sockaddr_vm here, there;
  socklen_t length = sizeof here;
  if (getsockname(fd, (struct sockaddr *)&here, &length) != 0) die("getsockname");
  length = sizeof there;
  if (getpeername(fd, (struct sockaddr *)&there, &length) != 0) die("getpeername");
  return (struct line){fd, place_of(&here), place_of(&there)};
}

static int listener_at_any_port(void) {
  int fd = socket(AF_VSOCK, type | SOCK_CLOEXEC, 0);
  if (fd < 0) unsupported("vsock (CONFIG_VSOCKETS)");
  const struct sockaddr_vm any = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = VMADDR_PORT_ANY};
  if (bind(fd, (const struct sockaddr *)&any, sizeof any) != 0) die("bind of vsock");
  if (listen(fd, 5) != 0) unsupported("packets over vsock (5.14)");
  socklen_t length = sizeof server;
  if (getsockname(fd, (struct sockaddr *)&server, &length) != 0) die("getsockname");
  server.svm_cid = dialled;
  return fd;
}

static int dial(void) {
  int fd = socket(AF_VSOCK, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr *)&server, sizeof server) != 0) die("connect of vsock");
  return fd;
}

// The way back here is a module of its own, without which a connection comes to nothing, perhaps only after a while.
static int listener_open_here(void) {
  int listener = listener_at_any_port();
  int fd = socket(AF_VSOCK, type | SOCK_NONBLOCK, 0);
  int failed = connect(fd, (const struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS;
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  int error = 0;
  socklen_t length = sizeof error;
  if (!failed && poll(&wait, 1, 1000) == 1) getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (failed || error != 0 || !(wait.revents & POLLOUT)) unsupported("vsock within the host (vsock_loopback)");
  close(fd);
  int probe = accept(listener, NULL, NULL);
  if (probe < 0) die("accept of vsock");
  close(probe);
  return listener;
}

static int accept_here(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) die("accept of vsock");
  return fd;
}

static void tell_line(struct party source, struct place from, struct place to, const void *bytes, size_t count,
                      bool is_unobserved) {
  const struct other_truth truth = {.type = "vsock", .source = source, .destination = party_self(), .bytes = bytes,
                                    .count = count, .source_unobserved = is_unobserved};
  truth_other(&truth, "\"src_cid\":%u,\"src_port\":%u,\"dst_cid\":%u,\"dst_port\":%u,\"count\":%zu", from.cid, from.port,
              to.cid, to.port, count);
}

// One receive, told with this source.
static size_t take(const struct line *line, struct party source, void *bytes, size_t room) {
  ssize_t count = recv(line->fd, bytes, room, 0);
  if (count < 0) die("recv of vsock");
  if (count > 0) tell_line(source, line->there, line->here, bytes, (size_t)count, false);
  return (size_t)count;
}

static void put(const struct line *line, uint32_t number, size_t size, uint32_t sequence) {
  char bytes[4096];
  payload_fill(bytes, size, number, sequence);
  if (send(line->fd, bytes, size, 0) != (ssize_t)size) die("send of vsock");
}

// Each in turn says something to the other, in one of the ways to write and to read.
static void converse(const struct line *line, bool begins, struct party other) {
  uint32_t self = party_register(party_self());
  char bytes[4096];
  struct iovec pieces[] = {{bytes, 17}, {bytes + 17, 200}};
  for (uint32_t turn = 0; turn < ROUNDS * 2; turn++) {
    size_t size = 20 + 13 * turn;
    if ((turn % 2 == 0) == begins) {
      payload_fill(bytes, size, self, turn);
      pieces[1].iov_len = size - 17;
      ssize_t sent = turn % 3 == 0   ? send(line->fd, bytes, size, 0)
                     : turn % 3 == 1 ? write(line->fd, bytes, size)
                                     : writev(line->fd, pieces, 2);
      if (sent != (ssize_t)size) die("a write to vsock");
      continue;
    }
    pieces[1].iov_len = 4000;
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    ssize_t count = turn % 3 == 0   ? recvmsg(line->fd, &message, 0)
                    : turn % 3 == 1 ? read(line->fd, bytes, sizeof bytes)
                                    : readv(line->fd, pieces, 2);
    if (count != (ssize_t)size) die("a read of vsock");
    tell_line(other, line->there, line->here, bytes, size, false);
  }
}

static void begin_to_converse(void *context) {
  struct line line = line_of(dial());
  converse(&line, true, *(struct party *)context);
  close(line.fd);
}

static void both_ways(int listener) {
  struct party self = party_self();
  pid_t pid = process_start(begin_to_converse, &self);
  struct line line = line_of(accept_here(listener));
  converse(&line, false, party_of_process(pid));
  process_reap(pid);
  close(line.fd);
}

static void both(const struct options *options) {
  (void)options;
  both_ways(listener_open_here());
}

// One after the other to the same port, and by the number of the host itself.
static void connections(const struct options *options) {
  (void)options;
  int listener = listener_open_here();
  for (int i = 0; i < 3; i++) both_ways(listener);
  server.svm_cid = VMADDR_CID_HOST;
  both_ways(listener);
}

static int shared;

static void write_some(void *context) {
  (void)context;
  struct line line = {.fd = shared};
  uint32_t self = party_register(party_self());
  for (uint32_t i = 0; i < EACH; i++) put(&line, self, SIZE, i);
}

// Processes that write to one connection at the same time.
static void writers(const struct options *options) {
  (void)options;
  int listener = listener_open_here();
  shared = dial();
  struct line line = line_of(accept_here(listener));
  pid_t pids[WRITERS];
  for (int i = 0; i < WRITERS; i++) pids[i] = process_start(write_some, NULL);
  for (int i = 0; i < WRITERS * EACH; i++) {
    char bytes[SIZE];
    if (recv(line.fd, bytes, SIZE, MSG_WAITALL) != SIZE) die("recv of vsock");
    uint32_t head[4];
    memcpy(head, bytes, sizeof head);
    tell_line(party_of(head[1]), line.there, line.here, bytes, SIZE, false);
  }
  for (int i = 0; i < WRITERS; i++) process_reap(pids[i]);
}

static void write_long(void *context) {
  (void)context;
  int fd = dial();
  char *bytes = allocate(LONG_SIZE);
  payload_fill(bytes, LONG_SIZE, 0, 1);
  write_whole(fd, bytes, LONG_SIZE);
  close(fd);
}

// A write that is longer than there is room waits for the reader.
static void longest(const struct options *options) {
  (void)options;
  int listener = listener_open_here();
  pid_t pid = process_start(write_long, NULL);
  struct line line = line_of(accept_here(listener));
  char *bytes = allocate(PIECE);
  while (take(&line, party_of_process(pid), bytes, PIECE) > 0) {
  }
  process_reap(pid);
}

static void send_packets(void *context) {
  (void)context;
  struct line line = {.fd = dial()};
  for (uint32_t i = 0; i < ROUNDS; i++) put(&line, 0, 50 + i, i);
  gate_add(GATE_SENT, 1);
  gate_await(GATE_READ, 1);
  close(line.fd);
}

static void packets(const struct options *options) {
  (void)options;
  type = SOCK_SEQPACKET;
  int listener = listener_open_here();
  pid_t pid = process_start(send_packets, NULL);
  struct line line = line_of(accept_here(listener));
  gate_await(GATE_SENT, 1);
  // Each receive takes one packet, and of the last one only what there is room for.
  for (uint32_t i = 0; i < ROUNDS; i++) {
    char bytes[4096];
    size_t room = i == ROUNDS - 1 ? 20 : sizeof bytes, expected = i == ROUNDS - 1 ? 20 : 50 + i;
    if (take(&line, party_of_process(pid), bytes, room) != expected) die("a packet");
  }
  const struct other_truth truth = {
      .type = "vsock", .source = party_of_process(pid), .destination = UNKNOWN_PARTY, .count = 35, .undelivered = true};
  truth_other(&truth, "\"src_cid\":1,\"src_port\":%u,\"dst_cid\":1,\"dst_port\":%u,\"count\":35", line.there.port,
              line.here.port);
  gate_add(GATE_READ, 1);
  process_reap(pid);
}

static void unread(const struct options *options) {
  (void)options;
  int listener = listener_open_here();
  struct line client = line_of(dial()), line = line_of(accept_here(listener));
  struct party self = party_self();
  char bytes[SIZE];
  put(&client, 0, SIZE, 1);
  put(&client, 0, 30, 2);
  take(&line, self, bytes, SIZE);
  const struct other_truth truth = {
      .type = "vsock", .source = self, .destination = UNKNOWN_PARTY, .count = 30, .undelivered = true};
  truth_other(&truth, "\"src_cid\":1,\"src_port\":%u,\"dst_cid\":1,\"dst_port\":%u,\"count\":30", client.here.port,
              client.there.port);
}

static void send_early(void *context) {
  (void)context;
  struct line line = {.fd = dial()};
  put(&line, 0, 60, 1);
  gate_add(GATE_SENT, 1);
  gate_await(GATE_GO, 1);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    put(&line, 0, 70 + i, 2 + i);
    gate_await(GATE_READ, i + 1);
  }
}

static void before(const struct options *options) {
  int listener = listener_open_here();
  pid_t pid = process_start(send_early, NULL);
  struct line line = line_of(accept_here(listener));
  gate_await(GATE_SENT, 1);
  announce(options, (pid_t[]){getpid(), pid}, 2);
  wait_for_file(options->wait_for);
  struct party sender = party_of_process(pid);
  char bytes[200];
  if (recv(line.fd, bytes, sizeof bytes, 0) != 60) die("what was sent before");
  tell_line(sender, line.there, line.here, bytes, 60, true);
  gate_add(GATE_GO, 1);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    if (recv(line.fd, bytes, sizeof bytes, 0) != 70 + (ssize_t)i) die("what was sent behind it");
    // How much lay there is not known, so that nothing is certain any more.
    tell_line(sender, line.there, line.here, bytes, 70 + i, true);
    gate_add(GATE_READ, 1);
  }
  process_reap(pid);
}

enum { I386_CONNECT = 362, I386_ACCEPT4 = 364, I386_SENDTO = 369, I386_RECVFROM = 371 };

static void compat(const struct options *options) {
  (void)options;
  i386_require();
  int listener = listener_open_here();
  char *bytes = i386_allocate(4096);
  struct sockaddr_vm *name = i386_allocate(sizeof *name);
  *name = server;
  int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (i386_call(I386_CONNECT, fd, i386_address(name), sizeof *name, 0, 0) != 0) die("connect of i386");
  struct line client = line_of(fd), line = line_of(i386_call(I386_ACCEPT4, listener, 0, 0, 0, 0));
  payload_fill(bytes, SIZE, 0, 1);
  if (i386_call(I386_SENDTO, client.fd, i386_address(bytes), SIZE, 0, 0) != SIZE) die("send of i386");
  if (i386_call(I386_RECVFROM, line.fd, i386_address(bytes + 2048), SIZE, 0, 0) != SIZE) die("receive of i386");
  tell_line(party_self(), line.there, line.here, bytes + 2048, SIZE, false);
}

const struct scenario VSOCK_SCENARIOS[] = {
    {"vs-both", both},     {"vs-connections", connections}, {"vs-writers", writers}, {"vs-long", longest},
    {"vs-packets", packets}, {"vs-unread", unread},         {"vs-before", before},   {"vs-compat", compat},
    {NULL, NULL},
};
