// Messages: cut by the receiver's buffer, empty, and from one sender to several receivers.
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_SENT, GATE_RECEIVED };

struct messages {
  struct pair pair;
  size_t size;
  uint32_t count;
};

static void send_and_wait(void *context) {
  struct messages *messages = context;
  int fd = messages->pair.fds[0];
  close_end(&messages->pair.fds[1]);
  meet(0, fd);
  for (uint32_t i = 0; i < messages->count; i++) {
    send_record(fd, 0, messages->size, i);
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, i + 1);
  }
}

// The call's result: with MSG_TRUNC the real length, else what the buffer had room for.
static void receive_cut(int fd, uint32_t manner, unsigned char *buffer, size_t room, size_t size) {
  struct iovec pieces[] = {{buffer, room / 2}, {buffer + room / 2, room - room / 2}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
  struct mmsghdr several = {.msg_hdr = message};
  ssize_t got, wanted = (ssize_t)room;
  switch (manner) {
    case 0: got = recv(fd, buffer, room, 0); break;
    case 1:
      got = recv(fd, buffer, room, MSG_TRUNC);
      wanted = (ssize_t)size;
      break;
    case 2:
      got = recvmsg(fd, &message, 0);
      if (!(message.msg_flags & MSG_TRUNC)) die("a message was not cut");
      break;
    case 3:
      got = recvmsg(fd, &message, MSG_TRUNC);
      wanted = (ssize_t)size;
      break;
    case 4: got = recvmmsg(fd, &several, 1, 0, NULL) == 1 ? (ssize_t)several.msg_len : -1; break;
    case 5:
      got = recvmmsg(fd, &several, 1, MSG_TRUNC, NULL) == 1 ? (ssize_t)several.msg_len : -1;
      wanted = (ssize_t)size;
      break;
    default: got = read(fd, buffer, room);
  }
  if (got != wanted) die("a receive of too long a message");
}

enum { MANNERS = 7 };

static void cut(const struct options *options) {
  struct transport transport = transport_of(options, "unix-dgram");
  struct messages messages = {
      .pair = pair_open(&transport), .size = (size_t)or_default(options->size, 300), .count = 2 * MANNERS};
  pid_t sender = process_start(send_and_wait, &messages);
  int fd = messages.pair.fds[1];
  close_end(&messages.pair.fds[0]);
  struct end other = meet(1, fd), self = end_of(fd);
  unsigned char *buffer = allocate(messages.size);
  for (uint32_t i = 0; i < messages.count; i++) {
    gate_await(GATE_SENT, i + 1);
    if (i % 2 == 0) {
      receive_cut(fd, i / 2, buffer, 100, messages.size);
      tell_cut(&other, &self, buffer, 100, messages.size);
    } else if (receive(fd, &other, messages.size) != messages.size) {
      die("a message was cut");
    }
    gate_add(GATE_RECEIVED, 1);
  }
  free(buffer);
  process_reap(sender);
}

static void send_empty(void *context) {
  struct messages *messages = context;
  int fd = messages->pair.fds[0];
  close_end(&messages->pair.fds[1]);
  meet(0, fd);
  struct msghdr nothing = {0};
  if (send(fd, NULL, 0, 0) != 0) die("send of nothing");
  send_record(fd, 0, 50, 1);
  if (write(fd, "", 0) != 0) die("write of nothing");
  if (sendmsg(fd, &nothing, 0) != 0) die("sendmsg of nothing");
  send_record(fd, 0, 60, 2);
  gate_add(GATE_SENT, 1);
}

static void empty(const struct options *options) {
  struct transport transport = transport_of(options, "unix-dgram");
  struct messages messages = {.pair = pair_open(&transport)};
  pid_t sender = process_start(send_empty, &messages);
  int fd = messages.pair.fds[1];
  close_end(&messages.pair.fds[0]);
  struct end other = meet(1, fd);
  gate_await(GATE_SENT, 1);
  static const size_t sizes[] = {0, 50, 0, 0, 60};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    if (receive(fd, &other, 100) != sizes[i]) die("another message than was sent");
  }
  process_reap(sender);
  if (other.kind == SOCKET_UNIX_SEQPACKET) expect_end(fd);
}

// One unconnected sender that turns to one receiver, then to the other.
struct turning {
  int sender;
  int receivers[2];
  uint32_t count;
  int place;
};

static void receive_share(void *context) {
  struct turning *turning = context;
  int fd = turning->receivers[turning->place];
  struct end sender = end_of_number(0);
  for (uint32_t i = 0; i < turning->count / 2; i++) {
    receive(fd, &sender, 1024);
    gate_add(GATE_RECEIVED, 1);
  }
  expect_nothing(fd);
}

static void alternate(const struct options *options) {
  struct transport transport = transport_of(options, "unix-dgram");
  struct turning turning = {.count = (uint32_t)or_default(options->count, 40)};
  turning.sender = socket_open(transport.family, transport.type);
  for (int i = 0; i < 2; i++) {
    turning.receivers[i] = socket_open(transport.family, transport.type);
    if (transport.family == AF_UNIX) {
      name_bind(turning.receivers[i], options, i == 0 ? "path" : "abstract");
    } else {
      struct address any = address_at(transport.address, 0);
      socket_bind(turning.receivers[i], &any);
      if (i == 0) socket_bind(turning.sender, &any);
    }
  }
  end_register(end_of(turning.sender));
  pid_t pids[2];
  for (turning.place = 0; turning.place < 2; turning.place++) {
    pids[turning.place] = process_start(receive_share, &turning);
  }
  struct address to[] = {address_of(turning.receivers[0]), address_of(turning.receivers[1])};
  for (uint32_t i = 0; i < turning.count; i++) {
    if (i >= 6) gate_await(GATE_RECEIVED, i - 6);
    unsigned char bytes[256];
    size_t size = 64 + i;
    payload_fill(bytes, size, 0, i);
    const struct address *target = &to[i % 2];
    if (sendto(turning.sender, bytes, size, 0, &target->any, target->length) != (ssize_t)size) die("sendto");
  }
  for (int i = 0; i < 2; i++) process_reap(pids[i]);
  for (int i = 0; i < 2; i++) name_unlink(turning.receivers[i]);
}

const struct scenario SOCKET_MESSAGE_SCENARIOS[] = {
    {"socket-cut", cut}, {"socket-empty", empty}, {"socket-alternate", alternate}, {NULL, NULL}};
