// Two processes and a connected pair of sockets of any kind.
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_SENT, GATE_RECEIVED };

struct exchange {
  struct pair pair;
  size_t size;
  uint32_t count;
};

static struct exchange exchange_of(const struct options *options, long size, long count) {
  struct transport transport = transport_of(options, "unix-stream");
  return (struct exchange){.pair = pair_open(&transport),
                           .size = (size_t)or_default(options->size, size),
                           .count = (uint32_t)or_default(options->count, count)};
}

// Keeps one of the two sockets.
static int take(struct exchange *exchange, unsigned place) {
  close_end(&exchange->pair.fds[1 - place]);
  return exchange->pair.fds[place];
}

static void alternate(struct exchange *exchange, unsigned place) {
  int fd = take(exchange, place);
  struct end other = meet(place, fd);
  for (uint32_t turn = 0; turn < exchange->count * 2; turn++) {
    if (turn % 2 == place) {
      send_record(fd, 0, exchange->size, turn);
    } else if (is_stream(other.kind)) {
      receive_all(fd, &other, exchange->size, exchange->size);
    } else if (receive(fd, &other, exchange->size + 1) != exchange->size) {
      die("a message was cut");
    }
  }
}

static void be_second(void *context) { alternate(context, 1); }

// Messages there and back, in turns.
static void ping_pong(const struct options *options) {
  struct exchange exchange = exchange_of(options, 64, 100);
  pid_t second = process_start(be_second, &exchange);
  alternate(&exchange, 0);
  process_reap(second);
}

static void send_all(void *context) {
  struct exchange *exchange = context;
  int fd = take(exchange, 0);
  struct end other = meet(0, fd);
  for (uint32_t i = 0; i < exchange->count; i++) {
    // Messages that find no room are lost or wait; so the receiver is at most two behind.
    if (!is_stream(other.kind) && i >= 2) gate_await(GATE_RECEIVED, i - 1);
    send_record(fd, 0, exchange->size, i);
  }
  if (is_stream(other.kind) && shutdown(fd, SHUT_WR) != 0) die("shutdown");
}

// One way; a stream's receives end somewhere in the messages.
static void flow(const struct options *options) {
  struct exchange exchange = exchange_of(options, 65536, 20);
  pid_t sender = process_start(send_all, &exchange);
  int fd = take(&exchange, 1);
  struct end other = meet(1, fd);
  if (is_stream(other.kind)) {
    while (receive(fd, &other, 50000) > 0) continue;
  } else {
    for (uint32_t i = 0; i < exchange.count; i++) {
      if (receive(fd, &other, exchange.size + 1) != exchange.size) die("a message was cut");
      gate_add(GATE_RECEIVED, 1);
    }
  }
  process_reap(sender);
}

static void send_and_exit(void *context) {
  struct exchange *exchange = context;
  int fd = take(exchange, 0);
  uint32_t self = end_register(end_of(fd));
  for (uint32_t i = 0; i < exchange->count; i++) send_record(fd, self, exchange->size, i);
}

// What is received when its sender is gone.
static void exited(const struct options *options) {
  struct exchange exchange = exchange_of(options, 100, 3);
  process_reap(process_start(send_and_exit, &exchange));
  int fd = take(&exchange, 1);
  for (uint32_t i = 0; i < exchange.count; i++) {
    if (receive(fd, NULL, exchange.size) != exchange.size) die("a receive brought too little");
  }
}

// Nobody receives more than the first two.
static void unread(const struct options *options) {
  struct exchange exchange = exchange_of(options, 200, 5);
  process_reap(process_start(send_and_exit, &exchange));
  int fd = take(&exchange, 1);
  struct end self = end_of(fd), sender = end_of_number(0);
  for (int i = 0; i < 2; i++) {
    if (receive(fd, NULL, exchange.size) != exchange.size) die("a receive brought too little");
  }
  uint32_t left = exchange.count - 2;
  if (is_stream(self.kind)) {
    tell_unread(&sender, &self, exchange.size * left);
  } else {
    while (left-- > 0) tell_unread(&sender, &self, exchange.size);
  }
  socket_close(fd);
}

static void send_then_listen(void *context) {
  struct exchange *exchange = context;
  int fd = take(exchange, 0);
  struct end other = meet(0, fd);
  send_record(fd, 0, exchange->size, 0);
  if (shutdown(fd, SHUT_WR) != 0) die("shutdown");
  if (send(fd, "more", 4, MSG_NOSIGNAL) != -1 || errno != EPIPE) die("send behind a shutdown");
  receive_all(fd, &other, exchange->size, exchange->size);
  expect_end(fd);
}

// A connection that is closed in one direction goes on in the other.
static void half_close(const struct options *options) {
  struct exchange exchange = exchange_of(options, 500, 1);
  pid_t first = process_start(send_then_listen, &exchange);
  int fd = take(&exchange, 1);
  struct end other = meet(1, fd);
  receive_all(fd, &other, exchange.size, exchange.size);
  // No message of 0 bytes.
  expect_end(fd);
  send_record(fd, 0, exchange.size, 1);
  if (shutdown(fd, SHUT_WR) != 0) die("shutdown");
  process_reap(first);
}

static void peek_at(int fd, size_t size) {
  char buffer[4096];
  if (recv(fd, buffer, size, MSG_PEEK) != (ssize_t)size) die("MSG_PEEK");
  struct iovec piece = {buffer, 10};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (recvmsg(fd, &message, MSG_PEEK) != 10) die("recvmsg with MSG_PEEK");
  struct mmsghdr several = {.msg_hdr = message};
  if (recvmmsg(fd, &several, 1, MSG_PEEK, NULL) != 1 || several.msg_len != 10) die("recvmmsg with MSG_PEEK");
}

static void send_three(void *context) {
  struct exchange *exchange = context;
  int fd = take(exchange, 0);
  meet(0, fd);
  for (uint32_t i = 0; i < 3; i++) {
    send_record(fd, 0, exchange->size, i);
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, i + 1);
  }
}

// Looking takes nothing.
static void peek(const struct options *options) {
  struct exchange exchange = exchange_of(options, 300, 3);
  pid_t sender = process_start(send_three, &exchange);
  int fd = take(&exchange, 1);
  struct end other = meet(1, fd);
  for (uint32_t i = 0; i < 3; i++) {
    gate_await(GATE_SENT, i + 1);
    peek_at(fd, exchange.size);
    if (receive(fd, &other, exchange.size) != exchange.size) die("a receive brought too little");
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

const struct scenario SOCKET_SCENARIOS[] = {
    {"socket-ping-pong", ping_pong}, {"socket-flow", flow},
    {"socket-exited", exited},       {"socket-unread", unread},
    {"socket-half-close", half_close}, {"socket-peek", peek},
    {NULL, NULL},
};
