// 32-bit system calls of a 64-bit process, whose numbers and registers mean other calls than the 64-bit ones.
#include "actor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

enum { I386_READ = 3, I386_WRITE = 4, I386_GETPID = 20, I386_READV = 145, I386_WRITEV = 146 };

struct i386_iovec {
  uint32_t base;
  uint32_t length;
};

static int i386_call(int number, long first, const void *second, long third) {
  int result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static void try_i386(void *context) {
  (void)context;
  i386_call(I386_GETPID, 0, NULL, 0);
}

static bool i386_supported(void) {
  int status;
  waitpid(process_start(try_i386, NULL), &status, 0);
  return WIFEXITED(status);
}

static void compat(const struct options *options) {
  if (!i386_supported()) exit(STATUS_UNSUPPORTED);
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT;
  unsigned char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (low == MAP_FAILED) die("mmap below 4 GiB");
  unsigned char *received = low + 4096;
  struct party self = party_self();
  uint32_t number = party_register(self);
  struct pipe_ends pipe = pipe_open(0);
  // As a 64-bit number 20 is writev, and its result looks like a count of bytes.
  if (i386_call(I386_GETPID, pipe.write_fd, low, 1) != getpid()) die("getpid of i386");
  payload_fill(low, 77, number, 0);
  if (i386_call(I386_WRITE, pipe.write_fd, low, 77) != 77) die("write of i386");
  if (i386_call(I386_READ, pipe.read_fd, received, 4096) != 77) die("read of i386");
  tell_read(&pipe.channel, received, 77);
  // One side each in either mode.
  payload_fill(low, 88, number, 1);
  write_whole(pipe.write_fd, low, 88);
  if (i386_call(I386_READ, pipe.read_fd, received, 4096) != 88) die("read of i386");
  tell_read(&pipe.channel, received, 88);
  payload_fill(low, 99, number, 2);
  if (i386_call(I386_WRITE, pipe.write_fd, low, 99) != 99) die("write of i386");
  if (read_some(pipe.read_fd, received, 4096) != 99) die("read");
  tell_read(&pipe.channel, received, 99);
  if (!options->vector) return;
  struct i386_iovec *pieces = (void *)(low + 2048);
  uint32_t base = (uint32_t)(uintptr_t)low, target = (uint32_t)(uintptr_t)received;
  payload_fill(low, 50, number, 3);
  pieces[0] = (struct i386_iovec){base, 20};
  pieces[1] = (struct i386_iovec){base + 20, 30};
  if (i386_call(I386_WRITEV, pipe.write_fd, pieces, 2) != 50) die("writev of i386");
  pieces[0] = (struct i386_iovec){target, 15};
  pieces[1] = (struct i386_iovec){target + 15, 35};
  if (i386_call(I386_READV, pipe.read_fd, pieces, 2) != 50) die("readv of i386");
  tell_read(&pipe.channel, received, 50);
}

#else

static void compat(const struct options *options) {
  (void)options;
  exit(STATUS_UNSUPPORTED);
}

#endif

const struct scenario PIPE_COMPAT_SCENARIOS[] = {{"pipe-compat", compat}, {NULL, NULL}};
