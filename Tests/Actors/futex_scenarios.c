// Futexes between processes: by hand, and by what the C library makes of them.
#include "lanes.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, CROWD = 4 };

// What all processes of a scenario have mapped.
struct shared {
  _Atomic uint32_t words[64];
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  pthread_barrier_t barrier;
  sem_t semaphore;
};

static struct shared *shared;
static uint64_t start;

static void shared_open(void) {
  int fd = memfd_create("common", 0);
  if (fd < 0 || ftruncate(fd, 2 * PAGE) != 0) die("memfd_create");
  // Not the beginning of the file.
  start = PAGE;
  shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
  if (shared == MAP_FAILED) die("mmap");
  close(fd);
}

static uint64_t place_of(const void *word) { return start + (uint64_t)((const char *)word - (const char *)shared); }

static long futex(void *word, int operation, uint32_t value, uintptr_t value2, void *word2, uint32_t value3) {
  return syscall(SYS_futex, word, operation, value, value2, word2, value3);
}

static void tell_wake(struct party source, struct party destination, const void *word, const char *op) {
  const struct other_truth truth = {.type = "futex", .source = source, .destination = destination};
  truth_other(&truth, "\"object\":\"memfd:common\",\"offset\":%llu,\"op\":\"%s\"",
              (unsigned long long)place_of(word), op);
}

static void wait_at(void *context) {
  if (futex(context, FUTEX_WAIT, 0, 0, NULL, 0) != 0) die("FUTEX_WAIT");
}

static struct party sleeper(process_body body, void *context) {
  pid_t pid = process_start(body, context);
  await_sleep(pid);
  return party_of_process(pid);
}

static void wake(const struct options *options) {
  (void)options;
  shared_open();
  struct party waiter = sleeper(wait_at, &shared->words[3]);
  if (futex(&shared->words[3], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[3], "wake");
  waiter = sleeper(wait_at, &shared->words[5]);
  if (futex(&shared->words[5], FUTEX_WAKE_BITSET, 1, 0, NULL, 7) != 1) die("FUTEX_WAKE_BITSET");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[5], "wake_bitset");
  // Nobody.
  if (futex(&shared->words[3], FUTEX_WAKE, 1, 0, NULL, 0) != 0) die("FUTEX_WAKE of nobody");
}

static void several(const struct options *options) {
  (void)options;
  shared_open();
  struct party waiters[CROWD];
  for (int i = 0; i < CROWD; i++) waiters[i] = sleeper(wait_at, &shared->words[0]);
  if (futex(&shared->words[0], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  if (futex(&shared->words[0], FUTEX_WAKE, INT32_MAX, 0, NULL, 0) != CROWD - 1) die("FUTEX_WAKE");
  for (int i = 0; i < CROWD; i++) {
    process_reap(waiters[i].pid);
    tell_wake(party_self(), waiters[i], &shared->words[0], "wake");
  }
}

static void requeue(const struct options *options) {
  (void)options;
  shared_open();
  struct party first = sleeper(wait_at, &shared->words[1]);
  struct party second = sleeper(wait_at, &shared->words[1]);
  // One goes on, the other one waits elsewhere.
  if (futex(&shared->words[1], FUTEX_CMP_REQUEUE, 1, 1, &shared->words[9], 0) != 2) die("FUTEX_CMP_REQUEUE");
  process_reap(first.pid);
  tell_wake(party_self(), first, &shared->words[1], "cmp_requeue");
  if (futex(&shared->words[9], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  process_reap(second.pid);
  tell_wake(party_self(), second, &shared->words[9], "wake");
}

static void wake_op(const struct options *options) {
  (void)options;
  shared_open();
  struct party first = sleeper(wait_at, &shared->words[1]), second = sleeper(wait_at, &shared->words[2]);
  uint32_t operation = FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0);
  if (futex(&shared->words[1], FUTEX_WAKE_OP, 1, 1, &shared->words[2], operation) != 2) die("FUTEX_WAKE_OP");
  process_reap(first.pid);
  process_reap(second.pid);
  tell_wake(party_self(), first, &shared->words[1], "wake_op");
  tell_wake(party_self(), second, &shared->words[2], "wake_op");
}

static void lock_pi(void *context) {
  if (futex(context, FUTEX_LOCK_PI, 0, 0, NULL, 0) != 0) die("FUTEX_LOCK_PI");
}

static void pi(const struct options *options) {
  (void)options;
  shared_open();
  if (futex(&shared->words[0], FUTEX_LOCK_PI, 0, 0, NULL, 0) != 0) unsupported("FUTEX_LOCK_PI (CONFIG_FUTEX_PI)");
  struct party waiter = sleeper(lock_pi, &shared->words[0]);
  if (futex(&shared->words[0], FUTEX_UNLOCK_PI, 0, 0, NULL, 0) != 0) die("FUTEX_UNLOCK_PI");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[0], "unlock_pi");
}

static void mutex_make(bool is_robust) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (is_robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (pthread_mutex_init(&shared->mutex, &attributes) != 0) die("pthread_mutex_init");
}

static void die_with_lock(void *context) {
  (void)context;
  if (pthread_mutex_lock(&shared->mutex) != 0) die("pthread_mutex_lock");
  atomic_store(&shared->words[0], 1);
  while (atomic_load(&shared->words[1]) == 0) sleep_milliseconds(1);
}

static void lock_after_death(void *context) {
  (void)context;
  if (pthread_mutex_lock(&shared->mutex) != EOWNERDEAD) die("the owner is not dead");
}

static void robust(const struct options *options) {
  (void)options;
  shared_open();
  mutex_make(true);
  pid_t pid = process_start(die_with_lock, NULL);
  while (atomic_load(&shared->words[0]) == 0) sleep_milliseconds(1);
  struct party waiter = sleeper(lock_after_death, NULL), owner = party_of_process(pid);
  atomic_store(&shared->words[1], 1);
  process_reap(pid);
  process_reap(waiter.pid);
  tell_wake(owner, waiter, &shared->mutex, "owner_died");
}

static void lock_and_unlock(void *context) {
  (void)context;
  if (pthread_mutex_lock(&shared->mutex) != 0 || pthread_mutex_unlock(&shared->mutex) != 0) die("pthread_mutex_lock");
}

static void mutex(const struct options *options) {
  (void)options;
  shared_open();
  mutex_make(false);
  pthread_mutex_lock(&shared->mutex);
  struct party waiter = sleeper(lock_and_unlock, NULL);
  pthread_mutex_unlock(&shared->mutex);
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->mutex, "wake");
  // Nobody waits.
  lock_and_unlock(NULL);
}

static void wait_for_condition(void *context) {
  (void)context;
  pthread_mutex_lock(&shared->mutex);
  while (atomic_load(&shared->words[0]) == 0) pthread_cond_wait(&shared->condition, &shared->mutex);
  pthread_mutex_unlock(&shared->mutex);
}

static void condition(const struct options *options) {
  (void)options;
  shared_open();
  mutex_make(false);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (pthread_cond_init(&shared->condition, &attributes) != 0) die("pthread_cond_init");
  struct party waiter = sleeper(wait_for_condition, NULL);
  pthread_mutex_lock(&shared->mutex);
  atomic_store(&shared->words[0], 1);
  pthread_mutex_unlock(&shared->mutex);
  pthread_cond_signal(&shared->condition);
  process_reap(waiter.pid);
  // The signals of the first group (struct __pthread_cond_s, nptl).
  tell_wake(party_self(), waiter, (const char *)&shared->condition + 40, "wake");
}

static void meet_others(void *context) {
  (void)context;
  pthread_barrier_wait(&shared->barrier);
}

static void barrier(const struct options *options) {
  (void)options;
  shared_open();
  pthread_barrierattr_t attributes;
  pthread_barrierattr_init(&attributes);
  pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (pthread_barrier_init(&shared->barrier, &attributes, 3) != 0) die("pthread_barrier_init");
  struct party first = sleeper(meet_others, NULL), second = sleeper(meet_others, NULL);
  meet_others(NULL);
  process_reap(first.pid);
  process_reap(second.pid);
  // `current_round`, behind `in` (struct pthread_barrier, nptl).
  const char *word = (const char *)&shared->barrier + sizeof(unsigned);
  tell_wake(party_self(), first, word, "wake");
  tell_wake(party_self(), second, word, "wake");
}

static void take_semaphore(void *context) {
  (void)context;
  if (sem_wait(&shared->semaphore) != 0) die("sem_wait");
}

static void semaphore(const struct options *options) {
  (void)options;
  shared_open();
  if (sem_init(&shared->semaphore, 1, 0) != 0) die("sem_init");
  struct party waiter = sleeper(take_semaphore, NULL);
  sem_post(&shared->semaphore);
  process_reap(waiter.pid);
  // The value is the lower half of the first word (struct new_sem, nptl).
  tell_wake(party_self(), waiter, &shared->semaphore, "wake");
}

static void *wait_in_thread(void *context) {
  (void)context;
  atomic_store(&shared->words[0], (uint32_t)gettid());
  futex(&shared->words[1], FUTEX_WAIT, 0, 0, NULL, 0);
  return NULL;
}

// Threads of one process are none, private futexes neither.
static void silent(const struct options *options) {
  (void)options;
  shared_open();
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_in_thread, NULL) != 0) die("pthread_create");
  while (atomic_load(&shared->words[0]) == 0) sleep_milliseconds(1);
  await_sleep((pid_t)atomic_load(&shared->words[0]));
  if (futex(&shared->words[1], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  pthread_join(thread, NULL);
  static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&own);
  pthread_mutex_unlock(&own);
}

static void wait_in_vain(void *context) {
  struct timespec soon = {0, 20 * 1000 * 1000};
  bool is_timed = *(bool *)context;
  int error = is_timed ? ETIMEDOUT : EAGAIN;
  uint32_t value = is_timed ? 0 : 5;
  if (futex(&shared->words[0], FUTEX_WAIT, value, is_timed ? (uintptr_t)&soon : 0, NULL, 0) == 0 || errno != error)
    die("a wait in vain");
}

static void vain(const struct options *options) {
  (void)options;
  shared_open();
  static bool ways[] = {true, false};
  for (int i = 0; i < 2; i++) process_reap(process_start(wait_in_vain, &ways[i]));
  pid_t pid = process_start(wait_at, &shared->words[0]);
  await_sleep(pid);
  kill(pid, SIGKILL);
  int status;
  if (waitpid(pid, &status, 0) != pid) die("waitpid");
}

// Who waits since before the trace is told, too.
static void before(const struct options *options) {
  shared_open();
  struct party waiter = sleeper(wait_at, &shared->words[3]);
  announce(options, &(pid_t){getpid()}, 1);
  wait_for_file(options->wait_for);
  if (futex(&shared->words[3], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[3], "wake");
}

// Two words at once (futex_waitv(2), Linux 5.16).
static void wait_at_several(void *context) {
  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } places[2] = {{0, (uintptr_t)&shared->words[2], 2, 0}, {0, (uintptr_t)&shared->words[7], 2, 0}};
  long place = syscall(449, places, 2, 0, NULL, 0);
  *(_Atomic long *)context = place;
  if (place != 1) _exit(STATUS_BROKEN);
}

static void vector(const struct options *options) {
  (void)options;
  shared_open();
  if (syscall(449, NULL, 0, 0, NULL, 0) < 0 && errno == ENOSYS) unsupported("futex_waitv (5.16)");
  static long place;
  struct party waiter = sleeper(wait_at_several, &place);
  if (futex(&shared->words[7], FUTEX_WAKE, 1, 0, NULL, 0) != 1) die("FUTEX_WAKE");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[7], "wake");
}

#if defined(__x86_64__)

static int i386_call(long number, long first, long second, long third, long fourth) {
  int result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(0)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static void try_i386(void *context) {
  (void)context;
  i386_call(20, 0, 0, 0, 0);
}

static void wait_as_i386(void *context) {
  (void)context;
  if (i386_call(240, (long)&shared->words[4], FUTEX_WAIT, 0, 0) != 0) die("FUTEX_WAIT of i386");
}

static void compat(const struct options *options) {
  (void)options;
  int status;
  waitpid(process_start(try_i386, NULL), &status, 0);
  if (!WIFEXITED(status)) unsupported("system calls of 32-bit programs (CONFIG_IA32_EMULATION)");
  int fd = memfd_create("common", 0);
  if (fd < 0 || ftruncate(fd, PAGE) != 0) die("memfd_create");
  shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_32BIT, fd, 0);
  if (shared == MAP_FAILED) die("mmap below 4 GiB");
  struct party waiter = sleeper(wait_as_i386, NULL);
  if (i386_call(240, (long)&shared->words[4], FUTEX_WAKE, 1, 0) != 1) die("FUTEX_WAKE of i386");
  process_reap(waiter.pid);
  tell_wake(party_self(), waiter, &shared->words[4], "wake");
}

#else

static void compat(const struct options *options) {
  (void)options;
  unsupported("system calls of 32-bit programs");
}

#endif

const struct scenario FUTEX_SCENARIOS[] = {
    {"futex-wake", wake},           {"futex-several", several}, {"futex-requeue", requeue}, {"futex-wake-op", wake_op},
    {"futex-pi", pi},               {"futex-robust", robust},   {"futex-mutex", mutex},     {"futex-condition", condition},
    {"futex-barrier", barrier},     {"futex-semaphore", semaphore}, {"futex-silent", silent}, {"futex-vain", vain},
    {"futex-before", before},       {"futex-vector", vector},   {"futex-compat", compat},   {NULL, NULL},
};
