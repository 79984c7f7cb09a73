// io_uring by its bare system calls: one ring of one thread, entries submitted and awaited.
#pragma once

#include "actor.h"

#include <linux/io_uring.h>

struct uring {
  int fd;
  unsigned setup;
  unsigned pending;  // entries written, not submitted yet
  void *rings;
  struct io_uring_sqe *entries;
  struct io_uring_params params;
};

// Ends the scenario as unsupported where this kernel has no such rings.
void uring_open(struct uring *ring, unsigned entries, unsigned setup);
// Ends the scenario as unsupported where io_uring has no such operation, before anybody waits for it.
void uring_require(int opcode, const char *what);
void uring_close(struct uring *ring);
// An empty entry; the next submission takes it.
struct io_uring_sqe *uring_entry(struct uring *ring, int opcode, int fd, const void *address, size_t length);
// Hands over what was entered, without waiting.
void uring_submit(struct uring *ring);
// The next completion.
struct io_uring_cqe uring_await(struct uring *ring);
// Submits, waits, and expects this result of each of so many entries.
void uring_expect(struct uring *ring, unsigned count, int result);
// For the fixed operations: buffer number 0.
void uring_register_buffer(struct uring *ring, void *buffer, size_t size);
