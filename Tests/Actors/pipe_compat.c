// 32-bit system calls of a 64-bit process, whose numbers and registers mean other calls than the 64-bit ones.
#include "actor.h"
#include "i386.h"

#include <string.h>
#include <unistd.h>

enum { I386_READ = 3, I386_WRITE = 4, I386_GETPID = 20, I386_READV = 145, I386_WRITEV = 146 };

static void compat(const struct options *options) {
  i386_require();
  unsigned char *low = i386_allocate(8192);
  unsigned char *received = low + 4096;
  struct party self = party_self();
  uint32_t number = party_register(self);
  struct pipe_ends pipe = pipe_open(0);
  // As a 64-bit number 20 is writev, and its result looks like a count of bytes.
  if (i386_call(I386_GETPID, pipe.write_fd, i386_address(low), 1, 0, 0) != getpid()) die("getpid of i386");
  payload_fill(low, 77, number, 0);
  if (i386_call(I386_WRITE, pipe.write_fd, i386_address(low), 77, 0, 0) != 77) die("write of i386");
  if (i386_call(I386_READ, pipe.read_fd, i386_address(received), 4096, 0, 0) != 77) die("read of i386");
  tell_read(&pipe.channel, received, 77);
  // One side each in either mode.
  payload_fill(low, 88, number, 1);
  write_whole(pipe.write_fd, low, 88);
  if (i386_call(I386_READ, pipe.read_fd, i386_address(received), 4096, 0, 0) != 88) die("read of i386");
  tell_read(&pipe.channel, received, 88);
  payload_fill(low, 99, number, 2);
  if (i386_call(I386_WRITE, pipe.write_fd, i386_address(low), 99, 0, 0) != 99) die("write of i386");
  if (read_some(pipe.read_fd, received, 4096) != 99) die("read");
  tell_read(&pipe.channel, received, 99);
  if (!options->vector) return;
  struct i386_iovec *pieces = (void *)(low + 2048);
  uint32_t base = i386_address(low), target = i386_address(received);
  payload_fill(low, 50, number, 3);
  pieces[0] = (struct i386_iovec){base, 20};
  pieces[1] = (struct i386_iovec){base + 20, 30};
  if (i386_call(I386_WRITEV, pipe.write_fd, i386_address(pieces), 2, 0, 0) != 50) die("writev of i386");
  pieces[0] = (struct i386_iovec){target, 15};
  pieces[1] = (struct i386_iovec){target + 15, 35};
  if (i386_call(I386_READV, pipe.read_fd, i386_address(pieces), 2, 0, 0) != 50) die("readv of i386");
  tell_read(&pipe.channel, received, 50);
}

const struct scenario PIPE_COMPAT_SCENARIOS[] = {{"pipe-compat", compat}, {NULL, NULL}};
