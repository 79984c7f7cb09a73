// Bytes from files into pipes and sockets, copies, and memory that is lent to a pipe.
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SIZE = 30000, COPIED = 3000 };

struct work {
  struct lane lane;
  struct lane other;
  int file;
  unsigned char *bytes;  // what the file holds, and what is written
};

static struct work work_open(const char *kind) {
  struct work work = {.lane = lane_open(kind), .other = lane_open("pipe"), .bytes = allocate(SIZE)};
  payload_fill(work.bytes, SIZE, 0, 0);
  work.file = memfd_create("source", MFD_CLOEXEC);
  if (work.file < 0) die("memfd_create");
  write_whole(work.file, work.bytes, SIZE);
  return work;
}

// Reads so many bytes of the payload into a buffer, from its start or from where the last read ended.
static void take(const struct lane *lane, struct party source, const struct work *work, size_t at, size_t count) {
  unsigned char buffer[SIZE];
  for (size_t end = at + count; at < end;) {
    size_t part = read_some(lane->out, buffer, end - at);
    if (part == 0) die("the stream ended early");
    if (memcmp(buffer, work->bytes + at, part) != 0) die("other bytes came than were sent");
    lane_tell(lane, source, party_self(), buffer, part, SHOWN_WHOLE);
    at += part;
  }
}

static void splice_exactly(int from, loff_t *offset, int to, size_t count) {
  while (count > 0) {
    ssize_t part = splice(from, offset, to, NULL, count, 0);
    if (part <= 0) die("splice");
    count -= (size_t)part;
  }
}

static void send_file(void *context) {
  struct work *work = context;
  off_t start = 0;
  if (sendfile(work->lane.in, work->file, &start, SIZE) != SIZE) die("sendfile");
  turn_taken();
  turn_await(2);
  if (!work->lane.is_pipe) return;
  loff_t offset = 0;
  splice_exactly(work->file, &offset, work->lane.in, SIZE);
  turn_taken();
}

// By sendfile, and into a pipe by splice, too. Whoever receives has a buffer.
static void from_file(const struct options *options) {
  struct work work = work_open(options->kind);
  struct party sender = party_of_process(process_start(send_file, &work));
  for (uint32_t turn = 1; turn <= (work.lane.is_pipe ? 3 : 1); turn += 2) {
    turn_await(turn);
    take(&work.lane, sender, &work, 0, SIZE);
    turn_taken();
  }
  process_reap(sender.pid);
}

static void send_through(void *context) {
  struct work *work = context;
  struct party self = party_self();
  loff_t offset = 0;
  splice_exactly(work->file, &offset, work->other.in, SIZE);
  ssize_t count = splice(work->other.out, NULL, work->lane.in, NULL, SIZE, 0);
  if (count != SIZE) die("splice from the pipe between");
  // No process has ever held these in a buffer.
  lane_tell(&work->other, self, self, work->bytes, SIZE, SHOWN_PERHAPS);
  turn_taken();
}

// From a file into a pipe, and on from there, as servers do.
static void through_pipe(const struct options *options) {
  struct work work = work_open(options->kind);
  struct party sender = party_of_process(process_start(send_through, &work));
  turn_await(1);
  take(&work.lane, sender, &work, 0, SIZE);
  process_reap(sender.pid);
}

static void write_twice(void *context) {
  struct work *work = context;
  write_whole(work->lane.in, work->bytes, SIZE);
  turn_taken();
  turn_await(2);
  write_whole(work->lane.in, work->bytes, SIZE);
  turn_taken();
}

// Out of a pipe into a file; first what lay there already, then what was written since.
static void into_file(const struct options *options) {
  struct work work = work_open(options->kind);
  struct party writer = party_of_process(process_start(write_twice, &work));
  int sink = memfd_create("sink", MFD_CLOEXEC);
  if (sink < 0) die("memfd_create");
  for (uint32_t turn = 1; turn <= 3; turn += 2) {
    turn_await(turn);
    size_t at = 0;
    for (size_t size = 777; at < SIZE; size = SIZE - at) {
      if (splice(work.lane.out, NULL, sink, NULL, size, 0) != (ssize_t)size) die("splice to a file");
      lane_tell(&work.lane, writer, party_self(), work.bytes + at, size, SHOWN_WHOLE);
      at += size;
    }
    turn_taken();
  }
  process_reap(writer.pid);
  unsigned char *copy = allocate(2 * SIZE);
  if (pread(sink, copy, 2 * SIZE, 0) != 2 * SIZE || memcmp(copy, work.bytes, SIZE) != 0) die("the file's bytes");
}

static void write_for_tee(void *context) {
  struct work *work = context;
  write_whole(work->lane.in, work->bytes, COPIED);
  turn_taken();
}

// A copy goes to the second pipe, written by whoever made it; the original stays where it is.
static void copied(const struct options *options) {
  (void)options;
  struct work work = work_open("pipe");
  struct party self = party_self(), writer = party_of_process(process_start(write_for_tee, &work));
  turn_await(1);
  if (tee(work.lane.out, work.other.in, COPIED, 0) != COPIED) die("tee");
  take(&work.lane, writer, &work, 0, COPIED);
  take(&work.other, self, &work, 0, COPIED);
  process_reap(writer.pid);
}

// Both the original and the copy are passed on without a buffer.
static void copied_on(const struct options *options) {
  (void)options;
  struct work work = work_open("pipe");
  struct party self = party_self(), writer = party_of_process(process_start(write_for_tee, &work));
  int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (sink < 0) die("open");
  turn_await(1);
  if (tee(work.lane.out, work.other.in, COPIED, 0) != COPIED) die("tee");
  splice_exactly(work.lane.out, NULL, sink, COPIED);
  lane_tell(&work.lane, writer, self, work.bytes, COPIED, SHOWN_WHOLE);
  splice_exactly(work.other.out, NULL, sink, COPIED);
  lane_tell(&work.other, self, self, work.bytes, COPIED, SHOWN_PERHAPS);
  process_reap(writer.pid);
}

static void lend(void *context) {
  struct work *work = context;
  struct iovec pieces[] = {{work->bytes, 1}, {work->bytes + 1, 4999}, {work->bytes + 5000, SIZE - 5000}};
  if (vmsplice(work->lane.in, pieces, 3, 0) != SIZE) die("vmsplice into a pipe");
  turn_taken();
  // Memory that was lent must stay as it is.
  turn_await(2);
  write_whole(work->lane.in, work->bytes, SIZE);
  turn_taken();
}

// Memory lent to a pipe, received into a buffer; and what is in a pipe taken out of it into buffers by the same call.
static void lent(const struct options *options) {
  (void)options;
  struct work work = work_open("pipe");
  struct party self = party_self(), writer = party_of_process(process_start(lend, &work));
  turn_await(1);
  take(&work.lane, writer, &work, 0, SIZE);
  turn_taken();
  turn_await(3);
  unsigned char buffer[SIZE] = {0};
  struct iovec room[] = {{buffer, 3}, {buffer + 3, 9997}, {buffer + 10000, SIZE - 10000}};
  if (vmsplice(work.lane.out, room, 3, 0) != SIZE) die("vmsplice out of a pipe");
  if (memcmp(buffer, work.bytes, SIZE) != 0) die("other bytes came than were sent");
  lane_tell(&work.lane, writer, self, buffer, SIZE, SHOWN_WHOLE);
  process_reap(writer.pid);
}

// It is for files alone: refused, and no event.
static void refused(const struct options *options) {
  struct work work = work_open(options->kind);
  if (copy_file_range(work.file, NULL, work.lane.in, NULL, 10, 0) != -1) die("copy_file_range was not refused");
  write_whole(work.lane.in, work.bytes, 20);
  if (copy_file_range(work.lane.out, NULL, work.file, NULL, 10, 0) != -1) die("copy_file_range was not refused");
  take(&work.lane, party_self(), &work, 0, 20);
}

static void write_its_part(void *context) {
  struct work *work = context;
  uint32_t part = (uint32_t)slot_get(0);
  write_whole(work->lane.in, work->bytes + part * 1000, 1000);
}

// Writers one after the other: one call passes on what both wrote, and each is told with its own.
static void several_writers(const struct options *options) {
  (void)options;
  struct work work = work_open("pipe");
  struct party writers[6];
  int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (sink < 0) die("open");
  for (uint32_t i = 0; i < 6; i++) {
    slot_set(0, i);
    writers[i] = party_of_process(process_start(write_its_part, &work));
    process_reap(writers[i].pid);
    if (i % 2 == 0) continue;
    splice_exactly(work.lane.out, NULL, sink, 2000);
    for (uint32_t each = i - 1; each <= i; each++) {
      lane_tell(&work.lane, writers[each], party_self(), work.bytes + each * 1000, 1000, SHOWN_WHOLE);
    }
  }
}

const struct scenario SPLICE_FILE_SCENARIOS[] = {
    {"splice-from-file", from_file}, {"splice-through", through_pipe}, {"splice-into-file", into_file},
    {"splice-tee", copied},          {"splice-tee-on", copied_on},     {"splice-vmsplice", lent},
    {"splice-refused", refused},     {"splice-writers", several_writers}, {NULL, NULL},
};
