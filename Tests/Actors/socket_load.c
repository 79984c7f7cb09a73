// Many sockets, and many bytes: for memory that must not grow, and for overruns.
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 64, QUIET = 100, QUIET_COUNT = 10 };

static void pass_over(int fd, int passed) {
  char byte = 'p';
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof passed)];
  } control = {0};
  struct iovec piece = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.head = (struct cmsghdr){CMSG_LEN(sizeof passed), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.head), &passed, sizeof passed);
  if (sendmsg(fd, &message, 0) != 1) die("sendmsg");
}

// Sockets come and go. Of unix ones, each is called otherwise and is passed something else. Of what they carry nothing
// is told, so that the actor itself stays small.
static void churn(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  long count = or_default(options->count, 1000);
  for (long i = 0; i < count; i++) {
    struct pair pair;
    if (transport.kind == SOCKET_UNIX_STREAM || transport.kind == SOCKET_UNIX_SEQPACKET) {
      int listener = listener_open(&(struct options){.name = "abstract"}, &transport);
      struct address to = address_of(listener);
      pair.fds[0] = client_open(&transport, &to);
      pair.fds[1] = accept_one(listener);
      socket_close(listener);
    } else {
      pair = pair_open(&transport);
    }
    unsigned char bytes[SIZE];
    send_record(pair.fds[0], 0, SIZE, (uint32_t)i);
    if (recv(pair.fds[1], bytes, SIZE, 0) != SIZE) die("a receive brought too little");
    if (transport.family == AF_UNIX) {
      pass_over(pair.fds[0], pair.fds[1]);
      // Whoever takes no descriptors takes the byte alone.
      char byte;
      if (read(pair.fds[1], &byte, 1) != 1) die("read");
    }
    struct linger linger = {1, 0};
    if (transport.kind == SOCKET_TCP) setsockopt(pair.fds[0], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    socket_close(pair.fds[0]);
    socket_close(pair.fds[1]);
    // No faster than a tracer on a busy host can follow.
    if (i % 32 == 31) sleep_milliseconds(1);
  }
}

struct burst {
  struct pair pair;
  size_t size;
  long count;
};

static void send_burst(void *context) {
  struct burst *burst = context;
  close_end(&burst->pair.fds[1]);
  for (long i = 0; i < burst->count; i++) send_record(burst->pair.fds[0], 0, burst->size, (uint32_t)i);
}

static void send_quietly(void *context) {
  struct burst *burst = context;
  close_end(&burst->pair.fds[1]);
  uint32_t self = end_register(end_of(burst->pair.fds[0]));
  for (uint32_t i = 0; i < QUIET_COUNT; i++) send_record(burst->pair.fds[0], self, QUIET, i);
}

static void receive_quietly(struct burst *burst) {
  pid_t sender = process_start(send_quietly, burst);
  for (int i = 0; i < QUIET_COUNT; i++) {
    if (receive(burst->pair.fds[1], NULL, QUIET) != QUIET) die("a receive brought too little");
  }
  process_reap(sender);
}

// As fast as possible, told in total only; then, after a pause, a little traffic over the same and over new sockets.
static void burst(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct burst burst = {.pair = pair_open(&transport),
                        .size = (size_t)or_default(options->size, 512),
                        .count = or_default(options->count, 20000)};
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  pid_t sender = process_start(send_burst, &burst);
  unsigned char *buffer = allocate(burst.size);
  uint64_t receives = 0, bytes = 0, total = burst.size * (uint64_t)burst.count;
  for (; bytes < total; receives++) {
    ssize_t count = recv(burst.pair.fds[1], buffer, burst.size, 0);
    if (count <= 0) die("recv");
    bytes += (uint64_t)count;
  }
  free(buffer);
  process_reap(sender);
  const struct channel channel = {.inode = end_of(burst.pair.fds[1]).inode};
  truth_totals(&channel, receives, bytes);
  sleep_milliseconds(or_default(options->milliseconds, 1000));
  receive_quietly(&burst);
  struct burst other = {.pair = pair_open(&transport)};
  receive_quietly(&other);
}

const struct scenario SOCKET_LOAD_SCENARIOS[] = {{"socket-churn", churn}, {"socket-burst", burst}, {NULL, NULL}};
