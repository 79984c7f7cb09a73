// What becomes of the ends of channels: who connects, accepts, closes and shuts down, and what others meet by that.
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { GATE_TURN = 50, PLACE_OTHER = 20 };

static const char *type_of(const struct transport *transport) {
  static const char *const types[] = {"unix-stream", "unix-dgram", "unix-seqpacket", "loopback-tcp", "loopback-udp"};
  return types[transport->kind];
}

static void tell_life(const char *type, const char *op, const char *how, struct party source,
                      struct party destination) {
  truth_life(source, destination, &(struct life_truth){.type = type, .op = op, .how = how});
}

static void tell_error(const char *type, const char *op, const char *error, struct party destination) {
  truth_life(party_self(), destination, &(struct life_truth){.type = type, .op = op, .error = error});
}

static void expect_end_of(int fd) {
  char byte;
  if (read(fd, &byte, 1) != 0) die("there is more to read");
}

// Two processes with an end each; `type` is that of the channel.
struct scene {
  struct transport transport;
  const char *type;
  bool is_pipe;
  int listener;
  struct address address;
  int fds[2];
  struct party parent;
};

static struct party other_party(void) { return party_of((uint32_t)slot_get(PLACE_OTHER)); }

// Makes the child known, and lets the parent go on.
static void introduce(void) {
  slot_set(PLACE_OTHER, party_register(party_self()));
  gate_add(GATE_TURN, 1);
}

static void connect_and_say_nothing(void *context) {
  struct scene *scene = context;
  close(scene->listener);
  int fd = client_open(&scene->transport, &scene->address);
  tell_life(scene->type, "connect", NULL, party_self(), scene->parent);
  introduce();
  gate_await(GATE_TURN, 2);
  tell_life(scene->type, "close", NULL, party_self(), scene->parent);
  close(fd);
  _exit(0);
}

static void say_nothing(const struct options *options) {
  struct scene scene = {.transport = transport_of(options, "unix-stream"), .parent = party_self()};
  scene.type = type_of(&scene.transport);
  scene.listener = listener_open(options, &scene.transport);
  scene.address = address_of(scene.listener);
  pid_t child = process_start(connect_and_say_nothing, &scene);
  gate_await(GATE_TURN, 1);
  int fd = accept_one(scene.listener);
  tell_life(scene.type, "accept", NULL, party_self(), other_party());
  gate_add(GATE_TURN, 1);
  expect_end_of(fd);
  tell_life(scene.type, "eof", NULL, other_party(), party_self());
  tell_life(scene.type, "close", NULL, party_self(), other_party());
  close(fd);
  if (scene.transport.family == AF_UNIX) name_unlink(scene.listener);
  process_reap(child);
}

// Nobody listens: a path without a socket, one with a socket that does not listen, a port without one.
static void refused(const struct options *options) {
  (void)options;
  struct sockaddr_un absent = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/socket"};
  int fd = socket_open(AF_UNIX, SOCK_STREAM);
  if (connect(fd, (struct sockaddr *)&absent, sizeof absent) == 0 || errno != ENOENT) die("connect to nothing");
  tell_error("unix-stream", "connect", "ENOENT", UNKNOWN_PARTY);
  int silent = socket_open(AF_UNIX, SOCK_STREAM);
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "life-%d", (int)getpid());
  if (bind(silent, (struct sockaddr *)&name, sizeof name) != 0) die("bind");
  if (connect(fd, (struct sockaddr *)&name, sizeof name) == 0 || errno != ECONNREFUSED) die("connect to a deaf socket");
  tell_error("unix-stream", "connect", "ECONNREFUSED", UNKNOWN_PARTY);
  close(fd);
  close(silent);
  // A port that was somebody's a moment ago.
  struct address address = address_at("127.0.0.1", 0);
  int port = socket_open(AF_INET, SOCK_STREAM);
  socket_bind(port, &address);
  address = address_of(port);
  close(port);
  for (int i = 0; i < 2; i++) {
    fd = socket_open(AF_INET, SOCK_STREAM | (i == 1 ? SOCK_NONBLOCK : 0));
    if (connect(fd, &address.any, address.length) == 0) die("connect to a free port");
    tell_error("loopback-tcp", "connect", "ECONNREFUSED", UNKNOWN_PARTY);
    close(fd);
  }
}

static void write_and_close(void *context) {
  struct scene *scene = context;
  close(scene->fds[0]);
  int copy = dup(scene->fds[1]);
  write_whole(scene->fds[1], "life", 4);
  introduce();
  gate_await(GATE_TURN, 2);
  // Of two descriptors of one end, the last one's close is the end's.
  close(scene->fds[1]);
  tell_life("pipe", "close", "write", party_self(), scene->parent);
  close(copy);
  _exit(0);
}

// Reads what a child writes to a pipe, up to its end, which comes when the child has closed the last descriptor.
static void read_until_closed(void (*writer)(void *)) {
  struct scene scene = {.parent = party_self()};
  if (pipe(scene.fds) != 0) die("pipe");
  pid_t child = process_start(writer, &scene);
  close(scene.fds[1]);
  gate_await(GATE_TURN, 1);
  char bytes[4];
  if (read_some(scene.fds[0], bytes, sizeof bytes) != 4) die("read");
  gate_add(GATE_TURN, 1);
  expect_end_of(scene.fds[0]);
  tell_life("pipe", "eof", NULL, other_party(), party_self());
  tell_life("pipe", "close", "read", party_self(), other_party());
  close(scene.fds[0]);
  process_reap(child);
}

static void read_to_the_end(const struct options *options) {
  (void)options;
  read_until_closed(write_and_close);
}

static void leave_open(void *context) {
  struct scene *scene = context;
  close(scene->fds[0]);
  if (dup(scene->fds[1]) < 0) die("dup");
  write_whole(scene->fds[1], "life", 4);
  introduce();
  gate_await(GATE_TURN, 2);
  tell_life("pipe", "close", "write", party_self(), scene->parent);
  _exit(0);
}

// A process that exits closes what it has open, however many descriptors that has.
static void exit_closes(const struct options *options) {
  (void)options;
  read_until_closed(leave_open);
}

static void execute(void *context) {
  struct scene *scene = context;
  close(scene->fds[0]);
  gate_await(GATE_TURN, 1);
  introduce();
  // An attempt that fails closes nothing.
  execl("/nonexistent/program", "program", NULL);
  tell_life("pipe", "close", "write", party_self(), scene->parent);
  execl("/bin/true", "true", NULL);
  die("execl");
}

// Executing a program closes what is marked for that.
static void exec_closes(const struct options *options) {
  (void)options;
  struct scene scene = {.parent = party_self()};
  if (pipe2(scene.fds, O_CLOEXEC) != 0) die("pipe2");
  pid_t child = process_start(execute, &scene);
  close(scene.fds[1]);
  gate_add(GATE_TURN, 1);
  gate_await(GATE_TURN, 2);
  expect_end_of(scene.fds[0]);
  tell_life("pipe", "eof", NULL, other_party(), party_self());
  tell_life("pipe", "close", "read", party_self(), other_party());
  close(scene.fds[0]);
  process_reap(child);
}

static void read_and_close(void *context) {
  struct scene *scene = context;
  close(scene->fds[1]);
  char bytes[4];
  if (read_some(scene->fds[0], bytes, sizeof bytes) != 4) die("read");
  tell_life(scene->type, "close", scene->is_pipe ? "read" : NULL, party_self(), scene->parent);
  close(scene->fds[0]);
  introduce();
  _exit(0);
}

// The reader goes first, and the writer gets to know.
static void broken(const struct options *options) {
  struct scene scene = {.type = "pipe", .parent = party_self()};
  scene.is_pipe = options->kind == NULL;
  if (scene.is_pipe) {
    if (pipe(scene.fds) != 0) die("pipe");
  } else {
    scene.transport = transport_of(options, "unix-stream");
    scene.type = type_of(&scene.transport);
    struct pair pair = pair_open(&scene.transport);
    memcpy(scene.fds, pair.fds, sizeof scene.fds);
    if (scene.transport.kind == SOCKET_TCP) {
      tell_life(scene.type, "connect", NULL, party_self(), party_self());
      tell_life(scene.type, "accept", NULL, party_self(), party_self());
    }
  }
  signal(SIGPIPE, SIG_IGN);
  pid_t child = process_start(read_and_close, &scene);
  close(scene.fds[0]);
  write_whole(scene.fds[1], "life", 4);
  gate_await(GATE_TURN, 1);
  process_reap(child);
  // The first segment that comes to a closed socket of TCP is answered by what breaks the connection.
  ssize_t written;
  do written = write(scene.fds[1], "more", 4);
  while (written > 0);
  if (errno == ECONNRESET) written = write(scene.fds[1], "more", 4);
  if (errno != EPIPE) die("write to nobody");
  tell_error(scene.type, "epipe", "EPIPE", other_party());
  tell_life(scene.type, "close", scene.is_pipe ? "write" : NULL, party_self(), other_party());
  close(scene.fds[1]);
}

static void read_what_is_shut(void *context) {
  struct scene *scene = context;
  close(scene->fds[1]);
  write_whole(scene->fds[0], "life", 4);
  introduce();
  expect_end_of(scene->fds[0]);
  tell_life(scene->type, "eof", NULL, scene->parent, party_self());
  gate_add(GATE_TURN, 1);
  gate_await(GATE_TURN, 3);
  tell_life(scene->type, "close", NULL, party_self(), scene->parent);
  close(scene->fds[0]);
  _exit(0);
}

// One way ends, and the other goes on.
static void shut_down(const struct options *options) {
  struct scene scene = {.transport = transport_of(options, "unix-stream"), .parent = party_self()};
  scene.type = type_of(&scene.transport);
  struct pair pair = pair_open(&scene.transport);
  memcpy(scene.fds, pair.fds, sizeof scene.fds);
  if (scene.transport.kind == SOCKET_TCP) {
    tell_life(scene.type, "connect", NULL, party_self(), party_self());
    tell_life(scene.type, "accept", NULL, party_self(), party_self());
  }
  pid_t child = process_start(read_what_is_shut, &scene);
  close(scene.fds[0]);
  char bytes[4];
  if (read_some(scene.fds[1], bytes, sizeof bytes) != 4) die("read");
  gate_await(GATE_TURN, 1);
  tell_life(scene.type, "shutdown", "write", party_self(), other_party());
  if (shutdown(scene.fds[1], SHUT_WR) != 0) die("shutdown");
  gate_await(GATE_TURN, 2);
  tell_life(scene.type, "close", NULL, party_self(), other_party());
  close(scene.fds[1]);
  gate_add(GATE_TURN, 1);
  process_reap(child);
}

const struct scenario LIFE_SCENARIOS[] = {
    {"life-silent", say_nothing},  {"life-refused", refused},    {"life-eof", read_to_the_end},
    {"life-exit", exit_closes},    {"life-exec", exec_closes},   {"life-broken", broken},
    {"life-shutdown", shut_down},  {NULL, NULL},
};
