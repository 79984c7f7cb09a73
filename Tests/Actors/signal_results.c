// What becomes of a signal: not only delivered, but ignored, already pending, or refused.
#include "signals.h"

#include <errno.h>
#include <unistd.h>

static void finish(struct party target) {
  targets_release();
  process_reap(target.pid);
}

static void send_kill(struct party target, int num, enum signal_result result) {
  if (kill(target.pid, num) != 0) die("kill");
  tell_signal(target, num, SI_USER, false, result);
}

static void ignored(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_IGNORES);
  send_kill(target, SIGUSR1, SIGNAL_IGNORED);
  send_kill(target, SIGRTMIN + 2, SIGNAL_IGNORED);
  // Ignored by default, without being told to.
  send_kill(target, SIGWINCH, SIGNAL_IGNORED);
  finish(target);
}

// A standard signal is pending at most once; a real-time signal is queued each time.
static void pending(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_BLOCKS);
  send_kill(target, SIGUSR1, SIGNAL_DELIVERED);
  send_kill(target, SIGUSR1, SIGNAL_PENDING);
  send_kill(target, SIGRTMIN + 2, SIGNAL_DELIVERED);
  send_kill(target, SIGRTMIN + 2, SIGNAL_DELIVERED);
  finish(target);
}

static void overflow(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_NO_QUEUE);
  union sigval value = {.sival_int = 6};
  if (sigqueue(target.pid, SIGRTMIN + 4, value) == 0 || errno != EAGAIN) die("the queue was not full");
  tell_signal_value(target, SIGRTMIN + 4, SI_QUEUE, 6, false, SIGNAL_OVERFLOW);
  finish(target);
}

static void none(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  // Asks only whether the process exists, or is refused: no signal comes of either.
  if (kill(target.pid, 0) != 0) die("kill with 0");
  if (kill(target.pid, 65) == 0 || errno != EINVAL) die("kill with a number too high");
  finish(target);
}

const struct scenario SIGNAL_RESULT_SCENARIOS[] = {
    {"signal-ignored", ignored},   {"signal-pending", pending}, {"signal-overflow", overflow},
    {"signal-none", none}, {NULL, NULL},
};
