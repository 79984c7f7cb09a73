// Bytes that one process passes on from a pipe or socket to another one without a buffer of its own.
#include "lanes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROUNDS = 5, ROOM = 1 << 20, GATE_CALLED = 0 };
static const size_t SIZES[ROUNDS] = {100, 5000, 16, 65536, 33333};

// Three turns a round: fed, moved, received.
struct route {
  struct lane first;
  struct lane second;
  struct party feeder;
  struct party mover;
  bool waits;  // the mover is in its call before there is anything
  size_t part;
};

static void move_round(const struct route *route, uint32_t round, const unsigned char *bytes) {
  // What a socket held before the first call that splices from it can no longer be read by anybody.
  bool is_gone = !route->first.is_pipe && !route->waits && round == 0;
  for (size_t at = 0; at < SIZES[round];) {
    ssize_t count = splice(route->first.out, NULL, route->second.in, NULL, route->part, SPLICE_F_MOVE);
    if (count <= 0) die("splice");
    lane_tell(&route->first, route->feeder, party_self(), bytes + at, (size_t)count,
              is_gone ? SHOWN_NEVER : SHOWN_WHOLE);
    at += (size_t)count;
  }
}

static void be_mover(void *context) {
  struct route *route = context;
  unsigned char *bytes = allocate(ROOM);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    turn_await(round * 3 + (route->waits ? 0 : 1));
    payload_fill(bytes, SIZES[round], 0, round);
    gate_add(GATE_CALLED, 1);
    move_round(route, round, bytes);
    turn_taken();
  }
}

static void be_receiver(void *context) {
  struct route *route = context;
  unsigned char *bytes = allocate(ROOM), *buffer = allocate(ROOM);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    turn_await(round * 3 + 2);
    payload_fill(bytes, SIZES[round], 0, round);
    for (size_t at = 0; at < SIZES[round];) {
      size_t count = read_some(route->second.out, buffer, ROOM);
      if (memcmp(bytes + at, buffer, count) != 0) die("other bytes came than were sent");
      lane_tell(&route->second, route->mover, party_self(), buffer, count, SHOWN_WHOLE);
      at += count;
    }
    turn_taken();
  }
}

static void play(const struct options *options, bool waits, size_t part) {
  struct route route = {.first = lane_open(options->kind), .second = lane_open(options->to),
                        .feeder = party_self(), .waits = waits, .part = part};
  if (route.first.is_pipe) lane_widen(&route.first, ROOM);
  if (route.second.is_pipe) lane_widen(&route.second, ROOM);
  route.mover = party_of_process(process_start(be_mover, &route));
  pid_t receiver = process_start(be_receiver, &route);
  unsigned char *bytes = allocate(ROOM);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    turn_await(round * 3);
    payload_fill(bytes, SIZES[round], 0, round);
    if (waits) {
      gate_await(GATE_CALLED, round + 1);
      await_sleep(route.mover.pid);
    }
    write_whole(route.first.in, bytes, SIZES[round]);
    // A turn at the same time as the mover's counts the same.
    turn_taken();
  }
  process_reap(route.mover.pid);
  process_reap(receiver);
}

// There is something when the mover comes.
static void ready_route(const struct options *options) { play(options, false, ROOM); }

// Each round is passed on in pieces that fit no write.
static void parted_route(const struct options *options) {
  play(options, false, (size_t)or_default(options->size, 1999));
}

// The mover is there first.
static void awaited_route(const struct options *options) { play(options, true, ROOM); }

enum { CHUNK = 100001, FEEDER = 0, MOVER = 1 };

struct stream {
  struct lane first;
  struct lane second;
  size_t total;
};

static void feed_stream(void *context) {
  struct stream *stream = context;
  // Not before the mover is there.
  gate_await(GATE_CALLED, 1);
  await_sleep((pid_t)slot_get(MOVER));
  close_end(&stream->first.out);
  unsigned char *bytes = allocate(stream->total);
  payload_fill(bytes, stream->total, 0, 0);
  for (size_t at = 0; at < stream->total;) {
    size_t rest = stream->total - at, count = rest < CHUNK ? rest : CHUNK;
    write_whole(stream->first.in, bytes + at, count);
    at += count;
  }
}

static void move_stream(void *context) {
  struct stream *stream = context;
  close_end(&stream->second.out);
  unsigned char *bytes = allocate(stream->total);
  payload_fill(bytes, stream->total, 0, 0);
  struct party feeder = party_of_process((pid_t)slot_get(FEEDER));
  slot_set(MOVER, getpid());
  gate_add(GATE_CALLED, 1);
  for (size_t at = 0; at < stream->total;) {
    ssize_t count = splice(stream->first.out, NULL, stream->second.in, NULL, ROOM, SPLICE_F_MOVE);
    if (count <= 0) die("splice");
    lane_tell(&stream->first, feeder, party_self(), bytes + at, (size_t)count, SHOWN_WHOLE);
    at += (size_t)count;
  }
}

// All three at once: writes are still under way when the first of their bytes are passed on.
static void stream(const struct options *options) {
  struct stream stream = {.first = lane_open(options->kind), .second = lane_open(options->to),
                          .total = (size_t)or_default(options->size, 4 << 20)};
  pid_t feeder = process_start(feed_stream, &stream);
  slot_set(FEEDER, feeder);
  struct party mover = party_of_process(process_start(move_stream, &stream)), self = party_self();
  close_end(&stream.first.in);
  close_end(&stream.second.in);
  unsigned char *bytes = allocate(stream.total), *buffer = allocate(ROOM);
  payload_fill(bytes, stream.total, 0, 0);
  for (size_t at = 0; at < stream.total;) {
    size_t count = read_some(stream.second.out, buffer, ROOM);
    if (count == 0) die("the stream ended early");
    if (memcmp(bytes + at, buffer, count) != 0) die("other bytes came than were sent");
    lane_tell(&stream.second, mover, self, buffer, count, SHOWN_WHOLE);
    at += count;
  }
  process_reap(feeder);
  process_reap(mover.pid);
}

const struct scenario SPLICE_ROUTE_SCENARIOS[] = {
    {"splice-route", ready_route},
    {"splice-parted", parted_route},
    {"splice-awaited", awaited_route},
    {"splice-stream", stream},
    {NULL, NULL},
};
