// Transfers that nobody receives, of which every byte is told all the same.
#include "lanes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WRITES = 3, KEPT_MILLISECONDS = 3000 };

struct left {
  struct lane lane;
  size_t size;
  unsigned char *bytes;
};

static void write_left(void *context) {
  struct left *left = context;
  close_end(&left->lane.out);
  for (size_t i = 0; i < WRITES; i++) {
    if (write(left->lane.in, left->bytes + i * left->size, left->size) != (ssize_t)left->size) die("write of all bytes");
  }
}

static void tell_left(const struct left *left, struct party writer) {
  size_t events = left->lane.is_packets ? WRITES : 1, size = left->size * WRITES / events;
  for (size_t i = 0; i < events; i++) lane_tell_unread(&left->lane, writer, left->bytes + i * size, size);
}

static struct left left_open(const struct options *options) {
  struct left left = {.lane = lane_open(options->kind), .size = (size_t)or_default(options->size, 6000)};
  if (!left.lane.is_pipe || options->resize) lane_widen(&left.lane, 1 << 20);
  left.bytes = allocate(left.size * WRITES);
  for (size_t i = 0; i < WRITES; i++) payload_fill(left.bytes + i * left.size, left.size, (uint32_t)i, 0);
  return left;
}

// The last one who could receive closes, or ends.
static void unread_contents(const struct options *options) {
  struct left left = left_open(options);
  struct party writer = party_of_process(process_start(write_left, &left));
  process_reap(writer.pid);
  tell_left(&left, writer);
  const char *mode = options->mode == NULL ? "close" : options->mode;
  close_end(&left.lane.in);
  if (strcmp(mode, "close") == 0) close_end(&left.lane.out);
  if (strcmp(mode, "dup2") == 0 && dup2(STDERR_FILENO, left.lane.out) < 0) die("dup2");
  if (strcmp(mode, "range") == 0 && syscall(SYS_close_range, left.lane.out, left.lane.out, 0) != 0) die("close_range");
  if (strcmp(mode, "exit-twice") == 0 && dup(left.lane.out) < 0) die("dup");
}

static void keep(void *context) {
  struct left *left = context;
  close_end(&left->lane.in);
  sleep_milliseconds(KEPT_MILLISECONDS);
}

// Somebody could still receive when the trace ends.
static void unread_kept(const struct options *options) {
  pid_t self = getpid();
  announce(options, &self, 1);
  wait_for_file(options->wait_for);
  struct left left = left_open(options);
  process_start(keep, &left);
  write_left(&left);
  tell_left(&left, party_self());
}

const struct scenario UNREAD_SCENARIOS[] = {
    {"unread-contents", unread_contents}, {"unread-kept", unread_kept}, {NULL, NULL}};
