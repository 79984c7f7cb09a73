// Eventfds: who has added what a read takes.
#include "lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITERS = 4, DIGIT = 12, GATE_WRITERS = 30 };

static int counter;
static bool is_semaphore;
static unsigned counter_id;

static void counter_open(unsigned initial, int flags) {
  counter = eventfd(initial, flags);
  if (counter < 0) die("eventfd");
  is_semaphore = flags & EFD_SEMAPHORE;
  char path[64], line[128];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", counter);
  FILE *file = fopen(path, "re");
  if (file == NULL) die("fdinfo");
  bool is_found = false;
  while (fgets(line, sizeof line, file) != NULL) is_found |= sscanf(line, "eventfd-id: %u", &counter_id) == 1;
  fclose(file);
  if (!is_found) unsupported("eventfd-id in /proc/PID/fdinfo (5.2)");
}

static void add(uint64_t value) {
  if (write(counter, &value, sizeof value) != sizeof value) die("adding to an eventfd");
}

static uint64_t take(void) {
  uint64_t value;
  if (read(counter, &value, sizeof value) != sizeof value) die("reading an eventfd");
  return value;
}

static void tell_count(struct party source, uint64_t value) {
  const struct other_truth truth = {.type = "eventfd", .source = source, .destination = party_self()};
  truth_other(&truth, "\"count\":8,\"value\":%" PRIu64 ",\"eventfd_id\":%u,\"semaphore\":%d", value, counter_id,
              is_semaphore);
}

static void take_from(struct party source, uint64_t value) {
  if (take() != value) die("another count than was added");
  tell_count(source, value);
}

// Adds in a process of its own, which is gone then.
static void add_and_exit(void *context) { add(*(uint64_t *)context); }

static struct party added_by_other(uint64_t value) {
  pid_t pid = process_start(add_and_exit, &value);
  process_reap(pid);
  return party_of_process(pid);
}

static void one(const struct options *options) {
  (void)options;
  counter_open(0, 0);
  take_from(added_by_other(5), 5);
  // What one process adds is one event; so is its own.
  add(3);
  add(4);
  take_from(party_self(), 7);
  added_by_other(9);
}

static void three(const struct options *options) {
  (void)options;
  counter_open(0, 0);
  for (int round = 0; round < 3; round++) {
    struct party first = added_by_other(1), second = added_by_other(20), third = added_by_other(300);
    if (take() != 321) die("another count than was added");
    tell_count(first, 1);
    tell_count(second, 20);
    tell_count(third, 300);
  }
}

static void semaphore(const struct options *options) {
  (void)options;
  counter_open(1, EFD_SEMAPHORE);
  struct party first = added_by_other(2), second = added_by_other(1);
  // What it was made with nobody has added.
  if (take() != 1) die("the first count");
  take_from(first, 1);
  take_from(first, 1);
  take_from(second, 1);
}

static void initial(const struct options *options) {
  (void)options;
  counter_open(5, EFD_NONBLOCK);
  if (take() != 5) die("the first count");
  uint64_t value;
  if (read(counter, &value, sizeof value) >= 0 || errno != EAGAIN) die("reading nothing");
  struct party other = added_by_other(2);
  if (read(counter, &value, 4) >= 0 || errno != EINVAL) die("reading less than a count");
  take_from(other, 2);
  counter_open(7, 0);
  struct party third = added_by_other(4);
  if (take() != 11) die("the first count and another");
  tell_count(third, 4);
}

// A writer that waits for room adds when there is some.
static void fill_up(void *context) {
  (void)context;
  gate_add(GATE_WRITERS, 1);
  add(5);
}

static void overflow(const struct options *options) {
  (void)options;
  counter_open(0, EFD_SEMAPHORE);
  struct party first = added_by_other(UINT64_MAX - 1);
  pid_t pid = process_start(fill_up, NULL);
  gate_await(GATE_WRITERS, 1);
  await_sleep(pid);
  for (int i = 0; i < 5; i++) take_from(first, 1);
  process_reap(pid);
}

static void vector(const struct options *options) {
  (void)options;
  counter_open(0, 0);
  uint64_t values[] = {3, 4}, value = 0;
  struct iovec pieces[] = {{&values[0], 8}, {&values[1], 8}}, place = {&value, 8};
  if (writev(counter, pieces, 2) != 16) die("writev");
  if (readv(counter, &place, 1) != 8 || value != 7) die("readv");
  tell_count(party_self(), 7);
}

static int other_counter;
static unsigned other_id;

static void swap_counters(void) {
  int fd = counter;
  unsigned id = counter_id;
  counter = other_counter;
  counter_id = other_id;
  other_counter = fd;
  other_id = id;
}

static long rounds_wanted;

static void answer(void *context) {
  struct party *asker = context;
  for (long i = 0; i < rounds_wanted; i++) {
    take_from(*asker, (uint64_t)i + 1);
    swap_counters();
    add((uint64_t)i + 1000000);
    swap_counters();
  }
}

static void rounds(const struct options *options) {
  rounds_wanted = or_default(options->count, 1000);
  counter_open(0, 0);
  swap_counters();
  counter_open(0, 0);
  struct party self = party_self();
  pid_t pid = process_start(answer, &self);
  struct party other = party_of_process(pid);
  for (long i = 0; i < rounds_wanted; i++) {
    add((uint64_t)i + 1);
    swap_counters();
    take_from(other, (uint64_t)i + 1000000);
    swap_counters();
  }
  process_reap(pid);
}

// Each writer counts in digits of its own, so that a sum tells who has added what.
static void add_digits(void *context) {
  unsigned place = *(unsigned *)context;
  gate_add(GATE_WRITERS, 1);
  gate_await(GATE_WRITERS, WRITERS);
  for (long i = 0; i < rounds_wanted; i++) add((uint64_t)1 << place * DIGIT);
}

static void crowd(const struct options *options) {
  rounds_wanted = or_default(options->count, 200);
  counter_open(0, 0);
  pid_t pids[WRITERS];
  for (unsigned i = 0; i < WRITERS; i++) pids[i] = process_start(add_digits, &i);
  for (long left = rounds_wanted * WRITERS; left > 0;) {
    uint64_t value = take();
    for (unsigned i = 0; i < WRITERS; i++) {
      uint64_t part = value & ((uint64_t)((1 << DIGIT) - 1) << i * DIGIT);
      if (part != 0) tell_count(party_of_process(pids[i]), part);
      left -= (long)(part >> i * DIGIT);
    }
  }
  for (unsigned i = 0; i < WRITERS; i++) process_reap(pids[i]);
}

const struct scenario EVENTFD_SCENARIOS[] = {
    {"eventfd-one", one},           {"eventfd-three", three},   {"eventfd-semaphore", semaphore},
    {"eventfd-initial", initial},   {"eventfd-overflow", overflow}, {"eventfd-vector", vector},
    {"eventfd-rounds", rounds},     {"eventfd-crowd", crowd},   {NULL, NULL},
};
