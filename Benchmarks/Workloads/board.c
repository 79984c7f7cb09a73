#include "workload.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct board {
  _Atomic uint32_t arrived;
  _Atomic uint32_t is_running;
  _Atomic uint64_t started;
  _Atomic uint64_t stopped;
  _Atomic uint64_t transfers;
  _Atomic uint64_t bytes;
  _Atomic uint64_t cpu;
};

static struct board *board;
static uint64_t cpu_at_start;

_Noreturn void die(const char *what) {
  perror(what);
  exit(70);
}

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// CPU time of the calling process and of the children that it has waited for.
static uint64_t cpu_time(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_CHILDREN, &usage)) die("getrusage");
  uint64_t seconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
  uint64_t microseconds = (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  return read_clock(CLOCK_PROCESS_CPUTIME_ID) + seconds * 1000000000u + microseconds * 1000u;
}

void board_create(void) {
  board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (board == MAP_FAILED) die("mmap");
}

void board_start(uint32_t parties) {
  if (atomic_fetch_add(&board->arrived, 1) + 1 == parties) {
    atomic_store(&board->started, read_clock(CLOCK_MONOTONIC));
    atomic_store(&board->is_running, 1);
    syscall(SYS_futex, &board->is_running, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
  }
  while (!atomic_load(&board->is_running)) {
    syscall(SYS_futex, &board->is_running, FUTEX_WAIT, 0, NULL, NULL, 0);
  }
  cpu_at_start = cpu_time();
}

void board_stop(uint64_t transfers, uint64_t bytes) {
  uint64_t time = read_clock(CLOCK_MONOTONIC), latest = atomic_load(&board->stopped);
  while (latest < time && !atomic_compare_exchange_weak(&board->stopped, &latest, time)) {
  }
  atomic_fetch_add(&board->transfers, transfers);
  atomic_fetch_add(&board->bytes, bytes);
  atomic_fetch_add(&board->cpu, cpu_time() - cpu_at_start);
}

struct result board_result(void) {
  return (struct result){board->stopped - board->started, board->cpu, board->transfers, board->bytes};
}

void pin_to_one_cpu(void) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed)) die("sched_getaffinity");
  int cpu = 0;
  while (!CPU_ISSET(cpu, &allowed)) cpu++;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof one, &one)) die("sched_setaffinity");
}

pid_t start(void (*body)(void *context), void *context) {
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    body(context);
    _exit(0);
  }
  return pid;
}

void reap(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) die("waitpid");
  }
  if (status != 0) {
    fprintf(stderr, "a process of the workload ended with status %#x\n", (unsigned)status);
    exit(70);
  }
}

void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) die("calloc");
  return memory;
}

void write_all(int fd, const void *bytes, size_t count) {
  if (write(fd, bytes, count) != (ssize_t)count) die("write");
}

void read_all(int fd, void *bytes, size_t count) {
  if (read(fd, bytes, count) != (ssize_t)count) die("read");
}
