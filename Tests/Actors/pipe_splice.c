// Bytes that no buffer of the process holds on their way: splice, tee, vmsplice, sendfile. Only ends and counts are told.
#define _GNU_SOURCE
#include "actor.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GATE_FILLED };

struct route {
  struct pipe_ends first, second;
  int file;
};

static void moved(const struct channel *channel, struct party source, size_t count) {
  truth_pipe(channel, source, party_self(), NULL, count);
}

// Puts 100 + 50 + 7 bytes into the first pipe, in three ways.
static void fill(void *context) {
  struct route *route = context;
  slot_set(0, getpid());
  if (splice(route->file, NULL, route->first.write_fd, NULL, 100, 0) != 100) die("splice of a file");
  if (sendfile(route->first.write_fd, route->file, NULL, 50) != 50) die("sendfile to a pipe");
  struct iovec pieces[] = {{"page", 4}, {"own", 3}};
  if (vmsplice(route->first.write_fd, pieces, 2, 0) != 7) die("vmsplice to a pipe");
  gate_add(GATE_FILLED, 1);
}

static void route_bytes(const struct options *options) {
  struct route route = {.first = pipe_open(0), .second = pipe_open(0), .file = open(options->program, O_RDONLY)};
  char buffer[256];
  int sink = open("/dev/null", O_WRONLY);
  if (route.file < 0 || sink < 0) die("open");
  struct party self = party_self(), filler = self;
  filler.pid = filler.tid = process_start(fill, &route);
  gate_await(GATE_FILLED, 1);
  process_reap(filler.pid);
  // A copy goes to the second pipe and is read there; the original stays.
  if (tee(route.first.read_fd, route.second.write_fd, 30, 0) != 30) die("tee");
  if (read_some(route.second.read_fd, buffer, sizeof buffer) != 30) die("read of a copy");
  moved(&route.second.channel, self, 30);
  // From pipe to pipe: read from one and written to the other.
  if (splice(route.first.read_fd, NULL, route.second.write_fd, NULL, 40, 0) != 40) die("splice between pipes");
  moved(&route.first.channel, filler, 40);
  if (read_some(route.second.read_fd, buffer, sizeof buffer) != 40) die("read behind a splice");
  moved(&route.second.channel, self, 40);
  // Out of the pipe to where nobody is.
  if (splice(route.first.read_fd, NULL, sink, NULL, 60, 0) != 60) die("splice out");
  moved(&route.first.channel, filler, 60);
  struct iovec room = {buffer, 57};
  if (vmsplice(route.first.read_fd, &room, 1, 0) != 57) die("vmsplice out");
  moved(&route.first.channel, filler, 57);
}

const struct scenario PIPE_SPLICE_SCENARIOS[] = {{"pipe-splice", route_bytes}, {NULL, NULL}};
