// SysV semaphores: who lets whom go on.
#include "lanes.h"
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CROWD = 64, RING = 16, GATE_HELD = 30, GATE_LEAVE, SLOT_TID = 30 };

static int set;
static char key_text[16];

static void set_open(bool is_private, int count) {
  key_t key = is_private ? IPC_PRIVATE : 0x4a000000 | getpid();
  set = semget(key, count, IPC_CREAT | IPC_EXCL | 0600);
  if (set < 0) die("semget");
  snprintf(key_text, sizeof key_text, is_private ? "private" : "0x%08x", (unsigned)key);
}

static void set_remove(void) {
  if (semctl(set, 0, IPC_RMID) != 0) die("IPC_RMID");
}

static void set_value(int number, int value) {
  if (semctl(set, number, SETVAL, value) != 0) die("SETVAL");
}

static void tell_release(struct party source, struct party destination, int number, int delta) {
  const struct other_truth truth = {.type = "sysv-sem", .source = source, .destination = destination};
  truth_other(&truth, "\"key\":\"%s\",\"id\":%d,\"sem\":%d,\"delta\":%d", key_text, set, number, delta);
}

// Up to three operations that a process does at once.
struct plan {
  int count;
  struct sembuf operations[3];
};

static void operate(const struct plan *plan) {
  struct plan copy = *plan;
  if (semop(set, copy.operations, (size_t)copy.count) != 0) die("semop");
}

static void operate_in_process(void *context) { operate(context); }

static void add(int number, int amount) {
  operate(&(struct plan){1, {{(unsigned short)number, (short)amount, 0}}});
}

// A process that waits to do something.
static struct party waiting(struct plan plan) {
  pid_t pid = process_start(operate_in_process, &plan);
  await_sleep(pid);
  return party_of_process(pid);
}

static struct party waiting_for(int number, int amount) {
  return waiting((struct plan){1, {{(unsigned short)number, (short)amount, 0}}});
}

static void one(const struct options *options) {
  (void)options;
  set_open(false, 1);
  struct party waiter = waiting_for(0, -1);
  add(0, 1);
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 1);
  // Nobody has waited for these.
  add(0, 2);
  add(0, -2);
  add(0, 0);
  set_remove();
}

static void zero(const struct options *options) {
  (void)options;
  set_open(true, 3);
  set_value(2, 3);
  struct party waiter = waiting_for(2, 0);
  add(2, -1);
  add(2, -2);
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 2, -2);
  set_remove();
}

static void several(const struct options *options) {
  (void)options;
  set_open(true, 4);
  struct party waiters[3];
  for (int i = 0; i < 3; i++) waiters[i] = waiting_for(1, -1);
  struct party other = waiting_for(3, -1);
  add(1, 2);
  process_reap(waiters[0].pid);
  process_reap(waiters[1].pid);
  tell_release(party_self(), waiters[0], 1, 2);
  tell_release(party_self(), waiters[1], 1, 2);
  operate(&(struct plan){2, {{1, 1, 0}, {3, 1, 0}}});
  process_reap(waiters[2].pid);
  process_reap(other.pid);
  tell_release(party_self(), waiters[2], 1, 1);
  tell_release(party_self(), other, 3, 1);
  set_remove();
}

static void settings(const struct options *options) {
  (void)options;
  set_open(false, 3);
  set_value(0, 1);
  struct party first = waiting_for(0, -4);
  set_value(0, 5);
  process_reap(first.pid);
  tell_release(party_self(), first, 0, 4);
  // One is left of it.
  struct party second = waiting_for(1, -2), third = waiting_for(0, 0);
  unsigned short values[] = {0, 2, 7};
  if (semctl(set, 0, SETALL, values) != 0) die("SETALL");
  process_reap(second.pid);
  process_reap(third.pid);
  tell_release(party_self(), second, 1, 2);
  tell_release(party_self(), third, 0, -1);
  set_remove();
}

static void hold(void *context) {
  struct sembuf operations[] = {{0, -1, SEM_UNDO}, {1, 2, SEM_UNDO}};
  if (semop(set, operations, 2) != 0) die("semop");
  gate_add(GATE_HELD, 1);
  gate_await(GATE_LEAVE, *(uint32_t *)context);
}

// What a process has taken comes back when it ends, however that is.
static void undo(const struct options *options) {
  (void)options;
  for (uint32_t is_killed = 0; is_killed < 2; is_killed++) {
    set_open(true, 2);
    set_value(0, 1);
    uint32_t leave = 1 + is_killed;
    pid_t pid = process_start(hold, &leave);
    gate_await(GATE_HELD, 1 + is_killed);
    struct party holder = party_of_process(pid);
    struct party waiter = waiting_for(0, -1), other = waiting_for(1, 0);
    if (is_killed) {
      kill(pid, SIGKILL);
      tell_signal(holder, SIGKILL, SI_USER, false, SIGNAL_DELIVERED);
    } else {
      gate_add(GATE_LEAVE, 1);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid) die("waitpid");
    process_reap(waiter.pid);
    process_reap(other.pid);
    tell_release(holder, waiter, 0, 1);
    tell_release(holder, other, 1, -2);
    set_remove();
  }
}

// What one of them has waited to do lets the next one go on, all within one call.
static void chain(const struct options *options) {
  (void)options;
  set_open(true, 3);
  struct party last = waiting_for(2, -1);
  struct party second = waiting((struct plan){2, {{1, -1, 0}, {2, 1, 0}}});
  struct party first = waiting((struct plan){2, {{0, -1, 0}, {1, 1, 0}}});
  add(0, 1);
  process_reap(first.pid);
  process_reap(second.pid);
  process_reap(last.pid);
  tell_release(party_self(), first, 0, 1);
  tell_release(first, second, 1, 1);
  tell_release(second, last, 2, 1);
  set_remove();
}

// The one that waits for a 0 is woken before the one that has made it.
static void zero_chain(const struct options *options) {
  (void)options;
  set_open(true, 2);
  set_value(1, 1);
  struct party last = waiting_for(1, 0);
  struct party first = waiting((struct plan){2, {{0, -1, 0}, {1, -1, 0}}});
  add(0, 1);
  process_reap(first.pid);
  process_reap(last.pid);
  tell_release(party_self(), first, 0, 1);
  tell_release(first, last, 1, -1);
  set_remove();
}

static void add_to_first(void *context) {
  (void)context;
  add(0, 1);
}

// What is blocked by one semaphore and then by another one is told with the last.
static void both(const struct options *options) {
  (void)options;
  set_open(true, 2);
  struct party waiter = waiting((struct plan){2, {{0, -1, 0}, {1, -1, 0}}});
  process_reap(process_start(add_to_first, NULL));
  add(1, 1);
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 1, 1);
  // Of both at once, the first one is what blocked it.
  waiter = waiting((struct plan){2, {{1, -1, 0}, {0, -2, 0}}});
  operate(&(struct plan){3, {{0, 3, 0}, {1, 2, 0}, {0, -1, 0}}});
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 1, 2);
  set_remove();
}

static void ignore(int number) { (void)number; }

static void wait_in_vain(void *context) {
  struct sembuf operation = {0, -1, 0};
  struct timespec soon = {0, 20 * 1000 * 1000};
  struct sigaction action = {.sa_handler = ignore};
  sigaction(SIGUSR1, &action, NULL);
  int error = *(int *)context;
  if (semtimedop(set, &operation, 1, error == EAGAIN ? &soon : NULL) == 0 || errno != error) die("a wait in vain");
}

// A wait that fails is no event.
static void failing(const struct options *options) {
  (void)options;
  set_open(true, 1);
  int errors[] = {EAGAIN, EINTR, EIDRM};
  process_reap(process_start(wait_in_vain, &errors[0]));
  pid_t pid = process_start(wait_in_vain, &errors[1]);
  await_sleep(pid);
  struct party interrupted = party_of_process(pid);
  kill(pid, SIGUSR1);
  tell_signal(interrupted, SIGUSR1, SI_USER, false, SIGNAL_DELIVERED);
  process_reap(pid);
  pid = process_start(wait_in_vain, &errors[2]);
  await_sleep(pid);
  struct sembuf operation = {0, -1, IPC_NOWAIT};
  if (semop(set, &operation, 1) == 0) die("IPC_NOWAIT");
  set_remove();
  process_reap(pid);
}

static void crowd(const struct options *options) {
  (void)options;
  set_open(true, 1);
  static struct party waiters[CROWD];
  for (int i = 0; i < CROWD; i++) waiters[i] = waiting_for(0, -1);
  for (int i = 0; i < CROWD / 2; i++) add(0, 1);
  add(0, CROWD / 2);
  for (int i = 0; i < CROWD; i++) {
    process_reap(waiters[i].pid);
    tell_release(party_self(), waiters[i], 0, i < CROWD / 2 ? 1 : CROWD / 2);
  }
  set_remove();
}

static void pass_on(void *context) {
  int place = *(int *)context;
  add(place, -1);
  add((place + 1) % (RING + 1), 1);
}

static void ring(const struct options *options) {
  (void)options;
  set_open(true, RING + 1);
  struct party members[RING];
  for (int i = 0; i < RING; i++) {
    pid_t pid = process_start(pass_on, &i);
    await_sleep(pid);
    members[i] = party_of_process(pid);
  }
  add(0, 1);
  for (int i = 0; i < RING; i++) {
    process_reap(members[i].pid);
    tell_release(i == 0 ? party_self() : members[i - 1], members[i], i, 1);
  }
  set_remove();
}

static void *wait_in_thread(void *context) {
  (void)context;
  slot_set(SLOT_TID, gettid());
  gate_add(GATE_HELD, 1);
  add(0, -1);
  return NULL;
}

// Threads let each other go on as processes do.
static void threads(const struct options *options) {
  (void)options;
  set_open(true, 1);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_in_thread, NULL) != 0) die("pthread_create");
  gate_await(GATE_HELD, 1);
  await_sleep((pid_t)slot_get(SLOT_TID));
  add(0, 1);
  pthread_join(thread, NULL);
  struct party waiter = party_self();
  waiter.tid = (int32_t)slot_get(SLOT_TID);
  memcpy(waiter.thread, waiter.comm, sizeof waiter.thread);
  tell_release(party_self(), waiter, 0, 1);
  set_remove();
}

// Who waits since before the trace is told, too.
static void before(const struct options *options) {
  set_open(true, 1);
  struct party waiter = waiting_for(0, -1);
  announce(options, &(pid_t){getpid()}, 1);
  wait_for_file(options->wait_for);
  add(0, 1);
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 1);
  set_remove();
}

#if defined(__x86_64__)

static int i386_call(long number, long first, long second, long third, long fourth, long fifth) {
  int result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(fifth)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

enum { I386_SEMCTL = 394, I386_SEMTIMEDOP_TIME64 = 420, I386_IPC = 117 };

static void try_i386(void *context) {
  (void)context;
  i386_call(20, 0, 0, 0, 0, 0);
}

static struct sembuf *low;

static void wait_by_ipc(void *context) {
  (void)context;
  *low = (struct sembuf){0, -1, 0};
  if (i386_call(I386_IPC, 1, set, 1, 0, (long)low) != 0) die("SEMOP of i386");
}

static void wait_by_time64(void *context) {
  (void)context;
  *low = (struct sembuf){0, -1, 0};
  if (i386_call(I386_SEMTIMEDOP_TIME64, set, (long)low, 1, 0, 0) != 0) die("semtimedop_time64 of i386");
}

static struct party waiting_as_i386(process_body body) {
  pid_t pid = process_start(body, NULL);
  await_sleep(pid);
  return party_of_process(pid);
}

static void compat(const struct options *options) {
  (void)options;
  int status;
  waitpid(process_start(try_i386, NULL), &status, 0);
  if (!WIFEXITED(status)) unsupported("system calls of 32-bit programs (CONFIG_IA32_EMULATION)");
  low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) die("mmap below 4 GiB");
  set_open(false, 1);
  low[0] = (struct sembuf){0, 1, 0};
  struct party waiter = waiting_as_i386(wait_by_ipc);
  if (i386_call(I386_SEMTIMEDOP_TIME64, set, (long)low, 1, 0, 0) != 0) unsupported("semtimedop_time64 (5.1)");
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 1);
  waiter = waiting_as_i386(wait_by_time64);
  if (i386_call(I386_IPC, 1, set, 1, 0, (long)low) != 0) die("SEMOP of i386");
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 1);
  waiter = waiting_for(0, -3);
  int value = 3;
  memcpy(low + 8, &value, sizeof value);
  if (i386_call(I386_IPC, 3, set, 0, SETVAL, (long)(low + 8)) != 0) die("SEMCTL of i386");
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 3);
  waiter = waiting_for(0, -2);
  if (i386_call(I386_SEMCTL, set, 0, SETVAL, 2, 0) != 0) die("semctl of i386");
  process_reap(waiter.pid);
  tell_release(party_self(), waiter, 0, 2);
  set_remove();
}

#else

static void compat(const struct options *options) {
  (void)options;
  unsupported("system calls of 32-bit programs");
}

#endif

const struct scenario SYSV_SEM_SCENARIOS[] = {
    {"sem-one", one},         {"sem-zero", zero},       {"sem-several", several},       {"sem-set", settings},
    {"sem-undo", undo},       {"sem-chain", chain},     {"sem-zero-chain", zero_chain}, {"sem-both", both},
    {"sem-failing", failing}, {"sem-crowd", crowd},     {"sem-ring", ring},             {"sem-threads", threads},
    {"sem-before", before},   {"sem-compat", compat},   {NULL, NULL},
};
