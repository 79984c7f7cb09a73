// Sockets that a tracer finds when it comes, and one small exchange over every kind of IPC for its filters.
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_SENT, GATE_GO, GATE_RECEIVED };
enum { EARLY = 200, SIZE = 120, ROUNDS = 5 };

struct late {
  struct pair pair;
};

static void turns(int fd, unsigned place, const struct end *other) {
  for (uint32_t turn = 0; turn < ROUNDS * 2; turn++) {
    if (turn % 2 == place) {
      send_record(fd, 0, SIZE, turn);
    } else if (receive(fd, other, SIZE) != SIZE) {
      die("a receive brought too little");
    }
  }
}

static void send_early(void *context) {
  struct late *late = context;
  int fd = late->pair.fds[0];
  close_end(&late->pair.fds[1]);
  struct end other = meet(0, fd);
  send_record(fd, 0, EARLY, 99);
  gate_add(GATE_SENT, 1);
  gate_await(GATE_GO, 1);
  turns(fd, 0, &other);
}

static void receive_early(int fd, const struct end *source) {
  unsigned char bytes[EARLY + 1];
  if (recv(fd, bytes, sizeof bytes, 0) != EARLY) die("what was sent before");
  const struct socket_transfer transfer = {.source = *source,
                                           .destination = end_of(fd),
                                           .bytes = bytes,
                                           .received = EARLY,
                                           .count = EARLY,
                                           .source_unobserved = true};
  truth_socket(&transfer);
}

// A connection with unread bytes.
static void preexisting(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct late late = {.pair = pair_open(&transport)};
  pid_t sender = process_start(send_early, &late);
  int fd = late.pair.fds[1];
  close_end(&late.pair.fds[0]);
  struct end other = meet(1, fd);
  gate_await(GATE_SENT, 1);
  announce(options, (pid_t[]){getpid(), sender}, 2);
  wait_for_file(options->wait_for);
  receive_early(fd, &other);
  gate_add(GATE_GO, 1);
  turns(fd, 1, &other);
  process_reap(sender);
}

struct waiting {
  struct transport transport;
  struct address address;
};

static void connect_early(void *context) {
  struct waiting *waiting = context;
  int fd = client_open(&waiting->transport, &waiting->address);
  slot_set(0, end_register(end_of(fd)));
  send_record(fd, 0, EARLY, 99);
  gate_add(GATE_SENT, 1);
  gate_await(GATE_GO, 1);
  struct end server = end_of_number((uint32_t)slot_get(1));
  turns(fd, 0, &server);
}

// A connection that nobody has accepted yet, with unread bytes.
static void unaccepted(const struct options *options) {
  struct waiting waiting = {.transport = transport_of(options, "unix-stream")};
  int listener = listener_open(options, &waiting.transport);
  waiting.address = address_of(listener);
  pid_t client = process_start(connect_early, &waiting);
  gate_await(GATE_SENT, 1);
  announce(options, (pid_t[]){getpid(), client}, 2);
  wait_for_file(options->wait_for);
  int fd = accept_one(listener);
  struct end other = end_of_number((uint32_t)slot_get(0));
  slot_set(1, end_register(end_of(fd)));
  receive_early(fd, &other);
  gate_add(GATE_GO, 1);
  turns(fd, 1, &other);
  process_reap(client);
  name_unlink(listener);
}

struct mixed {
  struct pair pairs[9];
  struct pipe_ends pipe;
};

static const char *const KINDS[] = {"unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "udp4"};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static void send_over_each(void *context) {
  struct mixed *mixed = context;
  gate_await(GATE_GO, 1);
  for (uint32_t i = 0; i < KIND_COUNT; i++) {
    int fd = mixed->pairs[i].fds[0];
    uint32_t self = end_register(end_of(fd));
    send_record(fd, self, SIZE, i);
    gate_add(GATE_SENT, 1);
    if (receive(fd, NULL, SIZE) != SIZE) die("an answer was cut");
  }
  payload_send(mixed->pipe.write_fd, SIZE, 0);
}

static void mix(const struct options *options) {
  struct mixed mixed = {.pipe = pipe_open(0)};
  for (uint32_t i = 0; i < KIND_COUNT; i++) {
    struct transport transport = transport_of(&(struct options){0}, KINDS[i]);
    mixed.pairs[i] = pair_open(&transport);
  }
  pid_t first = process_start(send_over_each, &mixed);
  announce(options, (pid_t[]){getpid(), first}, 2);
  wait_for_file(options->wait_for);
  gate_add(GATE_GO, 1);
  for (uint32_t i = 0; i < KIND_COUNT; i++) {
    int fd = mixed.pairs[i].fds[1];
    if (receive(fd, NULL, SIZE) != SIZE) die("a message was cut");
    send_record(fd, end_register(end_of(fd)), SIZE, i);
  }
  unsigned char buffer[SIZE];
  tell_read(&mixed.pipe.channel, buffer, read_some(mixed.pipe.read_fd, buffer, SIZE));
  process_reap(first);
}

const struct scenario SOCKET_LATE_SCENARIOS[] = {
    {"socket-preexisting", preexisting}, {"socket-unaccepted", unaccepted}, {"mixed", mix}, {NULL, NULL}};
