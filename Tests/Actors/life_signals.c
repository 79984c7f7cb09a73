// Signals that the kernel sends, and one that it does not send for a process.
#include "terminals.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GATE_READY = 50, GATE_DONE };

static const struct party KERNEL = {.pid = 0, .tid = 0, .comm = "kernel"};

static void tell_kernel(int num, const char *code, struct party target) {
  truth_life(KERNEL, target, &(struct life_truth){.type = "signal", .num = num, .code = code});
}

static void leave(void *context) {
  struct party *parent = context;
  tell_kernel(SIGCHLD, "CLD_EXITED", *parent);
  _exit(0);
}

static void fault(void *context) {
  struct party *parent = context;
  const struct rlimit nothing = {0, 0};
  setrlimit(RLIMIT_CORE, &nothing);
  // Whatever the runtime would say of it.
  signal(SIGSEGV, SIG_DFL);
  tell_kernel(SIGSEGV, "SEGV_MAPERR", party_self());
  tell_kernel(SIGCHLD, "CLD_KILLED", *parent);
  volatile int *nowhere = NULL;
  *nowhere = 1;
}

static void write_to_nobody(void *context) {
  struct party *parent = context;
  struct pipe_ends pipe = pipe_open(0);
  close_end(&pipe.read_fd);
  tell_kernel(SIGPIPE, "SI_USER", party_self());
  tell_kernel(SIGCHLD, "CLD_KILLED", *parent);
  if (write(pipe.write_fd, "x", 1) >= 0) die("write to nobody");
}

static void wait_for_child(pid_t child) {
  if (waitpid(child, NULL, 0) != child) die("waitpid");
}

static void by_kernel(const struct options *options) {
  (void)options;
  struct party self = party_self();
  wait_for_child(process_start(leave, &self));
  wait_for_child(process_start(fault, &self));
  wait_for_child(process_start(write_to_nobody, &self));
}

static void be_interrupted(void *context) {
  struct terminal *terminal = context;
  terminal_lead(terminal);
  tell_kernel(SIGINT, "SI_KERNEL", party_self());
  signal(SIGINT, SIG_IGN);
  gate_add(GATE_READY, 1);
  gate_await(GATE_DONE, 1);
  // It goes without a word to the terminal's group.
  signal(SIGHUP, SIG_IGN);
  _exit(0);
}

// Ctrl-C, typed into a terminal.
static void typed(const struct options *options) {
  (void)options;
  struct terminal terminal = terminal_open(false);
  pid_t child = process_start(be_interrupted, &terminal);
  gate_await(GATE_READY, 1);
  write_whole(terminal.master, "\x03", 1);
  // Echoed as soon as the signal has been sent.
  char echo[2];
  read_fully(terminal.master, echo, sizeof echo);
  gate_add(GATE_DONE, 1);
  process_reap(child);
}

static void kill_as_nobody(void *context) {
  struct party *parent = context;
  if (setuid(65534) != 0) die("setuid");
  if (kill(parent->pid, SIGUSR1) == 0 || errno != EPERM) die("kill was not refused");
  truth_life(party_self(), *parent,
             &(struct life_truth){.type = "signal", .num = SIGUSR1, .code = "SI_USER", .error = "EPERM"});
  // An inquiry is no signal.
  kill(parent->pid, 0);
  _exit(0);
}

static void not_allowed(const struct options *options) {
  (void)options;
  struct party self = party_self();
  wait_for_child(process_start(kill_as_nobody, &self));
  tell_kernel(SIGCHLD, "CLD_EXITED", self);
}

const struct scenario LIFE_SIGNAL_SCENARIOS[] = {
    {"life-signals", by_kernel}, {"life-typed", typed}, {"life-forbidden", not_allowed}, {NULL, NULL},
};
