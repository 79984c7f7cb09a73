#define _GNU_SOURCE
#include "process_shims.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int process_watch_signals(const int *numbers, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, numbers[i]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  /* Whoever has started us may have it ignored or blocked; a write to nobody would be an error then. */
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &broken_pipe, NULL);
  int watch = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return watch >= 0 ? watch : -errno;
}

int process_next_signal(int watch, struct process_signal *signal) {
  struct signalfd_siginfo info;
  if (read(watch, &info, sizeof(info)) != sizeof(info)) return 0;
  *signal = (struct process_signal){.number = info.ssi_signo, .is_from_process = info.ssi_code <= 0};
  return 1;
}
