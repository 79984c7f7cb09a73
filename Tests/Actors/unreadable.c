// Memory that is gone a moment after a read has filled it: what a tracer could still see of it is a matter of luck.
#include "lanes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 65536, HALF = SIZE / 2, WAYS = 6 };

struct trap {
  unsigned char *memory;
  _Atomic uint32_t armed;
  _Atomic uint32_t sprung;
  uint32_t rounds;
};

// No other mapping may come in its place, or there would be bytes again, of something else.
static void take_away(unsigned char *at, size_t size, uint32_t way) {
  switch (way) {
    case 0:
      if (mprotect(at, size, PROT_NONE) != 0) die("mprotect");
      return;
    case 1: {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
      if (mmap(at, size, PROT_NONE, flags, -1, 0) != at) die("mmap in its place");
      return;
    }
    default:
      // A memory file keeps its bytes, but the process no longer has them mapped.
      if (madvise(at, size, MADV_DONTNEED) != 0) die("madvise");
  }
}

static void *spring(void *context) {
  struct trap *trap = context;
  for (uint32_t round = 1; round <= trap->rounds; round++) {
    while (atomic_load(&trap->armed) < round) continue;
    // All or the second half, as soon as the last byte is there.
    uint32_t way = round % WAYS;
    size_t from = way < WAYS / 2 ? 0 : HALF;
    const volatile unsigned char *last = trap->memory + SIZE - 1;
    while (*last == 0) continue;
    take_away(trap->memory + from, SIZE - from, way % (WAYS / 2));
    atomic_store(&trap->sprung, round);
  }
  return NULL;
}

static void write_rounds(void *context) {
  struct lane *lane = context;
  unsigned char bytes[SIZE];
  uint32_t rounds = (uint32_t)slot_get(0);
  for (uint32_t round = 0; round < rounds; round++) {
    turn_await(round * 2);
    payload_fill(bytes, SIZE, 0, round);
    bytes[SIZE - 1] |= 1;
    if (write(lane->in, bytes, SIZE) != SIZE) die("write");
    turn_taken();
  }
}

// A segment may come later than the rest; a read would then end before it.
static void all_await(int fd) {
  int waiting = 0;
  while (ioctl(fd, FIONREAD, &waiting) == 0 && waiting < SIZE) sleep_milliseconds(1);
}

static void vanishing(const struct options *options) {
  struct lane lane = lane_open(options->kind);
  struct trap trap = {.rounds = (uint32_t)or_default(options->count, 120)};
  slot_set(0, trap.rounds);
  struct party writer = party_of_process(process_start(write_rounds, &lane));
  int file = memfd_create("vanishing", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, SIZE) != 0) die("memfd_create");
  pthread_t thread;
  if (pthread_create(&thread, NULL, spring, &trap) != 0) die("pthread_create");
  for (uint32_t round = 1; round <= trap.rounds; round++) {
    trap.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
    if (trap.memory == MAP_FAILED) die("mmap");
    trap.memory[SIZE - 1] = 0;
    turn_await(round * 2 - 1);
    all_await(lane.out);
    atomic_store(&trap.armed, round);
    if (read_some(lane.out, trap.memory, SIZE) != SIZE) die("read of less");
    unsigned char bytes[SIZE];
    payload_fill(bytes, SIZE, 0, round - 1);
    bytes[SIZE - 1] |= 1;
    lane_tell(&lane, writer, party_self(), bytes, SIZE, SHOWN_IN_PART);
    while (atomic_load(&trap.sprung) < round) continue;
    munmap(trap.memory, SIZE);
    turn_taken();
  }
  pthread_join(thread, NULL);
  process_reap(writer.pid);
}

const struct scenario UNREADABLE_SCENARIOS[] = {{"unreadable", vanishing}, {NULL, NULL}};
