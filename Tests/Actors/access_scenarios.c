// One process reaches into another one: its memory, what it executes, its descriptors.
#include "i386.h"
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GATE_TARGET = 20, GATE_DONE };
enum { SLOT_FD = 20, SLOT_INODE, SLOT_TID };

// A child whose memory is a copy of this process's, so that addresses are the same.
static unsigned char *target_memory;
static long target_size;

static void be_target(void *context) {
  (void)context;
  if (target_memory != NULL) payload_fill(target_memory, (size_t)target_size, 7, 7);
  gate_add(GATE_TARGET, 1);
  gate_await(GATE_DONE, 1);
}

static struct party target_begin(process_body body) {
  pid_t pid = process_start(body, NULL);
  gate_await(GATE_TARGET, 1);
  return party_of_process(pid);
}

static void target_end(struct party target) {
  gate_add(GATE_DONE, 1);
  process_reap(target.pid);
}

static struct party target_with_memory(long size) {
  target_size = size;
  target_memory = allocate((size_t)size);
  return target_begin(be_target);
}

static void tell_memory(struct party target, bool is_write, const void *address, const void *bytes, size_t count) {
  struct party self = party_self();
  const struct other_truth truth = {.type = "process-vm",
                                    .source = is_write ? self : target,
                                    .destination = is_write ? target : self,
                                    .bytes = bytes,
                                    .count = count};
  truth_other(&truth, "\"count\":%zu,\"direction\":\"%s\",\"address\":%" PRIuPTR, count, is_write ? "write" : "read",
              (uintptr_t)address);
}

static void read_memory(const struct options *options) {
  struct party target = target_with_memory(or_default(options->size, 1000));
  size_t size = (size_t)target_size, third = size / 3;
  unsigned char *bytes = allocate(size);
  // What comes from several places goes to several others.
  struct iovec there[] = {{target_memory, third}, {target_memory + third, size - third}};
  struct iovec here[] = {{bytes, 1}, {bytes + 1, 2 * third}, {bytes + 1 + 2 * third, size - 1 - 2 * third}};
  if (process_vm_readv(target.pid, here, 3, there, 2, 0) != (ssize_t)size) die("process_vm_readv");
  tell_memory(target, false, target_memory, bytes, size);
  // As far as there is memory.
  struct iovec beyond[] = {{target_memory, 10}, {NULL, 10}};
  if (process_vm_readv(target.pid, here + 1, 1, beyond, 2, 0) != 10) die("process_vm_readv of a part");
  tell_memory(target, false, target_memory, bytes + 1, 10);
  target_end(target);
}

static void write_memory(const struct options *options) {
  struct party target = target_with_memory(or_default(options->size, 1000));
  size_t size = (size_t)target_size;
  unsigned char *bytes = allocate(size);
  payload_fill(bytes, size, 3, 3);
  struct iovec here[] = {{bytes, 5}, {bytes + 5, size - 5}}, there = {target_memory, size};
  if (process_vm_writev(target.pid, here, 2, &there, 1, 0) != (ssize_t)size) die("process_vm_writev");
  tell_memory(target, true, target_memory, bytes, size);
  target_end(target);
}

// By the number of one of its threads.
static void *wait_in_thread(void *context) {
  (void)context;
  slot_set(SLOT_TID, gettid());
  gate_add(GATE_TARGET, 1);
  gate_await(GATE_DONE, 1);
  return NULL;
}

static void be_threads(void *context) {
  (void)context;
  payload_fill(target_memory, (size_t)target_size, 7, 7);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_in_thread, NULL) != 0) die("pthread_create");
  pthread_join(thread, NULL);
}

static void thread_memory(const struct options *options) {
  (void)options;
  target_size = 64;
  target_memory = allocate(64);
  struct party target = target_begin(be_threads);
  target.tid = (int32_t)slot_get(SLOT_TID);
  unsigned char bytes[64];
  struct iovec here = {bytes, 64}, there = {target_memory, 64};
  if (process_vm_readv(target.tid, &here, 1, &there, 1, 0) != 64) die("process_vm_readv");
  tell_memory(target, false, target_memory, bytes, 64);
  target_end(target);
}

// What does not come about is no event, nor is what concerns no other file of /proc.
static void failed_memory(const struct options *options) {
  (void)options;
  struct party target = target_with_memory(64);
  unsigned char bytes[64];
  struct iovec here = {bytes, 64}, there = {NULL, 64};
  if (process_vm_readv(target.pid, &here, 1, &there, 1, 0) >= 0 || errno != EFAULT) die("process_vm_readv of nothing");
  there.iov_base = target_memory;
  if (process_vm_readv(INT32_MAX, &here, 1, &there, 1, 0) >= 0 || errno != ESRCH) die("process_vm_readv of nobody");
  if (process_vm_readv(target.pid, &here, 0, &there, 1, 0) != 0) die("process_vm_readv of no bytes");
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", target.pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || pread(fd, bytes, sizeof bytes, 0) <= 0 || read(fd, bytes, sizeof bytes) <= 0) die("reading the status");
  close(fd);
  target_end(target);
}

static void memory_file(const struct options *options) {
  struct party target = target_with_memory(or_default(options->size, 1000));
  size_t size = (size_t)target_size;
  off_t start = (off_t)(uintptr_t)target_memory;
  unsigned char *bytes = allocate(size);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", target.pid);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) die("opening the memory");
  if (pread(fd, bytes, size, start) != (ssize_t)size) die("pread");
  tell_memory(target, false, target_memory, bytes, size);
  if (lseek(fd, start + 8, SEEK_SET) != start + 8) die("lseek");
  if (read(fd, bytes, 20) != 20) die("read");
  tell_memory(target, false, target_memory + 8, bytes, 20);
  if (read(fd, bytes, 30) != 30) die("read");
  tell_memory(target, false, target_memory + 28, bytes, 30);
  struct iovec pieces[] = {{bytes, 7}, {bytes + 7, 9}};
  if (preadv(fd, pieces, 2, start + 100) != 16) die("preadv");
  tell_memory(target, false, target_memory + 100, bytes, 16);
  if (pwrite(fd, "poked", 5, start + 3) != 5) die("pwrite");
  tell_memory(target, true, target_memory + 3, "poked", 5);
  if (lseek(fd, start + 40, SEEK_SET) != start + 40) die("lseek");
  if (write(fd, "again", 5) != 5) die("write");
  tell_memory(target, true, target_memory + 40, "again", 5);
  if (pwritev(fd, pieces, 2, start + 200) != 16) die("pwritev");
  tell_memory(target, true, target_memory + 200, bytes, 16);
  close(fd);
  target_end(target);
}

enum { I386_PROCESS_VM_READV = 347 };

static void compat_memory(const struct options *options) {
  (void)options;
  i386_require();
  target_size = 4096;
  target_memory = i386_allocate(8192);
  struct party target = target_begin(be_target);
  struct i386_iovec *pieces = (void *)(target_memory + 4096);
  uint32_t base = i386_address(target_memory);
  pieces[0] = (struct i386_iovec){base + 6000, 50};
  pieces[1] = (struct i386_iovec){base + 10, 50};
  if (i386_call(I386_PROCESS_VM_READV, target.pid, i386_address(pieces), 1, i386_address(pieces + 1), 1) != 50)
    die("process_vm_readv of i386");
  tell_memory(target, false, target_memory + 10, target_memory + 6000, 50);
  target_end(target);
}

static void tell_trace(struct party target, const char *request, const void *address) {
  const struct other_truth truth = {.type = "ptrace", .source = party_self(), .destination = target};
  if (address == NULL) {
    truth_other(&truth, "\"request\":\"%s\"", request);
  } else {
    truth_other(&truth, "\"request\":\"%s\",\"address\":%" PRIuPTR, request, (uintptr_t)address);
  }
}

static void await_stop(struct party target) {
  int status;
  if (waitpid(target.pid, &status, __WALL) != target.pid || !WIFSTOPPED(status)) die("the tracee did not stop");
}

static void attach(const struct options *options) {
  (void)options;
  struct party target = target_with_memory(64);
  if (ptrace(PTRACE_ATTACH, target.pid, NULL, NULL) != 0) die("PTRACE_ATTACH");
  tell_trace(target, "attach", NULL);
  await_stop(target);
  if (ptrace(PTRACE_ATTACH, target.pid, NULL, NULL) == 0) die("PTRACE_ATTACH to one's own tracee");
  ptrace(PTRACE_PEEKDATA, target.pid, target_memory, NULL);
  if (ptrace(PTRACE_POKEDATA, target.pid, target_memory, 7L) != 0) die("PTRACE_POKEDATA");
  tell_trace(target, "pokedata", target_memory);
  if (ptrace(PTRACE_POKETEXT, target.pid, target_memory + 8, 7L) != 0) die("PTRACE_POKETEXT");
  tell_trace(target, "poketext", target_memory + 8);
#if defined(__x86_64__)
  size_t place = offsetof(struct user, u_debugreg[7]);
  if (ptrace(PTRACE_POKEUSER, target.pid, place, 0L) != 0) die("PTRACE_POKEUSER");
  tell_trace(target, "pokeuser", (void *)place);
#endif
  if (ptrace(PTRACE_POKEDATA, target.pid, NULL, 7L) == 0) die("PTRACE_POKEDATA at nothing");
  if (ptrace(PTRACE_DETACH, target.pid, NULL, NULL) != 0) die("PTRACE_DETACH");
  target_end(target);
}

static void seize(const struct options *options) {
  (void)options;
  struct party target = target_with_memory(64);
  if (ptrace(PTRACE_SEIZE, target.pid, NULL, NULL) != 0) die("PTRACE_SEIZE");
  tell_trace(target, "seize", NULL);
  if (ptrace(PTRACE_INTERRUPT, target.pid, NULL, NULL) != 0) die("PTRACE_INTERRUPT");
  await_stop(target);
  if (ptrace(PTRACE_DETACH, target.pid, NULL, NULL) != 0) die("PTRACE_DETACH");
  target_end(target);
}

static void tell_taken(struct party target, int there, int here, const char *what) {
  const struct other_truth truth = {.type = "pidfd-getfd", .source = target, .destination = party_self()};
  truth_other(&truth, "\"fds\":\"%d>%d %s\"", there, here, what);
}

static int take(struct party target, int fd, const char *what) {
  int pidfd = pidfd_open(target.pid, 0);
  if (pidfd < 0) die("pidfd_open");
  int taken = pidfd_getfd(pidfd, fd, 0);
  if (taken < 0) die("pidfd_getfd");
  tell_taken(target, fd, taken, what);
  close(pidfd);
  return taken;
}

static void own_pipe(void *context) {
  (void)context;
  struct pipe_ends pipe = pipe_open(0);
  slot_set(SLOT_FD, pipe.read_fd);
  slot_set(SLOT_INODE, (int64_t)pipe.channel.inode);
  for (uint32_t i = 0; i < 3; i++) payload_send(pipe.write_fd, 64, i);
  gate_add(GATE_TARGET, 1);
  gate_await(GATE_DONE, 1);
}

// A pipe that was taken is read.
static void take_pipe(const struct options *options) {
  (void)options;
  struct party target = target_begin(own_pipe);
  char what[64];
  snprintf(what, sizeof what, "pipe:[%" PRIi64 "]", slot_get(SLOT_INODE));
  struct pipe_ends pipe = {.read_fd = take(target, (int)slot_get(SLOT_FD), what)};
  pipe.channel = channel_of(pipe.read_fd, "<anonymous>");
  for (int i = 0; i < 3; i++) read_from(&pipe, target, 64);
  target_end(target);
}

static void take_files(const struct options *options) {
  (void)options;
  // Copies of the target have the same numbers.
  int device = open("/dev/null", O_RDONLY), memory = memfd_create("taken", 0), event = eventfd(0, 0);
  struct party target = target_with_memory(64);
  take(target, device, "/dev/null");
  take(target, memory, "memfd:taken");
  take(target, event, "anon_inode:[eventfd]");
  int pidfd = pidfd_open(target.pid, 0);
  if (pidfd_getfd(pidfd, 999, 0) >= 0 || errno != EBADF) die("pidfd_getfd of nothing");
  target_end(target);
}

const struct scenario ACCESS_SCENARIOS[] = {
    {"vm-read", read_memory},      {"vm-write", write_memory}, {"vm-thread", thread_memory},
    {"vm-failed", failed_memory},  {"vm-file", memory_file},   {"vm-compat", compat_memory},
    {"ptrace-attach", attach},     {"ptrace-seize", seize},    {"getfd-pipe", take_pipe},
    {"getfd-files", take_files},   {NULL, NULL},
};
