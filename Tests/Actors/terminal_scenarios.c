// A display types to one program on its pseudoterminal, and shows what the program prints.
#include "terminals.h"

#include "lanes.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TURNS(turns) (turns), sizeof(turns) / sizeof((turns)[0])

struct stage {
  struct terminal terminal;
  const struct turn *turns;
  uint32_t count;
  bool leads;          // the terminal controls the program's session
  bool by_other_name;  // the program uses /dev/tty
  struct party display;
};

static struct conversation conversation_on(const struct stage *stage, pid_t program) {
  struct conversation conversation = {
      .terminal = &stage->terminal, .turns = stage->turns, .count = stage->count, .display = stage->display};
  conversation.session = stage->leads ? program : 0;
  conversation.program = party_of_process(program);
  strcpy(conversation.program.comm, "program");
  conversation.program_fd = stage->terminal.slave;
  return conversation;
}

static void be_program(void *context) {
  struct stage *stage = context;
  prctl(PR_SET_NAME, "program");
  close_end(&stage->terminal.master);
  signal(SIGINT, SIG_IGN);
  if (stage->leads) terminal_lead(&stage->terminal);
  struct conversation conversation = conversation_on(stage, getpid());
  if (stage->by_other_name) {
    conversation.program_fd = open("/dev/tty", O_RDWR);
    if (conversation.program_fd < 0) die("opening /dev/tty");
    close_end(&stage->terminal.slave);
  }
  gate_add(0, 1);
  converse_as_program(&conversation);
}

static void play(struct stage *stage) {
  stage->display = party_self();
  pid_t program = process_start(be_program, stage);
  close_end(&stage->terminal.slave);
  gate_await(0, 1);
  struct conversation conversation = conversation_on(stage, program);
  converse_as_display(&conversation);
  process_reap(program);
  close_end(&stage->terminal.master);
}

static const struct turn RAW[] = {
    {.text = "l"},
    {.text = "s\r"},
    {.is_output = true, .text = "a b\nc\r\n"},
    {.is_output = true, .text = "\x1b[31mred\x1b[m \xff\xfe\n"},
    {.text = "\x03\x04\x1b[A", .way = BY_WRITEV},
    {.is_output = true, .text = "in several pieces", .way = BY_WRITEV},
    {.text = "q"},
};

static void raw(const struct options *options) {
  (void)options;
  play(&(struct stage){terminal_open(true), TURNS(RAW), .leads = true});
}

// Without a session of its own, as for programs that only want a pair of ends.
static void plain(const struct options *options) {
  (void)options;
  play(&(struct stage){terminal_open(true), TURNS(RAW), .leads = false});
}

// What is typed comes as lines and is echoed; what is printed gets a CR. Neither changes what was written.
static const struct turn COOKED[] = {
    {.text = "typed line\n", .echo = "typed line\r\n"},
    {.is_output = true, .text = "x\n", .seen = "x\r\n"},
    {.text = "half a ", .seen = "", .echo = "half a "},
    {.text = "lin\x7f" "ne\r", .seen = "half a line\n", .echo = "lin\b \bne\r\n"},
    {.text = "\x03", .seen = "", .echo = "^C"},
    {.text = "after\n", .echo = "after\r\n"},
    {.is_output = true, .text = "\ttab\n\n", .seen = "\ttab\r\n\r\n"},
    {.is_output = true, .text = "two\nlines\n", .seen = "two\r\nlines\r\n", .way = BY_WRITEV},
};

static void cooked(const struct options *options) {
  (void)options;
  play(&(struct stage){terminal_open(false), TURNS(COOKED), .leads = true});
}

static const struct turn SPLICED[] = {
    {.is_output = true, .text = "before"},
    {.is_output = true, .text = "sent from a file", .way = BY_SENDFILE},
    {.is_output = true, .text = "spliced from a pipe", .way = BY_SPLICE},
    {.text = "typed from a file", .way = BY_SENDFILE},
    {.text = "typed from a pipe", .way = BY_SPLICE},
    {.is_output = true, .text = "after"},
};

static void spliced(const struct options *options) {
  (void)options;
  play(&(struct stage){terminal_open(true), TURNS(SPLICED), .leads = true});
}

static void by_tty(const struct options *options) {
  (void)options;
  play(&(struct stage){terminal_open(true), TURNS(RAW), .leads = true, .by_other_name = true});
}

static void by_peer(const struct options *options) {
  (void)options;
  struct stage stage = {terminal_open(true), TURNS(RAW), .leads = true};
  int peer = ioctl(stage.terminal.master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  if (peer < 0) unsupported("TIOCGPTPEER (4.13)");
  close_end(&stage.terminal.slave);
  stage.terminal.slave = peer;
  play(&stage);
}

struct flood {
  struct terminal terminal;
  size_t size;
  size_t total;
  struct party display;
};

// Left unread until the last write has ended. Of more than 128 bytes, a writer that waits for room might never hear: it is
// woken only when no more than these are left (TTY_THRESHOLD_UNTHROTTLE, n_tty_check_unthrottle).
enum { FLOOD_REST = 64 };

static void print_flood(void *context) {
  struct flood *flood = context;
  close_end(&flood->terminal.master);
  pid_t session = terminal_lead(&flood->terminal);
  char *bytes = allocate(flood->size);
  for (size_t at = 0; at < flood->total; at += flood->size) {
    payload_fill(bytes, flood->size, 0, (uint32_t)(at / flood->size));
    write_by(flood->terminal.slave, BY_WRITE, bytes, flood->size);
    truth_terminal(&(struct terminal_transfer){.name = flood->terminal.name, .session = session, .is_output = true,
                                               .source = party_self(), .destination = flood->display,
                                               .bytes = bytes, .count = flood->size});
  }
  turn_taken();
  turn_await(2);
}

// Much output in writes of one size, read by whoever shows it while it is printed.
static void flood(const struct options *options) {
  struct flood flood = {.terminal = terminal_open(true), .size = (size_t)or_default(options->size, 65536),
                        .display = party_self()};
  flood.total = flood.size * (size_t)or_default(options->count, 1);
  pid_t program = process_start(print_flood, &flood);
  char *bytes = allocate(flood.total);
  read_fully(flood.terminal.master, bytes, flood.total - FLOOD_REST);
  turn_await(1);
  read_fully(flood.terminal.master, bytes, FLOOD_REST);
  turn_taken();
  process_reap(program);
}

const struct scenario TERMINAL_SCENARIOS[] = {
    {"terminal-raw", raw},         {"terminal-plain", plain},   {"terminal-cooked", cooked},
    {"terminal-spliced", spliced}, {"terminal-by-tty", by_tty}, {"terminal-by-peer", by_peer},
    {"terminal-flood", flood},     {NULL, NULL},
};
