// The system calls that send signals.
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GATE_THREAD = 10, GATE_THREAD_DONE };

static void finish(struct party target) {
  targets_release();
  process_reap(target.pid);
}

static void send_kill(struct party target, int num) {
  if (kill(target.pid, num) != 0) die("kill");
  tell_signal(target, num, SI_USER, false, SIGNAL_DELIVERED);
}

static void by_kill(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  send_kill(target, SIGUSR1);
  send_kill(target, SIGUSR2);
  handle_signals(SIG_IGN);
  if (kill(getpid(), SIGUSR1) != 0) die("kill of itself");
  tell_signal(party_self(), SIGUSR1, SI_USER, false, SIGNAL_IGNORED);
  send_kill(target, SIGSTOP);
  int status;
  if (waitpid(target.pid, &status, WUNTRACED) != target.pid || !WIFSTOPPED(status)) die("SIGSTOP");
  send_kill(target, SIGCONT);
  send_kill(target, SIGKILL);
  if (waitpid(target.pid, &status, 0) != target.pid || !WIFSIGNALED(status)) die("SIGKILL");
}

static void *wait_in_thread(void *context) {
  struct party *self = context;
  prctl(PR_SET_NAME, "target thread");
  *self = party_self();
  gate_add(GATE_THREAD, 1);
  gate_await(GATE_THREAD_DONE, 1);
  return NULL;
}

static void do_nothing(int num) { (void)num; }

static void by_tgkill(const struct options *options) {
  (void)options;
  handle_signals(do_nothing);
  struct party target = target_start(TARGET_HANDLES), thread;
  if (syscall(SYS_tgkill, target.pid, target.tid, SIGUSR1) != 0) die("tgkill");
  tell_signal(target, SIGUSR1, SI_TKILL, true, SIGNAL_DELIVERED);
  if (syscall(SYS_tkill, target.tid, SIGUSR2) != 0) die("tkill");
  tell_signal(target, SIGUSR2, SI_TKILL, true, SIGNAL_DELIVERED);
  pthread_t handle;
  if (pthread_create(&handle, NULL, wait_in_thread, &thread) != 0) die("pthread_create");
  gate_await(GATE_THREAD, 1);
  if (syscall(SYS_tgkill, getpid(), thread.tid, SIGUSR1) != 0) die("tgkill of a thread");
  tell_signal(thread, SIGUSR1, SI_TKILL, true, SIGNAL_DELIVERED);
  gate_add(GATE_THREAD_DONE, 1);
  pthread_join(handle, NULL);
  finish(target);
}

static void by_sigqueue(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  static const int values[] = {0, 42, -5, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    if (sigqueue(target.pid, SIGRTMIN + 1, (union sigval){.sival_int = values[i]}) != 0) die("sigqueue");
    tell_signal_value(target, SIGRTMIN + 1, SI_QUEUE, values[i], false, SIGNAL_DELIVERED);
  }
  finish(target);
}

static siginfo_t queued(int num, int value) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_signo = num;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = value;
  return info;
}

static void real_time(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  siginfo_t info = queued(SIGRTMIN + 3, 3);
  if (syscall(SYS_rt_sigqueueinfo, target.pid, SIGRTMIN + 3, &info) != 0) die("rt_sigqueueinfo");
  tell_signal_value(target, SIGRTMIN + 3, SI_QUEUE, 3, false, SIGNAL_DELIVERED);
  info = queued(SIGRTMIN, -4);
  if (syscall(SYS_rt_tgsigqueueinfo, target.pid, target.tid, SIGRTMIN, &info) != 0) die("rt_tgsigqueueinfo");
  tell_signal_value(target, SIGRTMIN, SI_QUEUE, -4, true, SIGNAL_DELIVERED);
  send_kill(target, SIGRTMIN + 5);
  finish(target);
}

static void by_pidfd(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  int fd = pidfd_open(target.pid, 0);
  if (fd < 0) die("pidfd_open");
  if (pidfd_send_signal(fd, SIGUSR1, NULL, 0) != 0) die("pidfd_send_signal");
  tell_signal(target, SIGUSR1, SI_USER, false, SIGNAL_DELIVERED);
  siginfo_t info = queued(SIGUSR2, 9);
  if (pidfd_send_signal(fd, SIGUSR2, &info, 0) != 0) die("pidfd_send_signal with a value");
  tell_signal_value(target, SIGUSR2, SI_QUEUE, 9, false, SIGNAL_DELIVERED);
  finish(target);
}

static void to_group(const struct options *options) {
  (void)options;
  struct party targets[3];
  for (int i = 0; i < 3; i++) {
    targets[i] = target_start(TARGET_HANDLES);
    if (setpgid(targets[i].pid, targets[0].pid) != 0) die("setpgid");
  }
  if (kill(-targets[0].pid, SIGUSR1) != 0) die("kill of a process group");
  for (int i = 0; i < 3; i++) tell_signal(targets[i], SIGUSR1, SI_USER, false, SIGNAL_DELIVERED);
  targets_release();
  for (int i = 0; i < 3; i++) process_reap(targets[i].pid);
}

static void send_and_exit(void *context) {
  struct party *target = context;
  tell_signal(*target, SIGUSR1, SI_USER, false, SIGNAL_DELIVERED);
  kill(target->pid, SIGUSR1);
  _exit(0);
}

static void sender_exits(const struct options *options) {
  (void)options;
  struct party target = target_start(TARGET_HANDLES);
  for (uint32_t i = 0; i < 20; i++) {
    process_reap(process_start(send_and_exit, &target));
    // A signal that is still pending would turn the next one's result into that.
    gate_await(GATE_TARGET_HANDLED, i + 1);
  }
  finish(target);
}

const struct scenario SIGNAL_SCENARIOS[] = {
    {"signal-kill", by_kill},   {"signal-tgkill", by_tgkill}, {"signal-sigqueue", by_sigqueue},
    {"signal-rt", real_time},   {"signal-pidfd", by_pidfd},   {"signal-group", to_group},
    {"signal-exit", sender_exits}, {NULL, NULL},
};
