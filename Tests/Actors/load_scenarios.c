// Traffic for filters, for endings in the middle of work and for overruns.
#include "actor.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { GATE_START, GATE_DONE };
enum { MESH = 3, MESH_ROUNDS = 4 };

struct mesh {
  struct pipe_ends pipes[MESH][MESH];  // from the row to the column
  int place;
};

static void be_in_mesh(void *context) {
  struct mesh *mesh = context;
  char name[16];
  snprintf(name, sizeof name, "mesh-%d", mesh->place);
  prctl(PR_SET_NAME, name);
  gate_await(GATE_START, 1);
  for (uint32_t round = 0; round < MESH_ROUNDS; round++) {
    unsigned char buffer[256];
    for (int to = 0; to < MESH; to++) {
      if (to != mesh->place) payload_send(mesh->pipes[mesh->place][to].write_fd, 48, round);
    }
    for (int from = 0; from < MESH; from++) {
      const struct pipe_ends *pipe = &mesh->pipes[from][mesh->place];
      if (from != mesh->place) tell_read(&pipe->channel, buffer, read_some(pipe->read_fd, buffer, 48));
    }
  }
}

// Three processes, mesh-0 to mesh-2, that all talk to each other.
static void mesh(const struct options *options) {
  struct mesh mesh;
  pid_t pids[MESH];
  for (int i = 0; i < MESH * MESH; i++) mesh.pipes[i / MESH][i % MESH] = pipe_open(0);
  for (mesh.place = 0; mesh.place < MESH; mesh.place++) {
    pids[mesh.place] = process_start(be_in_mesh, &mesh);
  }
  announce(options, pids, MESH);
  wait_for_file(options->wait_for);
  gate_add(GATE_START, 1);
  for (int i = 0; i < MESH; i++) process_reap(pids[i]);
}

struct rally {
  struct pipe_ends there;
  struct pipe_ends back;
};

static void answer(void *context) {
  struct rally *rally = context;
  char ball[16];
  close_end(&rally->there.write_fd);
  close_end(&rally->back.read_fd);
  while (read(rally->there.read_fd, ball, sizeof ball) > 0) {
    write_whole(rally->back.write_fd, ball, sizeof ball);
  }
}

// Until it is killed; its partner ends with the stream.
static void busy(const struct options *options) {
  struct rally rally = {pipe_open(0), pipe_open(0)};
  pid_t partner = process_start(answer, &rally);
  close_end(&rally.there.read_fd);
  close_end(&rally.back.write_fd);
  announce(options, (pid_t[]){getpid(), partner}, 2);
  wait_for_file(options->wait_for);
  for (uint64_t i = 0;; i++) {
    char ball[17];
    snprintf(ball, sizeof ball, "%016lx", (unsigned long)i);
    write_whole(rally.there.write_fd, ball, 16);
    if (read_some(rally.back.read_fd, ball, 16) != 16) die("the partner went away");
  }
}

struct burst {
  struct pipe_ends pipe;
  size_t size;
  long count;
};

static void write_burst(void *context) {
  struct burst *burst = context;
  close_end(&burst->pipe.read_fd);
  unsigned char *buffer = allocate(burst->size);
  payload_fill(buffer, burst->size, party_register(party_self()), 0);
  for (long i = 0; i < burst->count; i++) write_whole(burst->pipe.write_fd, buffer, burst->size);
}

static void write_quietly(void *context) {
  struct burst *burst = context;
  close_end(&burst->pipe.read_fd);
  for (uint32_t i = 0; i < 10; i++) payload_send(burst->pipe.write_fd, 100, i);
}

// As fast as possible, told in total only; then, after a pause, a little traffic that must be told in full.
static void burst(const struct options *options) {
  struct burst burst = {.pipe = pipe_open(0),
                        .size = (size_t)or_default(options->size, 512),
                        .count = or_default(options->count, 100000)};
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  pid_t writer = process_start(write_burst, &burst);
  close_end(&burst.pipe.write_fd);
  unsigned char *buffer = allocate(burst.size);
  uint64_t reads = 0, bytes = 0;
  for (size_t count; (count = read_some(burst.pipe.read_fd, buffer, burst.size)) > 0; reads++) bytes += count;
  close_end(&burst.pipe.read_fd);
  process_reap(writer);
  truth_totals(&burst.pipe.channel, reads, bytes);
  sleep_milliseconds(or_default(options->milliseconds, 1000));
  struct burst quiet = {.pipe = pipe_open(0)};
  writer = process_start(write_quietly, &quiet);
  close_end(&quiet.pipe.write_fd);
  drain_from(&quiet.pipe, NULL, 100);
  process_reap(writer);
}

static void sleep_only(const struct options *options) {
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  sleep_milliseconds(or_default(options->milliseconds, 100));
}

const struct scenario LOAD_SCENARIOS[] = {
    {"mesh", mesh}, {"busy", busy}, {"burst", burst}, {"sleep", sleep_only}, {NULL, NULL},
};
