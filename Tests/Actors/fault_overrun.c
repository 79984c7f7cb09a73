// So few writes that the smallest buffer holds their records, and so many reads of them that it must lose some: what
// is told and what is lost then add up to what was done. Behind that, an exchange that must be told in full.
#include "lanes.h"
#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_WRITTEN = 1, GATE_LATER, GATE_SENT, GATE_RECEIVED };
enum { WRITES = 200, SIZE = 256, PIECE = 16, PACKET = 512, SIGNALS = 3000, LATER = 5, LATER_SIZE = 100 };

struct overrun {
  struct lane lane;
  size_t size;
  uint32_t first_turn;
};

static void send_later(const struct overrun *overrun) {
  for (uint32_t turn = overrun->first_turn; turn < overrun->first_turn + LATER; turn++) {
    unsigned char bytes[LATER_SIZE];
    gate_await(GATE_RECEIVED, turn);
    payload_fill(bytes, LATER_SIZE, turn, turn);
    write_whole(overrun->lane.in, bytes, LATER_SIZE);
    gate_add(GATE_SENT, 1);
  }
}

static void receive_later(const struct overrun *overrun, pid_t sender) {
  for (uint32_t turn = overrun->first_turn; turn < overrun->first_turn + LATER; turn++) {
    unsigned char bytes[LATER_SIZE];
    gate_await(GATE_SENT, turn + 1);
    if (read_some(overrun->lane.out, bytes, LATER_SIZE) != LATER_SIZE) die("a later read was short");
    lane_tell(&overrun->lane, party_of_process(sender), party_self(), bytes, LATER_SIZE, SHOWN_WHOLE);
    gate_add(GATE_RECEIVED, 1);
  }
}

static void write_all(void *context) {
  struct overrun *overrun = context;
  unsigned char *buffer = allocate(overrun->size);
  for (uint32_t i = 0; i < WRITES; i++) {
    payload_fill(buffer, overrun->size, 0, i);
    write_whole(overrun->lane.in, buffer, overrun->size);
  }
  gate_add(GATE_WRITTEN, 1);
  gate_await(GATE_LATER, 1);
  send_later(overrun);
}

static void write_later(void *context) { send_later(context); }

// Says that the burst is over, and goes on when the tracer has come to know of its loss.
static void pause_for_tracer(const struct options *options) {
  char again[512];
  snprintf(again, sizeof again, "%s-on", options->wait_for);
  announce(options, (pid_t[]){getpid(), getpid()}, 2);
  wait_for_file(again);
}

static void overrun_lane(const struct options *options) {
  struct overrun overrun = {.lane = lane_open(options->kind)};
  overrun.size = overrun.lane.is_packets ? PACKET : SIZE;
  // Packets take much more of the room than their bytes.
  lane_widen(&overrun.lane, 1 << 20);
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  pid_t writer = process_start(write_all, &overrun);
  gate_await(GATE_WRITTEN, 1);
  size_t piece = overrun.lane.is_packets ? PACKET : PIECE;
  uint64_t reads = 0, total = WRITES * (uint64_t)overrun.size;
  for (uint64_t left = total; left > 0; reads++) {
    unsigned char bytes[PACKET];
    size_t count = read_some(overrun.lane.out, bytes, piece);
    if (count != piece) die("a read was short");
    left -= count;
  }
  struct channel channel = overrun.lane.channel;
  if (!overrun.lane.is_pipe) channel.inode = overrun.lane.destination.inode;
  truth_totals(&channel, reads, total);
  pause_for_tracer(options);
  gate_add(GATE_LATER, 1);
  receive_later(&overrun, writer);
  process_reap(writer);
  struct overrun fresh = {.lane = lane_open(options->kind), .first_turn = LATER};
  writer = process_start(write_later, &fresh);
  receive_later(&fresh, writer);
  process_reap(writer);
}

static void overrun_signals(const struct options *options) {
  struct party target = target_start(TARGET_IGNORES);
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  for (int i = 0; i < SIGNALS; i++) {
    if (kill(target.pid, SIGUSR1) != 0) die("kill");
  }
  truth_totals(&(struct channel){0}, SIGNALS, 0);
  pause_for_tracer(options);
  for (int i = 0; i < LATER; i++) {
    if (kill(target.pid, SIGUSR2) != 0) die("kill");
    tell_signal(target, SIGUSR2, SI_USER, false, SIGNAL_IGNORED);
  }
  targets_release();
  process_reap(target.pid);
}

static void overrun(const struct options *options) {
  bool is_signal = options->kind != NULL && strcmp(options->kind, "signal") == 0;
  if (is_signal) {
    overrun_signals(options);
  } else {
    overrun_lane(options);
  }
}

const struct scenario FAULT_OVERRUN_SCENARIOS[] = {{"fault-overrun", overrun}, {NULL, NULL}};
