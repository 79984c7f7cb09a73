// Urgent bytes on streams.
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GATE_SENT, GATE_RECEIVED };

struct urgency {
  struct pair pair;
};

// Asked before anybody waits: a socket without urgent bytes has no mark among its bytes either.
static void require_urgent(int fd) {
  int is_at_mark;
  if (ioctl(fd, SIOCATMARK, &is_at_mark) == 0) return;
  if (errno == ENOTTY) unsupported("MSG_OOB on unix sockets (5.15, CONFIG_AF_UNIX_OOB)");
  die("SIOCATMARK");
}

static void send_urgent(int fd, const char *text) {
  ssize_t count = send(fd, text, strlen(text), MSG_OOB);
  if (count != (ssize_t)strlen(text)) die("send with MSG_OOB");
}

static void send_rounds(void *context) {
  struct urgency *urgency = context;
  int fd = urgency->pair.fds[0];
  close_end(&urgency->pair.fds[1]);
  meet(0, fd);
  for (uint32_t round = 1; round <= 2; round++) {
    send_urgent(fd, round == 1 ? "hello" : "hallo");
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, round * 2 - 1);
    if (send(fd, "world", 5, 0) != 5) die("send");
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, round * 2);
  }
}

static void receive_part(int fd, const struct end *source, int flags, const char *expected) {
  char buffer[64];
  ssize_t count;
  // The urgent byte of a TCP segment may come a moment after it was announced.
  do {
    count = recv(fd, buffer, sizeof buffer, flags);
  } while (count < 0 && errno == EAGAIN && flags == MSG_OOB);
  if (count != (ssize_t)strlen(expected) || memcmp(buffer, expected, strlen(expected)) != 0) die(expected);
  struct end self = end_of(fd);
  tell(source, &self, buffer, (size_t)count);
}

// The byte is taken out of order, once before and once after what goes in front of it.
static void urgent(const struct options *options) {
  struct transport transport = transport_of(options, "tcp4");
  struct urgency urgency = {.pair = pair_open(&transport)};
  require_urgent(urgency.pair.fds[1]);
  pid_t sender = process_start(send_rounds, &urgency);
  int fd = urgency.pair.fds[1];
  close_end(&urgency.pair.fds[0]);
  struct end other = meet(1, fd);
  gate_await(GATE_SENT, 1);
  receive_part(fd, &other, MSG_OOB, "o");
  receive_part(fd, &other, 0, "hell");
  gate_add(GATE_RECEIVED, 1);
  receive_part(fd, &other, 0, "world");
  gate_add(GATE_RECEIVED, 1);
  gate_await(GATE_SENT, 3);
  receive_part(fd, &other, 0, "hall");
  receive_part(fd, &other, MSG_OOB, "o");
  gate_add(GATE_RECEIVED, 1);
  receive_part(fd, &other, 0, "world");
  gate_add(GATE_RECEIVED, 1);
  process_reap(sender);
}

// With SO_OOBINLINE the byte stays in its place, and a receive ends before it.
static void urgent_inline(const struct options *options) {
  struct transport transport = transport_of(options, "tcp4");
  struct urgency urgency = {.pair = pair_open(&transport)};
  require_urgent(urgency.pair.fds[1]);
  option_set(urgency.pair.fds[1], SOL_SOCKET, SO_OOBINLINE, 1);
  pid_t sender = process_start(send_rounds, &urgency);
  int fd = urgency.pair.fds[1];
  close_end(&urgency.pair.fds[0]);
  struct end other = meet(1, fd);
  for (uint32_t round = 1; round <= 2; round++) {
    gate_await(GATE_SENT, round * 2 - 1);
    receive_part(fd, &other, 0, round == 1 ? "hell" : "hall");
    gate_add(GATE_RECEIVED, 1);
    gate_await(GATE_SENT, round * 2);
    receive_part(fd, &other, 0, "oworld");
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

const struct scenario SOCKET_STREAM_SCENARIOS[] = {
    {"socket-urgent", urgent}, {"socket-urgent-inline", urgent_inline}, {NULL, NULL}};
