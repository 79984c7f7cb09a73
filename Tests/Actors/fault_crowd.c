// Very many channels that are open before a tracer comes, and very many processes at once.
#include "lanes.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { GATE_OPEN, GATE_GO, GATE_SENT };
enum { TALKING = 5, SIZE = 64, HOLDER_LIMIT = 32 };

struct holder {
  const struct options *options;
  uint32_t place;
  long count;
  struct lane talking[TALKING];
};

static void send_on_some(void *context) {
  struct holder *holder = context;
  slot_set(holder->place, getpid());
  gate_add(GATE_OPEN, 1);
  gate_await(GATE_GO, 1);
  for (uint32_t i = 0; i < TALKING; i++) {
    unsigned char bytes[SIZE];
    payload_fill(bytes, SIZE, holder->place, i);
    write_whole(holder->talking[i].in, bytes, SIZE);
  }
}

// Opens its share, and receives on a few that lie far from one another.
static void hold(void *context) {
  struct holder *holder = context;
  struct lane lane;
  for (long i = 0, chosen = 0; i < holder->count; i++) {
    lane = lane_open(holder->options->kind);
    if (i == chosen * (holder->count - 1) / (TALKING - 1)) holder->talking[chosen++] = lane;
  }
  pid_t sender = process_start(send_on_some, holder);
  gate_await(GATE_GO, 1);
  for (uint32_t i = 0; i < TALKING; i++) {
    unsigned char bytes[SIZE];
    if (read_some(holder->talking[i].out, bytes, SIZE) != SIZE) die("a read was short");
    lane_tell(&holder->talking[i], party_of_process(sender), party_self(), bytes, SIZE, SHOWN_WHOLE);
  }
  process_reap(sender);
}

// `--count` channels among `--writers` pairs of processes that each share theirs.
static void channels(const struct options *options) {
  long holders = or_default(options->writers, 10);
  if (holders > HOLDER_LIMIT) die("too many holders");
  struct holder holder = {.options = options, .count = or_default(options->count, 10000) / holders};
  rlim_t needed = 2 * (rlim_t)holder.count + 64;
  if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){needed, needed}) != 0) unsupported("so many descriptors");
  pid_t pids[2 * HOLDER_LIMIT];
  for (holder.place = 0; holder.place < holders; holder.place++) {
    pids[2 * holder.place] = process_start(hold, &holder);
  }
  gate_await(GATE_OPEN, (uint32_t)holders);
  for (uint32_t i = 0; i < holders; i++) pids[2 * i + 1] = (pid_t)slot_get(i);
  announce(options, pids, 2 * (size_t)holders);
  wait_for_file(options->wait_for);
  gate_add(GATE_GO, 1);
  for (uint32_t i = 0; i < holders; i++) process_reap(pids[2 * i]);
}

struct crowd {
  struct lane lane;
  long place;
  long count;
};

static void be_one(void *context) {
  struct crowd *crowd = context;
  pid_t children[2] = {0};
  const long place = crowd->place;
  for (int i = 0; i < 2; i++) {
    crowd->place = 2 * place + 1 + i;
    if (crowd->place < crowd->count) children[i] = process_start(be_one, crowd);
  }
  if (crowd->lane.is_pipe) {
    payload_send(crowd->lane.in, SIZE, (uint32_t)place);
  } else {
    send_record(crowd->lane.in, end_register(end_of(crowd->lane.in)), SIZE, (uint32_t)place);
  }
  for (int i = 0; i < 2; i++) {
    if (children[i] != 0) process_reap(children[i]);
  }
}

// Each process starts two more until there are `--count`, and sends one message.
static void processes(const struct options *options) {
  struct crowd crowd = {.lane = lane_open(options->kind), .count = or_default(options->count, 2000)};
  pid_t first = process_start(be_one, &crowd);
  unsigned char bytes[32 * SIZE];
  for (long left = crowd.count; left > 0;) {
    if (crowd.lane.is_pipe) {
      size_t count = read_some(crowd.lane.out, bytes, sizeof bytes);
      tell_read(&crowd.lane.channel, bytes, count);
      left -= (long)count / SIZE;
    } else {
      if (receive(crowd.lane.out, NULL, SIZE) != SIZE) die("a message was cut");
      left--;
    }
  }
  process_reap(first);
}

const struct scenario FAULT_CROWD_SCENARIOS[] = {
    {"crowd-channels", channels}, {"crowd-processes", processes}, {NULL, NULL}};
