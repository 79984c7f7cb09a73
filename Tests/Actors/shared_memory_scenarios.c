// Memory that processes share: who maps it later, and who lets go.
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GATE_STEP = 40, GATE_DONE, PAGE = 4096 };

static int memory;
static char object[256];

static void tell_memory(const char *op, struct party source, struct party destination, size_t size, bool is_writable) {
  const struct other_truth truth = {.type = "shared-memory", .source = source, .destination = destination};
  truth_other(&truth, "\"object\":\"%s\",\"size\":%zu,\"access\":\"%s\",\"op\":\"%s\"", object, size,
              is_writable ? "rw" : "r", op);
}

static void *map_memory(size_t size, int protection, off_t offset) {
  void *place = mmap(NULL, size, protection, MAP_SHARED, memory, offset);
  if (place == MAP_FAILED) die("mmap");
  return place;
}

static void unmap_memory(void *place, size_t size) {
  if (munmap(place, size) != 0) die("munmap");
}

static void memory_open(size_t size) {
  memory = memfd_create("lent", 0);
  if (memory < 0 || ftruncate(memory, (off_t)size) != 0) die("memfd_create");
  snprintf(object, sizeof object, "memfd:lent");
}

// Steps that a child takes when its parent says so, and says when they are taken.
static void step_await(uint32_t step) { gate_await(GATE_STEP, step); }
static void step_done(void) { gate_add(GATE_DONE, 1); }
static void step_let(uint32_t step) {
  gate_add(GATE_STEP, 1);
  gate_await(GATE_DONE, step);
}

static void map_and_unmap(void *context) {
  int protection = *(int *)context;
  step_await(1);
  void *place = map_memory(3 * PAGE, protection, 0);
  step_done();
  step_await(2);
  // A part of it is left. The kernel takes whole pages, whatever number of bytes it is told.
  unmap_memory(place, PAGE - 8);
  unmap_memory((char *)place + 2 * PAGE, PAGE);
  step_done();
  step_await(3);
  unmap_memory((char *)place + PAGE, PAGE);
  step_done();
}

static void lend(int protection) {
  memory_open(3 * PAGE);
  pid_t pid = process_start(map_and_unmap, &protection);
  struct party child = party_of_process(pid);
  void *place = map_memory(3 * PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  step_let(2);
  step_let(3);
  process_reap(pid);
  unmap_memory(place, 3 * PAGE);
  bool is_writable = protection & PROT_WRITE;
  tell_memory("map", party_self(), child, 3 * PAGE, is_writable);
  tell_memory("unmap", party_self(), child, PAGE, is_writable);
}

static void lent(const struct options *options) {
  (void)options;
  lend(PROT_READ | PROT_WRITE);
}

static void read_only(const struct options *options) {
  (void)options;
  lend(PROT_READ);
}

static void read_beside(void *context) {
  (void)context;
  step_await(1);
  map_memory(PAGE, PROT_READ, 0);
  step_done();
  step_await(2);
}

// Nobody may write: nothing goes from one to another.
static void readers(const struct options *options) {
  (void)options;
  memory_open(PAGE);
  pid_t pid = process_start(read_beside, NULL);
  char *place = map_memory(PAGE, PROT_READ, 0);
  step_let(1);
  // Now one may.
  if (mprotect(place, 1, PROT_READ | PROT_WRITE) != 0) die("mprotect");
  gate_add(GATE_STEP, 1);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", child, party_self(), PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, false);
  unmap_memory(place, PAGE);
}

// Other parts of one file are other memory.
static void map_other_part(void *context) {
  (void)context;
  step_await(1);
  map_memory(PAGE, PROT_READ | PROT_WRITE, PAGE);
  step_done();
  step_await(2);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_done();
  step_await(3);
}

static void parts(const struct options *options) {
  (void)options;
  memory_open(2 * PAGE);
  pid_t pid = process_start(map_other_part, NULL);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  step_let(2);
  gate_add(GATE_STEP, 1);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, PAGE, true);
  tell_memory("unmap", party_self(), child, 2 * PAGE, true);
}

static void stay(void *context) {
  (void)context;
  step_done();
  step_await(1);
}

static void stay_longer(void *context) {
  (void)context;
  step_done();
  step_await(2);
}

static void make_another(void *context) {
  (void)context;
  pid_t pid = process_start(stay, NULL);
  slot_set(40, pid);
  gate_await(GATE_DONE, 1);
  process_reap(pid);
  step_done();
}

// A child shares what its parent has mapped so, and its own child with whom has had it longest.
static void forked(const struct options *options) {
  (void)options;
  snprintf(object, sizeof object, "[anon]");
  void *first = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void *kept = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (first == MAP_FAILED || kept == MAP_FAILED || own == MAP_FAILED) die("mmap");
  if (madvise(kept, 1, MADV_DONTFORK) != 0) die("MADV_DONTFORK");
  pid_t pid = process_start(make_another, NULL);
  gate_await(GATE_DONE, 1);
  gate_add(GATE_STEP, 1);
  process_reap(pid);
  struct party child = party_of_process(pid), other = party_of_process((pid_t)slot_get(40));
  tell_memory("map", party_self(), child, PAGE, true);
  tell_memory("map", party_self(), other, PAGE, true);
  tell_memory("unmap", party_self(), other, PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, true);
}

static void outlive(void *context) {
  (void)context;
  step_await(1);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_done();
  step_await(3);
}

// Who has had it longest is who still has it.
static void killed(const struct options *options) {
  (void)options;
  memory_open(PAGE);
  pid_t one = process_start(outlive, NULL), other;
  void *place = map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  other = process_start(stay_longer, NULL);
  gate_await(GATE_DONE, 2);
  unmap_memory(place, PAGE);
  kill(one, SIGKILL);
  int status;
  if (waitpid(one, &status, 0) != one) die("waitpid");
  gate_add(GATE_STEP, 1);
  process_reap(other);
  struct party first = party_of_process(one), second = party_of_process(other);
  tell_memory("map", party_self(), first, PAGE, true);
  tell_memory("map", party_self(), second, PAGE, true);
  tell_memory("unmap", first, party_self(), PAGE, true);
  tell_memory("unmap", second, first, PAGE, true);
}

static void run_another(void *context) {
  (void)context;
  step_await(1);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_done();
  step_await(2);
  execl("/bin/true", "true", (char *)NULL);
  die("exec");
}

static void executed(const struct options *options) {
  (void)options;
  memory_open(PAGE);
  pid_t pid = process_start(run_another, NULL);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, PAGE, true);
  gate_add(GATE_STEP, 1);
  process_reap(pid);
  snprintf(child.comm, sizeof child.comm, "true");
  tell_memory("unmap", party_self(), child, PAGE, true);
}

static int segment;

static void segments(const struct options *options) {
  (void)options;
  static const bool is_private[] = {false, true};
  for (uint32_t i = 0; i < 2; i++) {
    key_t key = is_private[i] ? IPC_PRIVATE : 0x4b000000 | getpid();
    segment = shmget(key, 2 * PAGE - 100, IPC_CREAT | IPC_EXCL | 0600);
    if (segment < 0) die("shmget");
    snprintf(object, sizeof object, is_private[i] ? "sysv private" : "sysv 0x%08x", (unsigned)key);
    int flags = is_private[i] ? SHM_RDONLY : 0;
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
      gate_await(GATE_STEP, 2 * i + 1);
      void *place = shmat(segment, NULL, flags);
      if (place == (void *)-1) die("shmat");
      step_done();
      gate_await(GATE_STEP, 2 * i + 2);
      if (shmdt(place) != 0) die("shmdt");
      step_done();
      _exit(0);
    }
    void *place = shmat(segment, NULL, 0);
    if (place == (void *)-1) die("shmat");
    step_let(2 * i + 1);
    step_let(2 * i + 2);
    process_reap(pid);
    struct party child = party_of_process(pid);
    tell_memory("map", party_self(), child, 2 * PAGE, !is_private[i]);
    tell_memory("unmap", party_self(), child, 2 * PAGE, !is_private[i]);
    if (shmdt(place) != 0 || shmctl(segment, IPC_RMID, NULL) != 0) die("removing a segment");
  }
}

static void named(const struct options *options) {
  (void)options;
  char name[64];
  snprintf(name, sizeof name, "/ipc-actor-%d", getpid());
  memory = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (memory < 0 || ftruncate(memory, 3 * PAGE) != 0) die("shm_open");
  snprintf(object, sizeof object, "/dev/shm%s", name);
  int protection = PROT_READ | PROT_WRITE;
  pid_t pid = process_start(map_and_unmap, &protection);
  void *place = map_memory(3 * PAGE, protection, 0);
  step_let(1);
  step_let(2);
  step_let(3);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, 3 * PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, true);
  unmap_memory(place, 3 * PAGE);
  shm_unlink(name);
}

static void move(void *context) {
  (void)context;
  step_await(1);
  void *place = map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  place = mremap(place, PAGE - 8, 3 * PAGE - 8, MREMAP_MAYMOVE);
  if (place == MAP_FAILED) die("mremap");
  // One page of it goes under something else.
  if (mmap(place, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != place) die("MAP_FIXED");
  step_done();
  step_await(2);
  if (mmap(place, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != place) die("MAP_FIXED");
  step_done();
}

static void moved(const struct options *options) {
  (void)options;
  memory_open(3 * PAGE);
  pid_t pid = process_start(move, NULL);
  map_memory(3 * PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  step_let(2);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, PAGE, true);
  tell_memory("unmap", party_self(), child, 2 * PAGE, true);
}

static void *map_in_thread(void *context) {
  (void)context;
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  return NULL;
}

// What a process shares with itself, or has for itself, is nothing.
static void silent(const struct options *options) {
  (void)options;
  memory_open(PAGE);
  map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  pthread_t thread;
  if (pthread_create(&thread, NULL, map_in_thread, NULL) != 0) die("pthread_create");
  pthread_join(thread, NULL);
  if (mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, memory, 0) == MAP_FAILED) die("mmap");
  pid_t pid = vfork();
  if (pid == 0) _exit(0);
  process_reap(pid);
}

// What is mapped already when the trace begins is known then.
static void before(const struct options *options) {
  memory_open(3 * PAGE);
  int protection = PROT_READ | PROT_WRITE;
  pid_t pid = process_start(map_and_unmap, &protection);
  map_memory(3 * PAGE, PROT_READ | PROT_WRITE, 0);
  announce(options, &(pid_t){getpid()}, 1);
  wait_for_file(options->wait_for);
  step_let(1);
  step_let(2);
  step_let(3);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, 3 * PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, true);
}

#if defined(__x86_64__)

static int i386_call(long number, long first, long second, long third, long fourth, long fifth) {
  int result;
  // The offset is in ebp.
  __asm__ volatile("push %%rbp\n\txor %%ebp, %%ebp\n\tint $0x80\n\tpop %%rbp"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(fifth)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static void try_i386(void *context) {
  (void)context;
  i386_call(20, 0, 0, 0, 0, 0);
}

static uint32_t *low;

static void map_as_i386(void *context) {
  (void)context;
  step_await(1);
  int place = i386_call(192, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory);
  if ((unsigned)place > (unsigned)-4096) die("mmap2 of i386");
  step_done();
  step_await(2);
  if (i386_call(91, place, PAGE, 0, 0, 0) != 0) die("munmap of i386");
  step_done();
  step_await(3);
  uint32_t arguments[] = {0, PAGE, PROT_READ, MAP_SHARED, (uint32_t)memory, 0};
  memcpy(low, arguments, sizeof arguments);
  place = i386_call(90, (long)low, 0, 0, 0, 0);
  if ((unsigned)place > (unsigned)-4096) die("mmap of i386");
  step_done();
}

static void attach_as_i386(void *context) {
  (void)context;
  step_await(4);
  if (i386_call(117, 21, segment, 0, (long)low, 0) != 0) die("SHMAT of i386");
  step_done();
  step_await(5);
  if (i386_call(117, 22, 0, 0, 0, (long)*low) != 0) die("SHMDT of i386");
  step_done();
}

static void compat(const struct options *options) {
  (void)options;
  int status;
  waitpid(process_start(try_i386, NULL), &status, 0);
  if (!WIFEXITED(status)) unsupported("system calls of 32-bit programs (CONFIG_IA32_EMULATION)");
  low = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) die("mmap below 4 GiB");
  memory_open(PAGE);
  pid_t pid = process_start(map_as_i386, NULL);
  void *place = map_memory(PAGE, PROT_READ | PROT_WRITE, 0);
  step_let(1);
  step_let(2);
  step_let(3);
  process_reap(pid);
  struct party child = party_of_process(pid);
  tell_memory("map", party_self(), child, PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, true);
  tell_memory("map", party_self(), child, PAGE, false);
  tell_memory("unmap", party_self(), child, PAGE, false);
  unmap_memory(place, PAGE);
  segment = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
  if (segment < 0) die("shmget");
  snprintf(object, sizeof object, "sysv private");
  pid = process_start(attach_as_i386, NULL);
  place = shmat(segment, NULL, 0);
  if (place == (void *)-1) die("shmat");
  step_let(4);
  step_let(5);
  process_reap(pid);
  child = party_of_process(pid);
  tell_memory("map", party_self(), child, PAGE, true);
  tell_memory("unmap", party_self(), child, PAGE, true);
  shmctl(segment, IPC_RMID, NULL);
}

#else

static void compat(const struct options *options) {
  (void)options;
  unsupported("system calls of 32-bit programs");
}

#endif

const struct scenario SHARED_MEMORY_SCENARIOS[] = {
    {"shm-lent", lent},         {"shm-read-only", read_only}, {"shm-readers", readers}, {"shm-parts", parts},
    {"shm-forked", forked},     {"shm-killed", killed},       {"shm-exec", executed},   {"shm-sysv", segments},
    {"shm-named", named},       {"shm-moved", moved},         {"shm-silent", silent},   {"shm-before", before},
    {"shm-compat", compat},     {NULL, NULL},
};
