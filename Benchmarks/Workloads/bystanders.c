// One process, one syscall after the other: signals, and calls that are no communication. One count is a call.
#include "workload.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static void ignore_signals(void *context) {
  (void)context;
  board_start(2);
  for (;;) pause();
}

// To a process that ignores them, so that none is merged with the one before.
static void kill_loop(struct amount amount) {
  pin_to_one_cpu();
  signal(SIGUSR1, SIG_IGN);
  pid_t target = start(ignore_signals, NULL);
  board_start(2);
  for (long i = 0; i < amount.count; i++) {
    if (kill(target, SIGUSR1)) die("kill");
  }
  // What ends the target is a signal, too.
  board_stop((uint64_t)amount.count + 1, 0);
  kill(target, SIGKILL);
}

static void getppid_loop(struct amount amount) {
  pin_to_one_cpu();
  board_start(1);
  for (long i = 0; i < amount.count; i++) syscall(SYS_getppid);
  board_stop(0, 0);
}

// Reads the program's own file, which is in the page cache.
static void file_loop(struct amount amount) {
  pin_to_one_cpu();
  int file = open("/proc/self/exe", O_RDONLY);
  if (file < 0) die("open");
  void *buffer = allocate(amount.size);
  uint64_t bytes = 0;
  board_start(1);
  for (long i = 0; i < amount.count; i++) {
    ssize_t count = read(file, buffer, amount.size);
    if (count < 0) die("read");
    if (count == 0) lseek(file, 0, SEEK_SET);
    bytes += (uint64_t)count;
  }
  board_stop(0, bytes);
}

const struct workload BYSTANDER_WORKLOADS[] = {
    {"kill", kill_loop, 500000, 1},
    {"getppid", getppid_loop, 2000000, 1},
    {"file", file_loop, 1000000, 64},
    {NULL, NULL, 0, 0},
};
