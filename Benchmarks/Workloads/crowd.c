// A thousand processes in a ring, each with ten pipes to the next one. One count is a message over every pipe.
#include "workload.h"

#include <unistd.h>

enum { PROCESSES = 1000, PIPES = 10 };

struct bundle {
  int ends[PIPES][2];
};

struct member {
  struct amount amount;
  struct bundle from;
  struct bundle to;
};

static struct bundle open_bundle(void) {
  struct bundle bundle;
  for (int i = 0; i < PIPES; i++) {
    if (pipe(bundle.ends[i])) die("pipe");
  }
  return bundle;
}

static void close_bundle(struct bundle *bundle) {
  for (int i = 0; i < 2 * PIPES; i++) close(bundle->ends[i / 2][i % 2]);
}

static void take_part(void *context) {
  struct member *member = context;
  void *message = allocate(member->amount.size);
  board_start(PROCESSES);
  for (long i = 0; i < member->amount.count; i++) {
    for (int each = 0; each < PIPES; each++) write_all(member->to.ends[each][1], message, member->amount.size);
    for (int each = 0; each < PIPES; each++) read_all(member->from.ends[each][0], message, member->amount.size);
  }
  uint64_t transfers = (uint64_t)member->amount.count * PIPES;
  board_stop(transfers, transfers * member->amount.size);
}

static void crowd(struct amount amount) {
  static pid_t pids[PROCESSES];
  struct bundle first = open_bundle();
  struct member member = {amount, first, first};
  for (int i = 0; i < PROCESSES; i++) {
    member.from = member.to;
    member.to = i == PROCESSES - 1 ? first : open_bundle();
    pids[i] = start(take_part, &member);
    // The first bundle leads back to the first process from the last.
    if (i > 0) close_bundle(&member.from);
  }
  close_bundle(&first);
  for (int i = 0; i < PROCESSES; i++) reap(pids[i]);
}

const struct workload CROWD_WORKLOADS[] = {
    {"crowd", crowd, 20, 64},
    {NULL, NULL, 0, 0},
};
