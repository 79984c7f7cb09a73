// Processes that wait for one that does nothing: one for something to read, one for room to write.
#include "sockets.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The ends of two channels: of the empty one, the first reads; into the full one, the second writes.
struct places {
  int empty[2];
  int full[2];
};

// A channel from its second end to its first.
static void open_channel(const struct options *options, int ends[2]) {
  if (options->kind == NULL || strcmp(options->kind, "pipe") == 0) {
    struct pipe_ends pipe = pipe_open(0);
    ends[0] = pipe.read_fd;
    ends[1] = pipe.write_fd;
    return;
  }
  struct transport transport = transport_of(options, "unix-stream");
  struct pair pair = pair_open(&transport);
  memcpy(ends, pair.fds, sizeof pair.fds);
}

static void wait_to_read(void *context) {
  struct places *places = context;
  close_end(&places->empty[1]);
  close_end(&places->full[0]);
  close_end(&places->full[1]);
  char byte;
  if (read(places->empty[0], &byte, 1) != 1) die("read");
}

static void wait_to_write(void *context) {
  struct places *places = context;
  close_end(&places->empty[0]);
  close_end(&places->empty[1]);
  close_end(&places->full[0]);
  enum { BLOCK = 1 << 16 };
  char *block = allocate(BLOCK);
  for (;;) {
    if (write(places->full[1], block, BLOCK) < 0) die("write");
  }
}

static void waiting(const struct options *options) {
  struct places places;
  open_channel(options, places.empty);
  open_channel(options, places.full);
  pid_t reader = process_start(wait_to_read, &places);
  pid_t writer = process_start(wait_to_write, &places);
  close_end(&places.empty[0]);
  close_end(&places.full[1]);
  announce(options, (pid_t[]){getpid(), reader, writer}, 3);
  wait_for_file(options->wait_for);
  // What they would have done else is of no interest.
  signal(SIGCHLD, SIG_IGN);
  kill(reader, SIGKILL);
  kill(writer, SIGKILL);
}

// Two pipes: each of two processes reads from the other.
struct crossed {
  struct pipe_ends pipes[2];
};

static void read_from_other(const struct crossed *crossed, int own) {
  close_end(&(int){crossed->pipes[own].write_fd});
  close_end(&(int){crossed->pipes[1 - own].read_fd});
  char byte;
  if (read(crossed->pipes[own].read_fd, &byte, 1) < 0) die("read");
}

static void read_first(void *context) { read_from_other(context, 0); }
static void read_second(void *context) { read_from_other(context, 1); }

// Processes that wait for each other, and one that only sleeps.
static void deadlock(const struct options *options) {
  struct crossed crossed = {{pipe_open(0), pipe_open(0)}};
  pid_t first = process_start(read_first, &crossed);
  pid_t second = process_start(read_second, &crossed);
  for (int i = 0; i < 2; i++) {
    close_end(&crossed.pipes[i].read_fd);
    close_end(&crossed.pipes[i].write_fd);
  }
  announce(options, (pid_t[]){getpid(), first, second}, 3);
  wait_for_file(options->wait_for);
  signal(SIGCHLD, SIG_IGN);
  kill(first, SIGKILL);
  kill(second, SIGKILL);
}

const struct scenario WAITING_SCENARIOS[] = {{"waiting", waiting}, {"deadlock", deadlock}, {NULL, NULL}};
