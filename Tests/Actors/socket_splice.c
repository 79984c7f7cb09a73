// Bytes that no buffer of the process holds on their way into a socket or out of it. Only ends and counts are told.
#include "sockets.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { GATE_SENT, GATE_RECEIVED };

struct route {
  struct pair pair;
  int file;
};

static void feed(void *context) {
  struct route *route = context;
  int fd = route->pair.fds[0];
  close_end(&route->pair.fds[1]);
  struct end other = meet(0, fd);
  if (sendfile(fd, route->file, NULL, 50) != 50) die("sendfile to a socket");
  gate_add(GATE_SENT, 1);
  gate_await(GATE_RECEIVED, 1);
  struct pipe_ends pipe = pipe_open(0);
  if (splice(route->file, NULL, pipe.write_fd, NULL, 40, 0) != 40) die("splice of a file");
  if (splice(pipe.read_fd, NULL, fd, NULL, 40, 0) != 40) die("splice to a socket");
  truth_pipe(&pipe.channel, party_self(), party_self(), NULL, 40);
  gate_add(GATE_SENT, 1);
  gate_await(GATE_RECEIVED, 2);
  if (!is_stream(other.kind)) return;
  send_record(fd, 0, 60, 0);
  send_record(fd, 0, 30, 1);
}

static void moved(const struct end *source, int fd, size_t count) {
  struct end self = end_of(fd);
  tell(source, &self, NULL, count);
}

static void route_bytes(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct route route = {.pair = pair_open(&transport), .file = open(options->program, O_RDONLY)};
  if (route.file < 0) die("open");
  pid_t sender = process_start(feed, &route);
  int fd = route.pair.fds[1];
  close_end(&route.pair.fds[0]);
  struct end other = meet(1, fd);
  char buffer[256];
  static const size_t sizes[] = {50, 40};
  for (uint32_t i = 0; i < 2; i++) {
    gate_await(GATE_SENT, i + 1);
    if (recv(fd, buffer, sizeof buffer, 0) != (ssize_t)sizes[i]) die("recv behind a splice");
    moved(&other, fd, sizes[i]);
    gate_add(GATE_RECEIVED, 1);
  }
  if (is_stream(other.kind)) {
    struct pipe_ends pipe = pipe_open(0);
    if (splice(fd, NULL, pipe.write_fd, NULL, 60, 0) != 60) die("splice from a socket");
    moved(&other, fd, 60);
    if (read_some(pipe.read_fd, buffer, sizeof buffer) != 60) die("read behind a splice");
    truth_pipe(&pipe.channel, party_self(), party_self(), NULL, 60);
    // TCP throws bytes away that it is not asked to copy.
    bool is_tcp = other.kind == SOCKET_TCP;
    if (recv(fd, is_tcp ? NULL : buffer, 30, MSG_WAITALL | (is_tcp ? MSG_TRUNC : 0)) != 30) die("recv of the rest");
    moved(&other, fd, 30);
  }
  process_reap(sender);
}

const struct scenario SOCKET_SPLICE_SCENARIOS[] = {{"socket-splice", route_bytes}, {NULL, NULL}};
