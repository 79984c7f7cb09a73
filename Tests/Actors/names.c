// Processes and threads with names of their own.
#include <pthread.h>
#include <sys/prctl.h>

#include <stdio.h>
#include <unistd.h>

#include "lanes.h"

enum { GATE_READY, GATE_START };

static void be_client(void *context) {
  struct pipe_ends *pipe = context;
  prctl(PR_SET_NAME, "client");
  gate_add(GATE_READY, 1);
  gate_await(GATE_START, 1);
  payload_send(pipe->write_fd, 48, 0);
}

static void *work(void *context) {
  struct pipe_ends *pipe = context;
  unsigned char buffer[48];
  prctl(PR_SET_NAME, "worker-1");
  gate_add(GATE_READY, 1);
  gate_await(GATE_START, 1);
  tell_read(&pipe->channel, buffer, read_some(pipe->read_fd, buffer, sizeof buffer));
  return NULL;
}

static void be_server(void *context) {
  prctl(PR_SET_NAME, "server");
  pthread_t worker;
  if (pthread_create(&worker, NULL, work, context) != 0) die("pthread_create");
  pthread_join(worker, NULL);
}

// A process client writes to one called server, of which only the thread worker-1 reads.
static void named_threads(const struct options *options) {
  struct pipe_ends pipe = pipe_open(0);
  pid_t pids[] = {process_start(be_client, &pipe), process_start(be_server, &pipe)};
  gate_await(GATE_READY, 2);
  announce(options, pids, 2);
  wait_for_file(options->wait_for);
  gate_add(GATE_START, 1);
  for (int i = 0; i < 2; i++) process_reap(pids[i]);
}

enum { EARLY_COUNT = 2, EARLY_SIZE = 48, LONG_SIZE = 500000 };

struct late {
  struct lane lane;
  uint32_t number;  // of the sender
};

static void send_early(void *context) {
  struct late *late = context;
  char name[16];
  snprintf(name, sizeof name, "early-%u", late->number);
  prctl(PR_SET_NAME, name);
  slot_set(late->number, party_register(party_self()));
  payload_send(late->lane.in, EARLY_SIZE + late->number, late->number);
}

static void receive_late(void *context) {
  struct late *late = context;
  prctl(PR_SET_NAME, "latecomer");
  for (unsigned i = 0; i < EARLY_COUNT; i++) {
    unsigned char bytes[EARLY_SIZE + EARLY_COUNT];
    size_t count = read_some(late->lane.out, bytes, EARLY_SIZE + i);
    lane_tell(&late->lane, party_of((uint32_t)slot_get(i)), party_self(), bytes, count, SHOWN_WHOLE);
  }
}

// One process after the other writes to a channel and is gone when the reader gets its name, latecomer.
static void late_name(const struct options *options) {
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  struct late late = {.lane = lane_open(options->kind)};
  for (late.number = 0; late.number < EARLY_COUNT; late.number++) process_reap(process_start(send_early, &late));
  close_end(&late.lane.in);
  pid_t reader = process_start(receive_late, &late);
  close_end(&late.lane.out);
  process_reap(reader);
}

static void send_long(void *context) {
  struct late *late = context;
  prctl(PR_SET_NAME, "early-0");
  slot_set(0, party_register(party_self()));
  gate_add(GATE_READY, 1);
  payload_send(late->lane.in, LONG_SIZE, 0);
}

static void drain_late(void *context) {
  struct late *late = context;
  close_end(&late->lane.in);
  await_sleep((pid_t)slot_get(1));
  prctl(PR_SET_NAME, "latecomer");
  static unsigned char bytes[LONG_SIZE];
  size_t count;
  while ((count = read_some(late->lane.out, bytes, sizeof bytes)) > 0)
    lane_tell(&late->lane, party_of((uint32_t)slot_get(0)), party_self(), bytes, count, SHOWN_WHOLE);
}

// The same of a writer that is in the middle of its write then, because there is no room for all of it.
static void late_name_long(const struct options *options) {
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  struct late late = {.lane = lane_open(options->kind)};
  pid_t writer = process_start(send_long, &late);
  gate_await(GATE_READY, 1);
  slot_set(1, writer);
  close_end(&late.lane.in);
  pid_t reader = process_start(drain_late, &late);
  process_reap(writer);
  process_reap(reader);
}

const struct scenario NAME_SCENARIOS[] = {
    {"late-name", late_name},
    {"late-name-long", late_name_long},
    {"named-threads", named_threads},
    {NULL, NULL},
};
