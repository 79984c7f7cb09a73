#include "lanes.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TURN_GATE = 59 };

struct lane lane_open(const char *kind) {
  if (kind == NULL || strcmp(kind, "pipe") == 0) {
    struct pipe_ends pipe = pipe_open(0);
    return (struct lane){.is_pipe = true, .in = pipe.write_fd, .out = pipe.read_fd, .channel = pipe.channel};
  }
  struct transport transport = transport_of(&(struct options){.kind = kind}, kind);
  struct pair pair = pair_open(&transport);
  struct lane lane = {.is_packets = !is_stream(transport.kind), .in = pair.fds[0], .out = pair.fds[1]};
  lane.source = end_of(lane.in);
  lane.destination = end_of(lane.out);
  return lane;
}

size_t lane_widen(struct lane *lane, size_t size) {
  if (!lane->is_pipe) {
    // Twice the size is taken for it, which is what the bookkeeping needs.
    option_set(lane->in, SOL_SOCKET, SO_SNDBUFFORCE, (int)size);
    option_set(lane->out, SOL_SOCKET, SO_RCVBUFFORCE, (int)size);
    return size;
  }
  while (fcntl(lane->in, F_SETPIPE_SZ, size) < 0) {
    if (size <= 65536) die("F_SETPIPE_SZ");
    size /= 2;
  }
  return size;
}

void lane_tell(const struct lane *lane, struct party source, struct party destination, const void *bytes,
               size_t count, enum showing showing) {
  if (lane->is_pipe) {
    truth_pipe_shown(&lane->channel, source, destination, bytes, count, showing);
    return;
  }
  struct socket_transfer transfer = {.source = lane->source, .destination = lane->destination, .bytes = bytes,
                                     .received = count, .count = count, .showing = showing};
  transfer.source.party = source;
  transfer.destination.party = destination;
  truth_socket(&transfer);
}

void lane_tell_unread(const struct lane *lane, struct party source, const void *bytes, size_t count) {
  if (lane->is_pipe) {
    truth_unread_shown(&lane->channel, source, bytes, count);
    return;
  }
  struct socket_transfer transfer = {.source = lane->source, .destination = lane->destination, .bytes = bytes,
                                     .received = count, .count = count, .undelivered = true};
  transfer.source.party = source;
  truth_socket(&transfer);
}

struct party party_of_process(pid_t pid) {
  struct party party = party_self();
  party.pid = party.tid = pid;
  return party;
}

void turn_await(uint32_t turn) { gate_await(TURN_GATE, turn); }

void turn_taken(void) { gate_add(TURN_GATE, 1); }

void await_sleep(pid_t tid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", tid);
  for (char state = 'R'; state != 'S'; sleep_milliseconds(1)) {
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(text, sizeof text, file) == NULL) die("/proc/PID/stat");
    fclose(file);
    // The name before the state may hold anything.
    const char *name_end = strrchr(text, ')');
    if (name_end != NULL) state = name_end[2];
  }
}
