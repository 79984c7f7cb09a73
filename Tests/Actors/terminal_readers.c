// Pseudoterminals whose ends several processes hold: who reads next is the one that is told.
#include "terminals.h"

#include "lanes.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { SLOT_SESSION, SLOT_JOB };

struct shared {
  struct terminal terminal;
  struct party display;
  uint32_t turn;
  uint32_t count;
};

static void told(const struct shared *shared, bool is_output, struct party source, struct party destination,
                 const char *text) {
  truth_terminal(&(struct terminal_transfer){.name = shared->terminal.name, .session = (pid_t)slot_get(SLOT_SESSION),
                                             .is_output = is_output, .source = source, .destination = destination,
                                             .bytes = text, .count = strlen(text)});
}

static struct party named(pid_t pid, const char *name) {
  struct party party = party_of_process(pid);
  strcpy(party.comm, name);
  return party;
}

static const char *const LINES[] = {"first", "second one", "3", "the fourth", "fifth, and last"};
enum { LINE_COUNT = sizeof LINES / sizeof LINES[0] };

// Reads one line when it is its turn, and answers.
static void read_line(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "job");
  turn_await(shared->turn * 3 + 1);
  expect_text(shared->terminal.slave, LINES[shared->turn]);
  turn_taken();
  turn_await(shared->turn * 3 + 3);
}

// The first and the third line go to the session's leader, the others to jobs that it starts.
static void lead_jobs(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "leader");
  close_end(&shared->terminal.master);
  slot_set(SLOT_SESSION, terminal_lead(&shared->terminal));
  gate_add(0, 1);
  for (shared->turn = 0; shared->turn < LINE_COUNT; shared->turn++) {
    bool is_own = shared->turn % 2 == 0;
    pid_t reader = is_own ? getpid() : process_start(read_line, shared);
    slot_set(SLOT_JOB, reader);
    gate_add(1, 1);
    if (is_own) {
      turn_await(shared->turn * 3 + 1);
      expect_text(shared->terminal.slave, LINES[shared->turn]);
      turn_taken();
      turn_await(shared->turn * 3 + 3);
    } else {
      process_reap(reader);
    }
  }
}

static void readers(const struct options *options) {
  (void)options;
  struct shared shared = {.terminal = terminal_open(true), .display = party_self()};
  pid_t leader = process_start(lead_jobs, &shared);
  for (uint32_t turn = 0; turn < LINE_COUNT; turn++) {
    gate_await(1, turn + 1);
    pid_t reader = (pid_t)slot_get(SLOT_JOB);
    write_by(shared.terminal.master, BY_WRITE, LINES[turn], strlen(LINES[turn]));
    told(&shared, false, shared.display, named(reader, reader == leader ? "leader" : "job"), LINES[turn]);
    turn_taken();
    turn_await(turn * 3 + 2);
    turn_taken();
  }
  process_reap(leader);
}

static void be_idle_job(void *context) {
  (void)context;
  prctl(PR_SET_NAME, "idle job");
  gate_add(1, 1);
  turn_await(1);
}

static void lead_idly(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "idle leader");
  close_end(&shared->terminal.master);
  // Of its own group that changes the foreground, a process would be stopped by this.
  signal(SIGTTOU, SIG_IGN);
  slot_set(SLOT_SESSION, terminal_lead(&shared->terminal));
  pid_t front = getpid(), job = 0;
  if (shared->count > 0) {
    job = front = process_start(be_idle_job, NULL);
    gate_await(1, 1);
    if (setpgid(job, job) != 0 || tcsetpgrp(shared->terminal.slave, job) != 0) die("tcsetpgrp");
  }
  slot_set(SLOT_JOB, front);
  gate_add(0, 1);
  turn_await(1);
  if (job != 0) process_reap(job);
}

// Nobody reads what was typed: it is meant for whoever is in the foreground.
static void type_ahead(struct shared *shared, const char *front) {
  pid_t leader = process_start(lead_idly, shared);
  gate_await(0, 1);
  for (uint32_t i = 0; i < 2; i++) {
    write_by(shared->terminal.master, BY_WRITE, LINES[i], strlen(LINES[i]));
    truth_terminal(&(struct terminal_transfer){
        .name = shared->terminal.name, .session = leader, .source = shared->display,
        .destination = named((pid_t)slot_get(SLOT_JOB), front), .destination_inferred = true,
        .bytes = LINES[i], .count = strlen(LINES[i])});
    // Longer than a tracer waits for a reader.
    sleep_milliseconds(300);
  }
  turn_taken();
  process_reap(leader);
}

static void unread(const struct options *options) {
  (void)options;
  type_ahead(&(struct shared){.terminal = terminal_open(true), .display = party_self()}, "idle leader");
}

static void unread_job(const struct options *options) {
  (void)options;
  type_ahead(&(struct shared){.terminal = terminal_open(true), .display = party_self(), .count = 1}, "idle job");
}

static void show(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "display");
  struct party self = party_self(), program = named((pid_t)slot_get(SLOT_SESSION), "program");
  close_end(&shared->terminal.slave);
  for (uint32_t turn = 0; turn < LINE_COUNT; turn++) {
    turn_await(turn * 2 + 1);
    told(shared, true, program, self, LINES[turn]);
    expect_text(shared->terminal.master, LINES[turn]);
    turn_taken();
  }
}

static void print_lines(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "program");
  close_end(&shared->terminal.master);
  slot_set(SLOT_SESSION, terminal_lead(&shared->terminal));
  gate_add(0, 1);
  for (uint32_t turn = 0; turn < LINE_COUNT; turn++) {
    turn_await(turn * 2);
    write_by(shared->terminal.slave, BY_WRITE, LINES[turn], strlen(LINES[turn]));
    turn_taken();
  }
  turn_await(LINE_COUNT * 2);
}

// Who has opened the master leaves the reading to a process that inherits it.
static void inherited(const struct options *options) {
  (void)options;
  struct shared shared = {.terminal = terminal_open(true)};
  pid_t program = process_start(print_lines, &shared);
  gate_await(0, 1);
  pid_t display = process_start(show, &shared);
  close_end(&shared.terminal.slave);
  process_reap(display);
  process_reap(program);
}

enum { SEVERAL = 4, GATE_SEVERAL = 10 };

static void answer_on(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "program");
  terminal_lead(&shared->terminal);
  struct party self = party_self();
  slot_set(SLOT_SESSION + 10 + shared->turn, getpid());
  for (uint32_t round = 0; round < shared->count; round++) {
    unsigned gate = GATE_SEVERAL + shared->turn;
    char line[64];
    gate_await(gate, round * 2 + 1);
    size_t count = read_some(shared->terminal.slave, line, sizeof line - 1);
    line[count] = 0;
    line[0] = '<';
    truth_terminal(&(struct terminal_transfer){.name = shared->terminal.name, .session = self.pid, .is_output = true,
                                               .source = self, .destination = shared->display, .bytes = line,
                                               .count = count});
    write_by(shared->terminal.slave, BY_WRITE, line, count);
    gate_add(gate, 1);
  }
  turn_await(1);
}

// Several terminals at once, each with its own program, and one process that shows them all.
static void several(const struct options *options) {
  struct shared shared[SEVERAL];
  pid_t programs[SEVERAL];
  uint32_t rounds = (uint32_t)or_default(options->count, 10);
  for (uint32_t i = 0; i < SEVERAL; i++) {
    shared[i] = (struct shared){terminal_open(true), party_self(), i, rounds};
    programs[i] = process_start(answer_on, &shared[i]);
  }
  for (uint32_t round = 0; round < rounds; round++) {
    char lines[SEVERAL][64];
    for (uint32_t i = 0; i < SEVERAL; i++) {
      int count = snprintf(lines[i], sizeof lines[i], ">terminal %u round %u", i, round);
      truth_terminal(&(struct terminal_transfer){.name = shared[i].terminal.name, .session = programs[i],
                                                 .source = shared[i].display,
                                                 .destination = named(programs[i], "program"), .bytes = lines[i],
                                                 .count = (size_t)count});
      while (slot_get(SLOT_SESSION + 10 + i) == 0) sleep_milliseconds(1);
      write_by(shared[i].terminal.master, BY_WRITE, lines[i], (size_t)count);
      gate_add(GATE_SEVERAL + i, 1);
    }
    for (uint32_t i = 0; i < SEVERAL; i++) {
      gate_await(GATE_SEVERAL + i, round * 2 + 2);
      lines[i][0] = '<';
      expect_text(shared[i].terminal.master, lines[i]);
    }
  }
  turn_taken();
  for (uint32_t i = 0; i < SEVERAL; i++) process_reap(programs[i]);
}

static void answer_at_once(void *context) {
  struct shared *shared = context;
  prctl(PR_SET_NAME, "program");
  close_end(&shared->terminal.master);
  slot_set(SLOT_SESSION, terminal_lead(&shared->terminal));
  gate_add(0, 1);
  char ball[16];
  for (uint32_t round = 0; round < shared->count; round++) {
    expect_text(shared->terminal.slave, "ping");
    int count = snprintf(ball, sizeof ball, "pong %u", round);
    told(shared, true, party_self(), shared->display, ball);
    write_by(shared->terminal.slave, BY_WRITE, ball, (size_t)count);
  }
  turn_await(1);
}

// Each waits in read() for the other, as programs do; a read may end before the write that it answers.
static void rally(const struct options *options) {
  struct shared shared = {.terminal = terminal_open(true), .display = party_self()};
  shared.count = (uint32_t)or_default(options->count, 200);
  pid_t program = process_start(answer_at_once, &shared);
  gate_await(0, 1);
  for (uint32_t round = 0; round < shared.count; round++) {
    char ball[16];
    told(&shared, false, shared.display, named(program, "program"), "ping");
    write_by(shared.terminal.master, BY_WRITE, "ping", 4);
    snprintf(ball, sizeof ball, "pong %u", round);
    expect_text(shared.terminal.master, ball);
  }
  turn_taken();
  process_reap(program);
}

const struct scenario TERMINAL_READER_SCENARIOS[] = {
    {"terminal-readers", readers},     {"terminal-unread", unread},   {"terminal-unread-job", unread_job},
    {"terminal-inherited", inherited}, {"terminal-several", several}, {"terminal-rally", rally},
    {NULL, NULL},
};
