// Pipes between a few processes that take turns.
#include "actor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GATE_WRITTEN, GATE_READ, GATE_DONE };

struct flow {
  struct pipe_ends pipe;
  size_t size;
  uint32_t first;
  uint32_t count;
};

static void write_messages(void *context) {
  struct flow *flow = context;
  close_end(&flow->pipe.read_fd);
  void *buffer = allocate(flow->size);
  uint32_t self = party_register(party_self());
  for (uint32_t i = 0; i < flow->count; i++) {
    payload_fill(buffer, flow->size, self, flow->first + i);
    write_whole(flow->pipe.write_fd, buffer, flow->size);
  }
}

// A message longer than the pipe blocks half-way, so that its bytes arrive in several reads.
static void one_to_one(const struct options *options) {
  struct flow flow = {.pipe = pipe_open(0),
                      .size = (size_t)or_default(options->size, 64),
                      .count = (uint32_t)or_default(options->count, 20)};
  if (options->resize && fcntl(flow.pipe.write_fd, F_SETPIPE_SZ, 1 << 20) < 0) die("F_SETPIPE_SZ");
  pid_t writer = process_start(write_messages, &flow);
  close_end(&flow.pipe.write_fd);
  struct party party = party_self();
  party.pid = party.tid = writer;
  drain_from(&flow.pipe, &party, flow.size);
  process_reap(writer);
}

enum { PIECES = 8 };

// Buffers of unequal length, so that a tracer that mixes up pieces shows it.
static size_t cut(struct iovec *pieces, unsigned char *bytes) {
  size_t total = 0;
  for (size_t i = 0; i < PIECES; i++) {
    pieces[i] = (struct iovec){bytes + total, 7 + 31 * i};
    total += pieces[i].iov_len;
  }
  return total;
}

static void write_vectors(void *context) {
  struct flow *flow = context;
  unsigned char bytes[4096];
  struct iovec pieces[PIECES];
  size_t total = cut(pieces, bytes);
  uint32_t self = party_register(party_self());
  payload_fill(bytes, total, self, 0);
  if (writev(flow->pipe.write_fd, pieces, PIECES) != (ssize_t)total) die("writev");
  gate_add(GATE_WRITTEN, 1);
  gate_await(GATE_READ, 1);
  payload_fill(bytes, total, self, 1);
  if (pwritev2(flow->pipe.write_fd, pieces, PIECES, -1, 0) != (ssize_t)total) die("pwritev2");
  // A position makes no sense in a pipe: refused, and no event.
  if (pwritev2(flow->pipe.write_fd, pieces, PIECES, 0, 0) != -1) die("pwritev2 at 0 was not refused");
  if (pwrite(flow->pipe.write_fd, bytes, total, 0) != -1) die("pwrite was not refused");
  gate_add(GATE_WRITTEN, 1);
}

static void vector(const struct options *options) {
  (void)options;
  struct flow flow = {.pipe = pipe_open(0)};
  pid_t writer = process_start(write_vectors, &flow);
  unsigned char bytes[4096];
  struct iovec pieces[PIECES];
  size_t total = cut(pieces, bytes);
  for (uint32_t round = 1; round <= 2; round++) {
    gate_await(GATE_WRITTEN, round);
    memset(bytes, 0, sizeof bytes);
    ssize_t count = round == 1 ? readv(flow.pipe.read_fd, pieces, PIECES)
                               : preadv2(flow.pipe.read_fd, pieces, PIECES, -1, 0);
    if (count != (ssize_t)total) die("readv");
    tell_read(&flow.pipe.channel, bytes, total);
    gate_add(GATE_READ, 1);
  }
  process_reap(writer);
}

static void read_once(const struct pipe_ends *pipe, size_t capacity) {
  void *buffer = allocate(capacity);
  tell_read(&pipe->channel, buffer, read_some(pipe->read_fd, buffer, capacity));
  free(buffer);
}

static void two_writers(const struct options *options) {
  struct flow flow = {.pipe = pipe_open(0), .size = (size_t)or_default(options->size, 300), .count = 1};
  for (uint32_t round = 0; round < 5; round++) {
    flow.first = round;
    for (int writer = 0; writer < 2; writer++) process_reap(process_start(write_messages, &flow));
    read_once(&flow.pipe, 65536);
  }
}

static void exited_writer(const struct options *options) {
  struct flow flow = {.pipe = pipe_open(0), .size = 100, .count = (uint32_t)or_default(options->count, 3)};
  process_reap(process_start(write_messages, &flow));
  close_end(&flow.pipe.write_fd);
  drain_from(&flow.pipe, NULL, 100);
}

static void unread(const struct options *options) {
  (void)options;
  struct flow flow = {.pipe = pipe_open(0), .size = 200, .count = 5};
  pid_t writer = process_start(write_messages, &flow);
  process_reap(writer);
  read_once(&flow.pipe, 400);
  struct party party = party_self();
  party.pid = party.tid = writer;
  truth_unread(&flow.pipe.channel, party, 600);
  close_end(&flow.pipe.write_fd);
  close_end(&flow.pipe.read_fd);
}

enum { SPAN_ROUNDS = 4, SPAN_TURNS = 20 };

static void write_in_turn(const struct flow *flow, uint32_t which) {
  for (uint32_t turn = 0; turn < SPAN_ROUNDS * SPAN_TURNS; turn++) {
    // Turns count both writers; a round ends when the reader has drained it.
    gate_await(GATE_READ, turn / SPAN_TURNS);
    gate_await(GATE_WRITTEN, turn * 2 + which);
    payload_send(flow->pipe.write_fd, 40 + turn % 7, turn);
    gate_add(GATE_WRITTEN, 1);
  }
}

static void write_first(void *context) { write_in_turn(context, 0); }

static void write_second(void *context) { write_in_turn(context, 1); }

static void span(const struct options *options) {
  (void)options;
  struct flow flow = {.pipe = pipe_open(0)};
  pid_t writers[2] = {process_start(write_first, &flow), process_start(write_second, &flow)};
  for (uint32_t round = 1; round <= SPAN_ROUNDS; round++) {
    gate_await(GATE_WRITTEN, round * SPAN_TURNS * 2);
    read_once(&flow.pipe, 65536);
    gate_add(GATE_READ, 1);
  }
  process_reap(writers[0]);
  process_reap(writers[1]);
}

const struct scenario PIPE_SCENARIOS[] = {
    {"pipe-1x1", one_to_one},
    {"pipe-vector", vector},
    {"pipe-two-writers", two_writers},
    {"pipe-exited-writer", exited_writer},
    {"pipe-span", span},
    {"pipe-unread", unread},
    {NULL, NULL},
};
