// Processes and threads with names of their own.
#include <pthread.h>
#include <sys/prctl.h>

#include "actor.h"

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

const struct scenario NAME_SCENARIOS[] = {
    {"named-threads", named_threads},
    {NULL, NULL},
};
