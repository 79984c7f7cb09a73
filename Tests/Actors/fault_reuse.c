// Numbers that come again: of processes, of FIFOs, of ports, and addresses in the kernel.
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIZE = 80, PID_LIMIT = 4 << 20 };

// A child with this number, which nobody bears now; any number if it is 0.
static pid_t start_as(pid_t number, process_body body, void *context) {
  if (number == 0) return process_start(body, context);
  struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0 && errno == EEXIST) return process_start(body, context);
  if (pid < 0 && (errno == ENOSYS || errno == E2BIG)) unsupported("clone3 with set_tid (since 5.5)");
  if (pid < 0) die("clone3");
  if (pid == 0) {
    body(context);
    _exit(0);
  }
  return (pid_t)pid;
}

struct role {
  struct pipe_ends pipe;
  uint32_t sequence;
};

// A name for each, so that a tracer that takes one process for another shows it.
static void take_name(uint32_t sequence) {
  char name[16];
  snprintf(name, sizeof name, "reuse-%u", sequence);
  prctl(PR_SET_NAME, name);
}

static void be_writer(void *context) {
  struct role *role = context;
  take_name(role->sequence);
  payload_send(role->pipe.write_fd, SIZE, role->sequence);
}

static void be_reader(void *context) {
  struct role *role = context;
  unsigned char bytes[SIZE];
  take_name(role->sequence);
  tell_read(&role->pipe.channel, bytes, read_some(role->pipe.read_fd, bytes, SIZE));
}

// Two writers and a reader in each round, one after the other. With the mode `same`, all have one number; otherwise
// numbers come again when the kernel's have been used up.
static void pid_reuse(const struct options *options) {
  bool is_same = options->mode != NULL && strcmp(options->mode, "same") == 0;
  long count = or_default(options->count, 100);
  struct role role = {.pipe = pipe_open(0)};
  unsigned char *is_used = allocate(PID_LIMIT);
  unsigned char bytes[2 * SIZE];
  pid_t number = 0;
  long reused = 0;
  for (long round = 0; round < count; round++) {
    for (int place = 0; place < 3; place++, role.sequence++) {
      if (place == 2) {
        tell_read(&role.pipe.channel, bytes, read_some(role.pipe.read_fd, bytes, sizeof bytes));
        payload_send(role.pipe.write_fd, SIZE, role.sequence);
      }
      pid_t pid = start_as(number, place == 2 ? be_reader : be_writer, &role);
      process_reap(pid);
      if (pid < 0 || pid >= PID_LIMIT) die("a process number");
      reused += is_used[pid];
      is_used[pid] = 1;
      if (is_same) number = pid;
    }
  }
  if (reused < count) unsupported("numbers of processes were not used again");
}

// Gives the lane a place that one before it had, as far as a program can choose.
static struct lane lane_again(const struct options *options, const struct lane *before, uint32_t round) {
  if (strcmp(options->kind, "fifo") == 0) {
    // A file that was removed leaves its number to the next one, on ext4 at once.
    char path[160];
    snprintf(path, sizeof path, "%s-%u", options->truth, round);
    if (mkfifo(path, 0600) != 0) die("mkfifo");
    int out = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int in = open(path, O_WRONLY | O_CLOEXEC);
    if (out < 0 || in < 0) die("open of a FIFO");
    struct lane lane = {.is_pipe = true, .in = in, .out = out, .channel = channel_of(out, path)};
    if (unlink(path) != 0) die("unlink");
    return lane;
  }
  bool is_tcp = strcmp(options->kind, "tcp4") == 0;
  if (round == 0 || (!is_tcp && strcmp(options->kind, "udp4") != 0)) return lane_open(options->kind);
  struct address in = address_at("127.0.0.1", before->source.port);
  struct address out = address_at("127.0.0.1", before->destination.port);
  struct lane lane = {.is_packets = !is_tcp, .in = socket_open(AF_INET, is_tcp ? SOCK_STREAM : SOCK_DGRAM)};
  int server = socket_open(AF_INET, is_tcp ? SOCK_STREAM : SOCK_DGRAM);
  option_set(lane.in, SOL_SOCKET, SO_REUSEADDR, 1);
  option_set(server, SOL_SOCKET, SO_REUSEADDR, 1);
  socket_bind(lane.in, &in);
  socket_bind(server, &out);
  if (is_tcp && listen(server, 1) != 0) die("listen");
  socket_connect(lane.in, &out);
  if (!is_tcp) socket_connect(server, &in);
  lane.out = is_tcp ? accept_one(server) : server;
  if (is_tcp) socket_close(server);
  lane.source = end_of(lane.in);
  lane.destination = end_of(lane.out);
  return lane;
}

struct sending {
  struct lane lane;
  uint32_t round;
};

static void send_two(void *context) {
  struct sending *sending = context;
  take_name(sending->round);
  for (uint32_t i = 0; i < 2; i++) {
    unsigned char bytes[SIZE];
    payload_fill(bytes, SIZE, sending->round, i);
    write_whole(sending->lane.in, bytes, SIZE);
  }
}

static struct party sender_of(uint32_t round, pid_t pid) {
  struct party party = party_of_process(pid);
  snprintf(party.comm, sizeof party.comm, "reuse-%u", round);
  return party;
}

static void tell_left(const struct lane *lane, struct party source) {
  if (lane->is_pipe) {
    truth_unread(&lane->channel, source, SIZE);
    return;
  }
  struct end ends[2] = {lane->source, lane->destination};
  ends[0].party = source;
  tell_unread(&ends[0], &ends[1], SIZE);
}

// Channels that come and go at one place, each with a sender of its own. Every third is closed with bytes in it, which
// are nobody's afterwards.
static void channel_reuse(const struct options *options) {
  long count = or_default(options->count, 150);
  struct sending sending = {0};
  struct linger at_once = {1, 0};
  for (; sending.round < count; sending.round++) {
    struct lane *lane = &sending.lane;
    *lane = lane_again(options, lane, sending.round);
    pid_t sender = process_start(send_two, &sending);
    process_reap(sender);
    struct party source = sender_of(sending.round, sender);
    bool is_left = sending.round % 3 == 2;
    for (int i = 0; i < (is_left ? 1 : 2); i++) {
      unsigned char bytes[SIZE];
      if (read_some(lane->out, bytes, SIZE) != SIZE) die("a read was short");
      lane_tell(lane, source, party_self(), bytes, SIZE, SHOWN_WHOLE);
    }
    if (is_left) tell_left(lane, source);
    // A connection that is cut off leaves its ports at once.
    if (!lane->is_pipe && lane->source.kind == SOCKET_TCP)
      setsockopt(lane->out, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_end(&lane->out);
    close_end(&lane->in);
  }
}

const struct scenario FAULT_REUSE_SCENARIOS[] = {
    {"pid-reuse", pid_reuse}, {"channel-reuse", channel_reuse}, {NULL, NULL}};
