// What all workloads share: how much work, a board in shared memory to start and stop by, and what is reported.
//
// The board is waited at by futex, and counters lie in shared memory, so that a workload causes no communication but
// what it is there for.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct amount {
  long count;  // operations, in the workload's own unit
  size_t size; // bytes of each transfer
};

struct workload {
  const char *name;
  void (*run)(struct amount amount);
  long count;  // if none is given
  size_t size;
};

extern const struct workload ROUND_TRIP_WORKLOADS[];
extern const struct workload STREAM_WORKLOADS[];
extern const struct workload BYSTANDER_WORKLOADS[];
extern const struct workload CROWD_WORKLOADS[];
extern const struct workload SHORT_LIFE_WORKLOADS[];
extern const struct workload MESSAGE_WORKLOADS[];

void board_create(void);
// Waits until `parties` processes have come here; then the clock runs.
void board_start(uint32_t parties);
// The caller's part is done; the last one stops the clock. Adds what it received: calls that brought bytes, and bytes.
void board_stop(uint64_t transfers, uint64_t bytes);

struct result {
  uint64_t nanoseconds;  // from the start to the last stop
  uint64_t cpu;          // nanoseconds of CPU time that the parties used in between
  uint64_t transfers;
  uint64_t bytes;
};

struct result board_result(void);

// Keeps the caller and its children on one CPU, the first that it may use.
void pin_to_one_cpu(void);
_Noreturn void die(const char *what);
// Forks; the child runs `body` and exits.
pid_t start(void (*body)(void *context), void *context);
void reap(pid_t pid);
void *allocate(size_t size);
// A call that must move exactly that many bytes.
void write_all(int fd, const void *bytes, size_t count);
void read_all(int fd, void *bytes, size_t count);
