#include "arena.h"
#include "actor.h"
#include "truth.h"

#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PARTY_LIMIT = 4096, END_LIMIT = 4096, TRUTH_LIMIT = 1 << 16, CONTENT_LIMIT = 64 << 20 };

// A memory file rather than an anonymous mapping, so that a program that was exec'd can map it again.
struct arena {
  _Atomic uint32_t parties;
  _Atomic uint32_t ends;
  _Atomic uint32_t truths;
  _Atomic uint64_t content_used;
  _Atomic uint32_t gates[GATE_COUNT];
  _Atomic int64_t slots[GATE_COUNT];
  struct party party[PARTY_LIMIT];
  struct end end[END_LIMIT];
  struct truth truth[TRUTH_LIMIT];
  unsigned char content[CONTENT_LIMIT];
};

const struct party UNKNOWN_PARTY = {.pid = -1, .tid = -1, .comm = "<unknown>"};

static struct arena *arena;
static int memory_fd = -1;

void arena_adopt(int fd) {
  memory_fd = fd;
  void *mapped = mmap(NULL, sizeof(struct arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) die("mmap of the arena");
  arena = mapped;
}

void arena_create(void) {
  int fd = memfd_create("ipc-actor-truth", 0);
  if (fd < 0) die("memfd_create");
  if (ftruncate(fd, sizeof(struct arena)) != 0) die("ftruncate of the arena");
  arena_adopt(fd);
}

int arena_fd(void) { return memory_fd; }

struct party party_self(void) {
  struct party party = {.pid = getpid(), .tid = gettid()};
  prctl(PR_GET_NAME, party.comm);
  if (party.pid == party.tid) return party;
  memcpy(party.thread, party.comm, sizeof party.thread);
  FILE *file = fopen("/proc/self/comm", "re");
  if (file == NULL) return party;
  if (fscanf(file, "%15[^\n]", party.comm) != 1) die("/proc/self/comm");
  fclose(file);
  return party;
}

uint32_t party_register(struct party party) {
  uint32_t number = atomic_fetch_add(&arena->parties, 1);
  if (number >= PARTY_LIMIT) die("too many parties");
  arena->party[number] = party;
  return number;
}

struct party party_of(uint32_t number) {
  if (number >= atomic_load(&arena->parties)) die("payload names a party that does not exist");
  return arena->party[number];
}

uint32_t end_register(struct end end) {
  uint32_t number = atomic_fetch_add(&arena->ends, 1);
  if (number >= END_LIMIT) die("too many ends");
  end_replace(number, end);
  return number;
}

void end_replace(uint32_t number, struct end end) { arena->end[number] = end; }

struct end end_of_number(uint32_t number) {
  if (number >= atomic_load(&arena->ends)) die("payload names an end that does not exist");
  return arena->end[number];
}

static long futex(_Atomic uint32_t *word, int operation, uint32_t value) {
  return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

void gate_add(unsigned gate, uint32_t amount) {
  atomic_fetch_add(&arena->gates[gate], amount);
  futex(&arena->gates[gate], FUTEX_WAKE, INT32_MAX);
}

void gate_await(unsigned gate, uint32_t at_least) {
  uint32_t seen;
  while ((seen = atomic_load(&arena->gates[gate])) < at_least) {
    futex(&arena->gates[gate], FUTEX_WAIT, seen);
  }
}

void slot_set(unsigned slot, int64_t value) { atomic_store(&arena->slots[slot], value); }

int64_t slot_get(unsigned slot) { return atomic_load(&arena->slots[slot]); }

static struct truth *append(enum truth_kind kind) {
  uint32_t index = atomic_fetch_add(&arena->truths, 1);
  if (index >= TRUTH_LIMIT) die("too many events for the arena");
  struct truth *truth = &arena->truth[index];
  truth->kind = kind;
  return truth;
}

static uint64_t fnv1a(const unsigned char *bytes, size_t count) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

static void keep_content(struct truth *truth, const void *bytes, size_t count) {
  if (truth->showing == SHOWN_NEVER) return;
  // A part can be looked for in the whole only.
  if (count > CONTENT_KEPT && truth->showing != SHOWN_IN_PART) {
    truth->content = CONTENT_HASHED;
    truth->fnv = fnv1a(bytes, count);
    return;
  }
  uint64_t offset = atomic_fetch_add(&arena->content_used, count);
  if (offset + count > CONTENT_LIMIT) die("too much content for the arena");
  memcpy(arena->content + offset, bytes, count);
  truth->content = CONTENT_WHOLE;
  truth->offset = offset;
}

static struct truth *append_pipe(const struct channel *channel, struct party source,
                                 struct party destination, size_t count) {
  struct truth *truth = append(TRUTH_PIPE);
  truth->source = source;
  truth->destination = destination;
  truth->channel = *channel;
  truth->count = count;
  return truth;
}

void truth_pipe(const struct channel *channel, struct party source, struct party destination,
                const void *bytes, size_t count) {
  truth_pipe_shown(channel, source, destination, bytes, count, SHOWN_WHOLE);
}

void truth_pipe_shown(const struct channel *channel, struct party source, struct party destination,
                      const void *bytes, size_t count, enum showing showing) {
  struct truth *truth = append_pipe(channel, source, destination, count);
  truth->showing = showing;
  if (bytes != NULL) keep_content(truth, bytes, count);
}

void truth_unread(const struct channel *channel, struct party source, size_t count) {
  append_pipe(channel, source, UNKNOWN_PARTY, count)->undelivered = true;
}

void truth_unread_shown(const struct channel *channel, struct party source, const void *bytes, size_t count) {
  struct truth *truth = append_pipe(channel, source, UNKNOWN_PARTY, count);
  truth->undelivered = true;
  keep_content(truth, bytes, count);
}

void truth_unobserved(const struct channel *channel, struct party source, struct party destination,
                      const void *bytes, size_t count) {
  struct truth *truth = append_pipe(channel, source, destination, count);
  truth->source_unobserved = true;
  keep_content(truth, bytes, count);
}

static void keep_text(char *place, size_t size, const char *text) {
  if (text == NULL) return;
  if (strlen(text) >= size) die("a text is too long for the arena");
  strcpy(place, text);
}

void truth_socket(const struct socket_transfer *transfer) {
  struct truth *truth = append(TRUTH_SOCKET);
  truth->source = transfer->source.party;
  truth->destination = transfer->undelivered ? UNKNOWN_PARTY : transfer->destination.party;
  truth->ends[0] = transfer->source;
  truth->ends[1] = transfer->destination;
  truth->count = transfer->count;
  truth->received = transfer->received;
  truth->undelivered = transfer->undelivered;
  truth->source_unobserved = transfer->source_unobserved;
  truth->showing = transfer->showing;
  keep_text(truth->fds, sizeof truth->fds, transfer->fds);
  keep_text(truth->creds, sizeof truth->creds, transfer->creds);
  if (transfer->bytes != NULL) keep_content(truth, transfer->bytes, transfer->received);
}

void truth_terminal(const struct terminal_transfer *transfer) {
  struct truth *truth = append(TRUTH_TERMINAL);
  truth->source = transfer->source;
  truth->destination = transfer->destination;
  truth->destination_inferred = transfer->destination_inferred;
  keep_text(truth->channel.name, sizeof truth->channel.name, transfer->name);
  truth->session = transfer->session;
  truth->is_output = transfer->is_output;
  truth->count = transfer->count;
  truth->showing = transfer->showing;
  if (transfer->bytes != NULL) keep_content(truth, transfer->bytes, transfer->count);
}

void truth_other(const struct other_truth *other, const char *meta, ...) {
  struct truth *truth = append(TRUTH_OTHER);
  truth->source = other->source;
  truth->destination = other->destination;
  truth->count = other->count;
  truth->undelivered = other->undelivered;
  truth->source_unobserved = other->source_unobserved;
  keep_text(truth->type, sizeof truth->type, other->type);
  va_list values;
  va_start(values, meta);
  int length = vsnprintf(truth->meta, sizeof truth->meta, meta, values);
  va_end(values);
  if (length < 0 || (size_t)length >= sizeof truth->meta) die("the fields are too long for the arena");
  if (other->bytes != NULL) keep_content(truth, other->bytes, other->count);
}

void truth_signal(struct party source, struct party destination, const struct signal_truth *signal) {
  struct truth *truth = append(TRUTH_SIGNAL);
  truth->source = source;
  truth->destination = destination;
  truth->signal = *signal;
}

void truth_life(struct party source, struct party destination, const struct life_truth *life) {
  struct truth *truth = append(TRUTH_LIFE);
  truth->source = source;
  truth->destination = destination;
  truth->life = *life;
}

void truth_totals(const struct channel *channel, uint64_t reads, uint64_t bytes) {
  struct truth *truth = append(TRUTH_TOTALS);
  truth->channel = *channel;
  truth->reads = reads;
  truth->count = bytes;
}

void truth_write(const char *path) {
  FILE *file = fopen(path, "we");
  if (file == NULL) die("opening the truth file");
  uint32_t count = atomic_load(&arena->truths);
  for (uint32_t i = 0; i < count; i++) truth_print(file, &arena->truth[i], arena->content);
  if (fclose(file) != 0) die("writing the truth file");
}
