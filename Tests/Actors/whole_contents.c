// Transfers of any size and into any number of buffers, of which every byte is told.
#include "lanes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct bulk {
  struct lane lane;
  size_t size;
  int buffers;
};

// One payload that both sides know from the start.
static unsigned char *payload_of(size_t size) {
  unsigned char *bytes = allocate(size);
  payload_fill(bytes, size, 0, (uint32_t)size);
  return bytes;
}

static void expect_payload(const void *bytes, size_t at, size_t count, const unsigned char *payload) {
  if (memcmp(bytes, payload + at, count) != 0) die("other bytes came than were sent");
}

static void write_bulk(void *context) {
  struct bulk *bulk = context;
  close_end(&bulk->lane.out);
  unsigned char *bytes = payload_of(bulk->size);
  ssize_t count = write(bulk->lane.in, bytes, bulk->size);
  if (count != (ssize_t)bulk->size) die("write of everything at once");
  turn_taken();
}

// One write, and reads of whatever size.
static void odd_reads(const struct options *options) {
  static const size_t sizes[] = {1, 4095, 4097, 65536, 100001, 3, 32768, 32769, 65535, 262145};
  struct bulk bulk = {.lane = lane_open(options->kind), .size = (size_t)or_default(options->size, 4 << 20)};
  if (options->resize) lane_widen(&bulk.lane, 1 << 20);
  struct party writer = party_of_process(process_start(write_bulk, &bulk));
  close_end(&bulk.lane.in);
  unsigned char *payload = payload_of(bulk.size), *buffer = allocate(262145);
  for (size_t at = 0, turn = 0; at < bulk.size; turn++) {
    size_t count = read_some(bulk.lane.out, buffer, sizes[turn % (sizeof sizes / sizeof sizes[0])]);
    if (count == 0) die("the stream ended early");
    expect_payload(buffer, at, count, payload);
    lane_tell(&bulk.lane, writer, party_self(), buffer, count, SHOWN_WHOLE);
    at += count;
  }
  process_reap(writer.pid);
}

// As much as can be had in one read.
static void one_read(const struct options *options) {
  struct bulk bulk = {.lane = lane_open(options->kind), .size = (size_t)or_default(options->size, 16 << 20)};
  if (bulk.lane.is_pipe) bulk.size = lane_widen(&bulk.lane, bulk.size);
  struct party writer = party_of_process(process_start(write_bulk, &bulk));
  close_end(&bulk.lane.in);
  unsigned char *payload = payload_of(bulk.size), *buffer = allocate(bulk.size);
  if (bulk.lane.is_pipe) turn_await(1);
  ssize_t count = bulk.lane.is_pipe ? read(bulk.lane.out, buffer, bulk.size)
                                    : recv(bulk.lane.out, buffer, bulk.size, MSG_WAITALL);
  if (count != (ssize_t)bulk.size) die("read of everything at once");
  expect_payload(buffer, 0, bulk.size, payload);
  lane_tell(&bulk.lane, writer, party_self(), buffer, bulk.size, SHOWN_WHOLE);
  process_reap(writer.pid);
}

// Buffers of this size, or of 1 to 1,500 bytes; gives their total.
static size_t cut(struct iovec *pieces, int count, unsigned char *bytes, size_t size) {
  size_t total = 0;
  for (int i = 0; i < count; i++) {
    pieces[i] = (struct iovec){bytes + total, size > 0 ? size : 1 + (size_t)i * 7919 % 1500};
    total += pieces[i].iov_len;
  }
  return total;
}

enum { BUFFER_LIMIT = 1024, ROOM = BUFFER_LIMIT * 1500 };

static void write_buffers(void *context) {
  struct bulk *bulk = context;
  struct iovec pieces[BUFFER_LIMIT];
  unsigned char *bytes = allocate(ROOM);
  size_t total = cut(pieces, bulk->buffers, bytes, bulk->size);
  for (uint32_t round = 0; round < 2; round++) {
    turn_await(round * 2);
    payload_fill(bytes, total, 0, round);
    if (writev(bulk->lane.in, pieces, bulk->buffers) != (ssize_t)total) die("writev of all buffers");
    turn_taken();
  }
}

// A read into many buffers: twice over pipes, by readv and preadv2, and over sockets by recvmsg and readv.
static void many_buffers(const struct options *options) {
  struct bulk bulk = {.lane = lane_open(options->kind),
                      .size = (size_t)or_default(options->size, 0),
                      .buffers = (int)or_default(options->count, BUFFER_LIMIT)};
  if (bulk.lane.is_pipe) lane_widen(&bulk.lane, 1 << 20);
  struct iovec pieces[BUFFER_LIMIT];
  unsigned char *bytes = allocate(ROOM);
  size_t total = cut(pieces, bulk.buffers, bytes, bulk.size);
  struct party writer = party_of_process(process_start(write_buffers, &bulk));
  for (uint32_t round = 0; round < 2; round++) {
    turn_await(round * 2 + 1);
    memset(bytes, 0, total);
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)bulk.buffers};
    ssize_t count = round == 0          ? readv(bulk.lane.out, pieces, bulk.buffers)
                    : bulk.lane.is_pipe ? preadv2(bulk.lane.out, pieces, bulk.buffers, -1, 0)
                                        : recvmsg(bulk.lane.out, &message, 0);
    if (count != (ssize_t)total) die("a read into all buffers");
    lane_tell(&bulk.lane, writer, party_self(), bytes, total, SHOWN_WHOLE);
    turn_taken();
  }
  process_reap(writer.pid);
}

const struct scenario WHOLE_SCENARIOS[] = {
    {"whole-odd-reads", odd_reads}, {"whole-read", one_read}, {"whole-buffers", many_buffers}, {NULL, NULL}};
