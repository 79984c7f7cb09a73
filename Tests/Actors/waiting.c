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

const struct scenario WAITING_SCENARIOS[] = {{"waiting", waiting}, {NULL, NULL}};
