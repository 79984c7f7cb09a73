// Several pseudoterminals, each with several displays and programs that take turns at it, while others keep the CPUs
// busy: whoever reads may have all of it, and more may be written, before the writer's call ends.
#include "terminals.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TERMINALS = 5, DISPLAYS = 2, PROGRAMS = 3, WRITES = 3 };
enum { GATE_TURNS = 10, GATE_THERE = 20, SLOT_PIDS = 0, SLOT_OVER = 63 };

struct seat {
  struct terminal terminal;
  unsigned number;  // of the terminal
  bool is_program;
  unsigned place;  // among those of the same side
  uint32_t rounds;
};

static unsigned slot_of(const struct seat *seat, bool is_program, unsigned place) {
  return SLOT_PIDS + seat->number * (DISPLAYS + PROGRAMS) + (is_program ? DISPLAYS : 0) + place;
}

static struct party party_at(const struct seat *seat, bool is_program, unsigned place) {
  struct party party = party_self();
  party.pid = party.tid = (pid_t)slot_get(slot_of(seat, is_program, place));
  strcpy(party.comm, is_program ? "program" : "display");
  return party;
}

// A turn is up to three writes of one process, which are all read by one of the other side.
static size_t write_of_turn(char *text, uint32_t turn, uint32_t write) {
  return (size_t)sprintf(text, "%u.%u%.*s", turn, write, (int)(turn % 7), "-------");
}

static void write_turn(const struct seat *seat, int fd, uint32_t turn, unsigned reader) {
  for (uint32_t write = 0; write <= turn / 2 % WRITES; write++) {
    char text[64];
    size_t count = write_of_turn(text, turn, write);
    truth_terminal(&(struct terminal_transfer){
        .name = seat->terminal.name, .session = (pid_t)slot_get(slot_of(seat, true, 0)),
        .is_output = seat->is_program, .source = party_self(),
        .destination = party_at(seat, !seat->is_program, reader), .bytes = text, .count = count});
    write_by(fd, BY_WRITE, text, count);
  }
}

static void read_turn(int fd, uint32_t turn) {
  char text[64 * WRITES];
  size_t count = 0;
  for (uint32_t write = 0; write <= turn / 2 % WRITES; write++) count += write_of_turn(text + count, turn, write);
  text[count] = 0;
  expect_text(fd, text);
}

// Even turns are typed, odd ones printed. Nothing waits for a writer's call to end, and a reader may call first.
static void take_turns(const struct seat *seat) {
  int fd = seat->is_program ? seat->terminal.slave : seat->terminal.master;
  for (uint32_t turn = 0; turn < seat->rounds * 2; turn++) {
    bool is_output = turn % 2 == 1;
    unsigned display = turn / 2 % DISPLAYS, program = turn / 2 % PROGRAMS;
    unsigned own = seat->is_program ? program : display, other = seat->is_program ? display : program;
    if (own != seat->place) continue;
    gate_await(GATE_TURNS + seat->number, turn);
    if (is_output == seat->is_program) {
      write_turn(seat, fd, turn, other);
    } else {
      read_turn(fd, turn);
      gate_add(GATE_TURNS + seat->number, 1);
    }
  }
  // An end that is closed early hangs up.
  gate_await(GATE_TURNS + seat->number, seat->rounds * 2);
}

static void be_seated(void *context) {
  struct seat *seat = context;
  prctl(PR_SET_NAME, seat->is_program ? "program" : "display");
  // Every other one is held up in its calls by those that it wakes.
  if ((seat->place + seat->is_program) % 2 == 1) setpriority(PRIO_PROCESS, 0, 19);
  slot_set(slot_of(seat, seat->is_program, seat->place), getpid());
  gate_add(GATE_THERE, 1);
  gate_await(GATE_THERE, TERMINALS * (DISPLAYS + PROGRAMS));
  take_turns(seat);
}

// The session's leader is the first program, and has started the others.
static void lead_programs(void *context) {
  struct seat seat = *(struct seat *)context;
  pid_t others[PROGRAMS];
  close_end(&seat.terminal.master);
  terminal_lead(&seat.terminal);
  for (seat.place = 1; seat.place < PROGRAMS; seat.place++) others[seat.place] = process_start(be_seated, &seat);
  seat.place = 0;
  be_seated(&seat);
  for (unsigned i = 1; i < PROGRAMS; i++) process_reap(others[i]);
}

static void be_busy(void *context) {
  (void)context;
  prctl(PR_SET_NAME, "busy");
  while (slot_get(SLOT_OVER) == 0) {
  }
}

static void load(const struct options *options) {
  long busy = or_default(options->writers, 2 * sysconf(_SC_NPROCESSORS_ONLN));
  pid_t *idlers = allocate((size_t)busy * sizeof *idlers);
  pid_t seated[TERMINALS][1 + DISPLAYS];
  struct seat seats[TERMINALS];
  for (long i = 0; i < busy; i++) idlers[i] = process_start(be_busy, NULL);
  for (unsigned i = 0; i < TERMINALS; i++) {
    seats[i] = (struct seat){.terminal = terminal_open(true), .number = i,
                             .rounds = (uint32_t)or_default(options->count, 63)};
    seats[i].is_program = true;
    seated[i][0] = process_start(lead_programs, &seats[i]);
    close_end(&seats[i].terminal.slave);
    seats[i].is_program = false;
    for (seats[i].place = 0; seats[i].place < DISPLAYS; seats[i].place++) {
      seated[i][1 + seats[i].place] = process_start(be_seated, &seats[i]);
    }
  }
  for (unsigned i = 0; i < TERMINALS; i++) {
    for (unsigned place = 0; place < 1 + DISPLAYS; place++) process_reap(seated[i][place]);
  }
  slot_set(SLOT_OVER, 1);
  for (long i = 0; i < busy; i++) process_reap(idlers[i]);
}

const struct scenario TERMINAL_LOAD_SCENARIOS[] = {{"terminal-load", load}, {NULL, NULL}};
