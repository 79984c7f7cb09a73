// Every call that sends or receives, on sockets of any kind, and calls that move nothing.
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GATE_SENT, GATE_RECEIVED };
enum { PIECES = 4, SIZE = 16 + 100 + 3 + 381 };

struct calls {
  struct pair pair;
};

// Buffers of unequal length, so that a tracer that mixes up pieces shows it.
static void cut(struct iovec *pieces, unsigned char *bytes) {
  static const size_t lengths[PIECES] = {16, 100, 3, 381};
  for (size_t i = 0, at = 0; i < PIECES; at += lengths[i++]) pieces[i] = (struct iovec){bytes + at, lengths[i]};
}

static ssize_t send_by_write(int fd, unsigned char *bytes) { return write(fd, bytes, SIZE); }

static ssize_t send_by_writev(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  return writev(fd, pieces, PIECES);
}

static ssize_t send_by_pwritev2(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  return pwritev2(fd, pieces, PIECES, -1, 0);
}

static ssize_t send_by_send(int fd, unsigned char *bytes) { return send(fd, bytes, SIZE, MSG_NOSIGNAL); }

static ssize_t send_by_sendto(int fd, unsigned char *bytes) { return sendto(fd, bytes, SIZE, 0, NULL, 0); }

static ssize_t send_by_sendmsg(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = PIECES};
  return sendmsg(fd, &message, 0);
}

static ssize_t send_by_sendmmsg(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  struct mmsghdr message = {.msg_hdr = {.msg_iov = pieces, .msg_iovlen = PIECES}};
  return sendmmsg(fd, &message, 1, 0) == 1 ? (ssize_t)message.msg_len : -1;
}

static ssize_t receive_by_read(int fd, unsigned char *bytes) { return read(fd, bytes, SIZE); }

static ssize_t receive_by_readv(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  return readv(fd, pieces, PIECES);
}

static ssize_t receive_by_preadv2(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  return preadv2(fd, pieces, PIECES, -1, 0);
}

static ssize_t receive_by_recv(int fd, unsigned char *bytes) { return recv(fd, bytes, SIZE, 0); }

static ssize_t receive_by_recvfrom(int fd, unsigned char *bytes) {
  // Of Multipath TCP, what has been sent may still be under way.
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  if (poll(&ready, 1, -1) != 1) die("poll");
  struct address from = {.length = sizeof from.unix_name};
  return recvfrom(fd, bytes, SIZE, MSG_DONTWAIT, &from.any, &from.length);
}

static ssize_t receive_by_recvmsg(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = PIECES};
  return recvmsg(fd, &message, 0);
}

static ssize_t receive_by_recvmmsg(int fd, unsigned char *bytes) {
  struct iovec pieces[PIECES];
  cut(pieces, bytes);
  struct mmsghdr message = {.msg_hdr = {.msg_iov = pieces, .msg_iovlen = PIECES}};
  return recvmmsg(fd, &message, 1, 0, NULL) == 1 ? (ssize_t)message.msg_len : -1;
}

typedef ssize_t (*call)(int fd, unsigned char *bytes);

static const call SENDS[] = {send_by_write,  send_by_writev,  send_by_pwritev2, send_by_send,
                             send_by_sendto, send_by_sendmsg, send_by_sendmmsg};
static const call RECEIVES[] = {receive_by_read,     receive_by_readv,   receive_by_preadv2, receive_by_recv,
                                receive_by_recvfrom, receive_by_recvmsg, receive_by_recvmmsg};
enum { CALLS = 7 };

static void send_by_all(void *context) {
  struct calls *calls = context;
  int fd = calls->pair.fds[0];
  close_end(&calls->pair.fds[1]);
  meet(0, fd);
  unsigned char bytes[SIZE];
  for (uint32_t i = 0; i < CALLS * CALLS; i++) {
    payload_fill(bytes, SIZE, 0, i);
    if (SENDS[i % CALLS](fd, bytes) != SIZE) die("a send");
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, i + 1);
  }
}

// Each call that sends, received by each call that receives.
static void all_calls(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct calls calls = {.pair = pair_open(&transport)};
  pid_t sender = process_start(send_by_all, &calls);
  int fd = calls.pair.fds[1];
  close_end(&calls.pair.fds[0]);
  struct end other = meet(1, fd), self = end_of(fd);
  for (uint32_t i = 0; i < CALLS * CALLS; i++) {
    unsigned char bytes[SIZE] = {0};
    gate_await(GATE_SENT, i + 1);
    if (RECEIVES[(i / CALLS + i) % CALLS](fd, bytes) != SIZE) die("a receive");
    tell(&other, &self, bytes, SIZE);
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

enum { BATCH = 32 };

struct batch {
  struct mmsghdr messages[BATCH];
  struct iovec pieces[BATCH];
  unsigned char bytes[BATCH][SIZE];
};

static struct batch *batch_make(size_t size) {
  struct batch *batch = allocate(sizeof *batch);
  for (size_t i = 0; i < BATCH; i++) {
    batch->pieces[i] = (struct iovec){batch->bytes[i], size};
    batch->messages[i].msg_hdr = (struct msghdr){.msg_iov = &batch->pieces[i], .msg_iovlen = 1};
  }
  return batch;
}

// Messages are of different length; the parts of a stream are not, so that each receive brings one of them.
static size_t batch_size(bool is_streaming, uint32_t index) { return is_streaming ? 64 : 20 + index; }

static void send_batches(void *context) {
  struct calls *calls = context;
  int fd = calls->pair.fds[0];
  close_end(&calls->pair.fds[1]);
  struct end other = meet(0, fd);
  struct batch *batch = batch_make(64);
  for (uint32_t round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < BATCH; i++) {
      batch->pieces[i].iov_len = batch_size(is_stream(other.kind), i);
      payload_fill(batch->bytes[i], batch->pieces[i].iov_len, round, i);
    }
    // Unix sockets hold few messages (net.unix.max_dgram_qlen), so this blocks in the middle.
    for (int sent = 0; sent < BATCH;) {
      int some = sendmmsg(fd, batch->messages + sent, (unsigned)(BATCH - sent), 0);
      if (some <= 0) die("sendmmsg");
      sent += some;
    }
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, round + 1);
  }
}

static void batch(const struct options *options) {
  struct transport transport = transport_of(options, "unix-dgram");
  struct calls calls = {.pair = pair_open(&transport)};
  pid_t sender = process_start(send_batches, &calls);
  int fd = calls.pair.fds[1];
  close_end(&calls.pair.fds[0]);
  struct end other = meet(1, fd), self = end_of(fd);
  bool is_streaming = is_stream(self.kind);
  for (uint32_t round = 0; round < 2; round++) {
    struct batch *batch = batch_make(is_streaming ? 64 : SIZE);
    if (is_streaming) gate_await(GATE_SENT, round + 1);
    if (recvmmsg(fd, batch->messages, BATCH, 0, NULL) != BATCH) die("recvmmsg");
    for (uint32_t i = 0; i < BATCH; i++) {
      if (batch->messages[i].msg_len != batch_size(is_streaming, i)) die("recvmmsg brought another message");
      tell(&other, &self, batch->bytes[i], batch->messages[i].msg_len);
    }
    free(batch);
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

static void fill_then_fail(void *context) {
  struct calls *calls = context;
  int fd = calls->pair.fds[0];
  close_end(&calls->pair.fds[1]);
  struct end other = meet(0, fd);
  char *forbidden = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (forbidden == MAP_FAILED) die("mmap");
  if (send(fd, forbidden, 64, 0) != -1 || errno != EFAULT) die("send from a bad address");
  if (pwrite(fd, "at", 2, 0) != -1 || errno != ESPIPE) die("pwrite");
  char byte;
  if (recv(fd, &byte, 1, MSG_DONTWAIT) != -1 || errno != EAGAIN) die("recv of nothing");
  send_record(fd, 0, 100, 0);
  if (is_stream(other.kind)) {
    // Up to what fits, the last part of it cut.
    enum { CHUNK = 100000 };
    unsigned char *bytes = allocate(CHUNK);
    payload_fill(bytes, CHUNK, 0, 1);
    int64_t sent = 100;
    for (ssize_t part; (part = send(fd, bytes, CHUNK, MSG_DONTWAIT)) > 0;) sent += part;
    if (errno != EAGAIN) die("send without room");
    slot_set(0, sent);
  } else {
    slot_set(0, 100);
  }
  gate_add(GATE_SENT, 1);
  gate_await(GATE_RECEIVED, 1);
  // The receiver has closed.
  if (other.kind == SOCKET_UDP) return;
  if (other.kind == SOCKET_TCP) sleep_milliseconds(20);
  if (send(fd, "nobody", 6, MSG_NOSIGNAL) != -1) die("send to nobody");
  if (errno != EPIPE && errno != ECONNRESET && errno != ECONNREFUSED) die("send to nobody");
}

// Calls that fail are no events; the transfers between them must stay in step.
static void failures(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct calls calls = {.pair = pair_open(&transport)};
  pid_t sender = process_start(fill_then_fail, &calls);
  int fd = calls.pair.fds[1];
  close_end(&calls.pair.fds[0]);
  struct end other = meet(1, fd);
  gate_await(GATE_SENT, 1);
  int64_t left = slot_get(0);
  while (left > 0) left -= (int64_t)receive(fd, &other, 70000);
  char buffer[16];
  if (read(fd, buffer, 0) != 0) die("read of nothing");
  expect_nothing(fd);
  // A reset, so that the sender's next send is refused for certain.
  struct linger linger = {1, 0};
  if (is_stream(other.kind) && setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0) die("SO_LINGER");
  socket_close(fd);
  gate_add(GATE_RECEIVED, 1);
  process_reap(sender);
}

const struct scenario SOCKET_CALL_SCENARIOS[] = {
    {"socket-calls", all_calls}, {"socket-batch", batch}, {"socket-failures", failures}, {NULL, NULL}};
