// Pipes in unusual modes, and calls on pipes that move nothing.
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { GATE_WRITTEN, GATE_READ };

struct packets {
  struct pipe_ends pipe;
  uint32_t turn;
  size_t size;
};

static void write_packet(void *context) {
  struct packets *packets = context;
  unsigned char *bytes = allocate(packets->size);
  for (size_t i = 0; i < packets->size; i++) bytes[i] = (unsigned char)(packets->turn * 31 + i * 7 + i / 251);
  slot_set(0, getpid());
  if (write(packets->pipe.write_fd, bytes, packets->size) != (ssize_t)packets->size) die("write of a packet");
}

// Packet pipes: a read brings one packet, and what of it does not fit the buffer is lost.
static void direct(const struct options *options) {
  (void)options;
  struct packets packets = {.pipe = pipe_open(O_DIRECT)};
  static const size_t sizes[] = {1, 100, 4096, 64, 5000, 10};
  enum { COUNT = sizeof sizes / sizeof sizes[0] };
  struct party writers[COUNT];
  for (uint32_t i = 0; i < COUNT; i++) {
    packets.turn = i;
    packets.size = sizes[i];
    writers[i] = party_self();
    writers[i].pid = writers[i].tid = process_start(write_packet, &packets);
    process_reap(writers[i].pid);
  }
  close_end(&packets.pipe.write_fd);
  read_from(&packets.pipe, writers[0], 8192);
  read_from(&packets.pipe, writers[1], 8192);
  read_from(&packets.pipe, writers[2], 8192);
  // 54 of these 64 bytes are thrown away: nobody receives them.
  if (read_from(&packets.pipe, writers[3], 10) != 10) die("a packet was not cut");
  truth_unread(&packets.pipe.channel, writers[3], 54);
  // A packet is at most a page, so 5000 bytes are two.
  read_from(&packets.pipe, writers[4], 8192);
  read_from(&packets.pipe, writers[4], 8192);
  read_from(&packets.pipe, writers[5], 8192);
  if (read_from(&packets.pipe, writers[5], 8192) != 0) die("more packets than were sent");
}

static void fill_pipe(void *context) {
  struct pipe_ends *pipe = context;
  close_end(&pipe->read_fd);
  enum { SIZE = 100000 };
  unsigned char *bytes = allocate(SIZE);
  payload_fill(bytes, SIZE, 0, 0);
  for (uint32_t round = 1; round <= 3; round++) {
    gate_await(GATE_READ, round - 1);
    ssize_t count = write(pipe->write_fd, bytes, SIZE);
    if (count <= 0 || count >= SIZE) die("the write was not short");
    if (write(pipe->write_fd, bytes, SIZE) != -1 || errno != EAGAIN) die("the pipe was not full");
    slot_set(0, count);
    gate_add(GATE_WRITTEN, 1);
  }
}

static void nonblock(const struct options *options) {
  (void)options;
  struct pipe_ends pipe = pipe_open(O_NONBLOCK);
  struct party writer = party_self();
  writer.pid = writer.tid = process_start(fill_pipe, &pipe);
  close_end(&pipe.write_fd);
  for (uint32_t round = 1; round <= 3; round++) {
    gate_await(GATE_WRITTEN, round);
    for (int64_t left = slot_get(0); left > 0;) left -= (int64_t)read_from(&pipe, writer, 30000);
    char byte;
    if (read(pipe.read_fd, &byte, 1) != -1 && round < 3) die("the pipe was not empty");
    gate_add(GATE_READ, 1);
  }
  process_reap(writer.pid);
}

// Pipes come and go; one in a hundred is used, and must not be taken for one that had its memory before.
static void churn(const struct options *options) {
  long count = or_default(options->count, 11000);
  struct party self = party_self();
  for (long i = 0; i < count; i++) {
    struct pipe_ends pipe = pipe_open(0);
    if (i % 100 == 99) {
      char byte = (char)('a' + i / 100 % 26);
      write_whole(pipe.write_fd, &byte, 1);
      read_from(&pipe, self, 16);
    }
    close_end(&pipe.write_fd);
    close_end(&pipe.read_fd);
  }
}

// Calls that fail or move nothing are no events; the transfers between them must stay in step.
static void eof_efault(const struct options *options) {
  (void)options;
  struct party self = party_self();
  char buffer[64];
  char *forbidden = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (forbidden == MAP_FAILED) die("mmap");
  struct pipe_ends pipe = pipe_open(O_NONBLOCK);
  if (read(pipe.read_fd, buffer, 64) != -1 || errno != EAGAIN) die("read of an empty pipe");
  if (write(pipe.write_fd, forbidden, 64) != -1 || errno != EFAULT) die("write from a bad address");
  if (write(pipe.write_fd, buffer, 0) != 0) die("write of nothing");
  write_whole(pipe.write_fd, "kept", 4);
  if (read(pipe.read_fd, forbidden, 64) != -1 || errno != EFAULT) die("read into a bad address");
  if (read(pipe.read_fd, buffer, 0) != 0) die("read of nothing");
  if (read(pipe.write_fd, buffer, 64) != -1 || errno != EBADF) die("read from the write end");
  read_from(&pipe, self, 64);
  write_whole(pipe.write_fd, "the last", 8);
  close_end(&pipe.write_fd);
  read_from(&pipe, self, 64);
  if (read(pipe.read_fd, buffer, 64) != 0) die("read at the end");
  close_end(&pipe.read_fd);
  // The kernel itself raises SIGPIPE here: that is no signal from a process.
  signal(SIGPIPE, SIG_IGN);
  struct pipe_ends broken = pipe_open(0);
  close_end(&broken.read_fd);
  if (write(broken.write_fd, "nobody", 6) != -1 || errno != EPIPE) die("write without a reader");
}

static void write_in_two_times(void *context) {
  struct packets *packets = context;
  struct pipe_ends *pipe = &packets->pipe;
  close_end(&pipe->read_fd);
  payload_send(pipe->write_fd, 200, 0);
  gate_add(GATE_WRITTEN, 1);
  gate_await(GATE_READ, 1);
  for (uint32_t i = 1; i <= 5; i++) payload_send(pipe->write_fd, 100, i);
}

// A pipe with unread bytes when the tracer comes.
static void preexisting(const struct options *options) {
  struct packets packets = {.pipe = pipe_open(0)};
  struct pipe_ends *pipe = &packets.pipe;
  struct party writer = party_self();
  writer.pid = writer.tid = process_start(write_in_two_times, &packets);
  close_end(&pipe->write_fd);
  gate_await(GATE_WRITTEN, 1);
  announce(options, (pid_t[]){getpid(), writer.pid}, 2);
  wait_for_file(options->wait_for);
  unsigned char buffer[4096];
  size_t count = read_some(pipe->read_fd, buffer, sizeof buffer);
  if (count != 200) die("the bytes written before");
  truth_unobserved(&pipe->channel, writer, party_self(), buffer, count);
  gate_add(GATE_READ, 1);
  drain_from(pipe, NULL, 100);
  process_reap(writer.pid);
}

enum { WATCHED = 100 };

static void write_to_each(void *context) {
  const struct pipe_ends *pipes = context;
  for (uint32_t i = 0; i < WATCHED; i++) payload_send(pipes[i].write_fd, 200, i);
}

enum { GATE_HELD = 10, GATE_DONE };

static void hold_pipes(void *context) {
  for (long left = *(const long *)context; left > 0; left--) {
    int ends[2];
    if (pipe(ends) != 0) die("pipe");
  }
  gate_add(GATE_HELD, 1);
  gate_await(GATE_DONE, 1);
}

// More pipes than there is room for in a table of the default size, in as many processes as may hold them; one that is
// not announced writes to some of them.
static void many_held(const struct options *options) {
  enum { HOLDERS = 64, SPARE = 64 + 2 * WATCHED };
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) die("getrlimit");
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  pid_t pids[HOLDERS + 1] = {getpid()};
  uint32_t holders = 0;
  for (long left = or_default(options->count, 80000); left > 0 && holders < HOLDERS; holders++) {
    long room = ((long)files.rlim_cur - SPARE) / 2, share = left < room ? left : room;
    pids[1 + holders] = process_start(hold_pipes, &share);
    left -= share;
  }
  gate_await(GATE_HELD, holders);
  // Now, so that no holder has them, too.
  static struct pipe_ends pipes[WATCHED];
  for (uint32_t i = 0; i < WATCHED; i++) pipes[i] = pipe_open(0);
  announce(options, pids, holders + 1);
  wait_for_file(options->wait_for);
  struct party writer = party_self();
  writer.pid = writer.tid = process_start(write_to_each, pipes);
  process_reap(writer.pid);
  for (uint32_t i = 0; i < WATCHED; i++) read_from(&pipes[i], writer, 4096);
  gate_add(GATE_DONE, 1);
  for (uint32_t i = 1; i <= holders; i++) process_reap(pids[i]);
}

const struct scenario PIPE_SPECIAL_SCENARIOS[] = {
    {"pipe-direct", direct},         {"pipe-nonblock", nonblock},       {"pipe-churn", churn},
    {"pipe-eof-efault", eof_efault}, {"pipe-preexisting", preexisting}, {"pipe-many-held", many_held},
    {NULL, NULL},
};
