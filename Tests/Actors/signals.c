#include "signals.h"

#include <sys/resource.h>

static void count_signal(int num) {
  (void)num;
  gate_add(GATE_TARGET_HANDLED, 1);
}

void handle_signals(void (*handler)(int)) {
  static const int standard[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGCONT};
  for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) signal(standard[i], handler);
  for (int num = SIGRTMIN; num <= SIGRTMAX; num++) signal(num, handler);
}

static void receive_signals(void *context) {
  enum target_manner manner = *(enum target_manner *)context;
  sigset_t all;
  sigfillset(&all);
  handle_signals(manner == TARGET_IGNORES ? SIG_IGN : count_signal);
  if (manner == TARGET_BLOCKS || manner == TARGET_NO_QUEUE) sigprocmask(SIG_BLOCK, &all, NULL);
  const struct rlimit nothing = {0, 0};
  if (manner == TARGET_NO_QUEUE && setrlimit(RLIMIT_SIGPENDING, &nothing) != 0) die("setrlimit");
  gate_add(GATE_TARGET_READY, 1);
  gate_await(GATE_TARGET_DONE, 1);
}

struct party target_start(enum target_manner manner) {
  static uint32_t started;
  struct party target = party_self();
  target.pid = target.tid = process_start(receive_signals, &manner);
  gate_await(GATE_TARGET_READY, ++started);
  return target;
}

void targets_release(void) { gate_add(GATE_TARGET_DONE, 1); }

void tell_signal(struct party target, int num, int code, bool to_thread, enum signal_result result) {
  struct signal_truth signal = {.num = num, .code = code, .to_thread = to_thread, .result = result};
  truth_signal(party_self(), target, &signal);
}

void tell_signal_value(struct party target, int num, int code, int value, bool to_thread,
                       enum signal_result result) {
  struct signal_truth signal = {.num = num,
                                .code = code,
                                .has_value = true,
                                .value = value,
                                .to_thread = to_thread,
                                .result = result};
  truth_signal(party_self(), target, &signal);
}
