// What a tracer that was killed may have left: BPF objects, and harm to those that it traced.
#include "actor.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void list_ids(const char *what, int command) {
  union bpf_attr attributes = {0};
  while (syscall(SYS_bpf, command, &attributes, sizeof attributes) == 0) {
    printf("%s_id %u\n", what, attributes.next_id);
    attributes.start_id = attributes.next_id;
  }
  if (errno != ENOENT) die("bpf(2)");
}

// Tells every program, map and link of this host on standard output.
static void objects(const struct options *options) {
  (void)options;
  list_ids("prog", BPF_PROG_GET_NEXT_ID);
  list_ids("map", BPF_MAP_GET_NEXT_ID);
  list_ids("link", BPF_LINK_GET_NEXT_ID);
  if (fflush(stdout) != 0) die("standard output");
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
  while (read_some(rally->there.read_fd, ball, sizeof ball) > 0) {
    write_whole(rally->back.write_fd, ball, sizeof ball);
  }
}

// A long exchange that pauses in the middle, and knows when it has come through to its end.
static void rally(const struct options *options) {
  long count = or_default(options->count, 100000);
  struct rally rally = {pipe_open(0), pipe_open(0)};
  pid_t partner = process_start(answer, &rally);
  close_end(&rally.there.read_fd);
  close_end(&rally.back.write_fd);
  for (long i = 0; i < count; i++) {
    if (i == count / 2) {
      announce(options, (pid_t[]){getpid(), partner}, 2);
      wait_for_file(options->wait_for);
    }
    char ball[17], answered[16];
    snprintf(ball, sizeof ball, "%016lx", (unsigned long)i);
    write_whole(rally.there.write_fd, ball, 16);
    if (read_some(rally.back.read_fd, answered, 16) != 16) die("the partner went away");
    for (int at = 0; at < 16; at++) {
      if (answered[at] != ball[at]) die("the partner has answered something else");
    }
  }
  close_end(&rally.there.write_fd);
  process_reap(partner);
  truth_totals(&rally.there.channel, (uint64_t)count, (uint64_t)count * 16);
}

const struct scenario FAULT_OBJECTS_SCENARIOS[] = {{"bpf-objects", objects}, {"fault-rally", rally}, {NULL, NULL}};
