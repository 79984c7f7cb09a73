// Pipes that several processes or threads use at the same time.
#include "actor.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { GATE_READY, GATE_START };

struct crowd {
  struct pipe_ends pipe;
  size_t size;
  uint32_t count;
};

static void write_records(const struct crowd *crowd) {
  unsigned char *buffer = allocate(crowd->size);
  uint32_t self = party_register(party_self());
  gate_add(GATE_READY, 1);
  gate_await(GATE_START, 1);
  for (uint32_t i = 0; i < crowd->count; i++) {
    payload_fill(buffer, crowd->size, self, i);
    write_whole(crowd->pipe.write_fd, buffer, crowd->size);
  }
  free(buffer);
}

static void write_beside_others(void *context) {
  struct crowd *crowd = context;
  close_end(&crowd->pipe.read_fd);
  write_records(crowd);
}

static void read_beside_others(void *context) {
  struct crowd *crowd = context;
  close_end(&crowd->pipe.write_fd);
  drain_from(&crowd->pipe, NULL, crowd->size);
}

// Records fit PIPE_BUF, so the kernel keeps each whole, and readers of that size get one each.
static void many(const struct options *options) {
  struct crowd crowd = {.pipe = pipe_open(0),
                        .size = (size_t)or_default(options->size, 512),
                        .count = (uint32_t)or_default(options->count, 500)};
  long writers = or_default(options->writers, 4), readers = or_default(options->readers, 2);
  pid_t *pids = allocate((size_t)(writers + readers) * sizeof *pids);
  for (long i = 0; i < writers; i++) pids[i] = process_start(write_beside_others, &crowd);
  for (long i = 0; i < readers; i++) pids[writers + i] = process_start(read_beside_others, &crowd);
  close_end(&crowd.pipe.write_fd);
  close_end(&crowd.pipe.read_fd);
  gate_await(GATE_READY, (uint32_t)writers);
  gate_add(GATE_START, 1);
  for (long i = 0; i < writers + readers; i++) process_reap(pids[i]);
}

static void *write_as_thread(void *context) {
  write_records(context);
  return NULL;
}

static void *write_as_named_thread(void *context) {
  prctl(PR_SET_NAME, "named thread");
  return write_as_thread(context);
}

static void write_in_threads(void *context) {
  struct crowd *crowd = context;
  close_end(&crowd->pipe.read_fd);
  pthread_t threads[2];
  if (pthread_create(&threads[0], NULL, write_as_thread, crowd) != 0) die("pthread_create");
  if (pthread_create(&threads[1], NULL, write_as_named_thread, crowd) != 0) die("pthread_create");
  gate_await(GATE_READY, 2);
  gate_add(GATE_START, 1);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void *read_as_thread(void *context) {
  struct crowd *crowd = context;
  drain_from(&crowd->pipe, NULL, crowd->size);
  return NULL;
}

static void threads(const struct options *options) {
  struct crowd crowd = {
      .pipe = pipe_open(0), .size = 256, .count = (uint32_t)or_default(options->count, 50)};
  pid_t writer = process_start(write_in_threads, &crowd);
  close_end(&crowd.pipe.write_fd);
  pthread_t reader;
  if (pthread_create(&reader, NULL, read_as_thread, &crowd) != 0) die("pthread_create");
  read_as_thread(&crowd);
  pthread_join(reader, NULL);
  process_reap(writer);
}

const struct scenario PIPE_CONCURRENT_SCENARIOS[] = {
    {"pipe-many", many},
    {"pipe-threads", threads},
    {NULL, NULL},
};
