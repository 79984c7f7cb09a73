// Transfers submitted through io_uring: by every operation, over every kind of lane, in every way of carrying them out.
#include "uring.h"

#include "lanes.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SIZE = 3000, BATCH = 8, PIECES = 3, SLOT_WRITER = 0 };

enum mode { MODE_PLAIN, MODE_ASYNC, MODE_SQPOLL, MODE_AWAITED, MODE_THREAD, MODE_BATCH };

struct operation {
  int write;
  int read;
  bool sockets_only;
};

static const struct operation OPERATIONS[] = {
    {IORING_OP_WRITE, IORING_OP_READ, false},
    {IORING_OP_WRITEV, IORING_OP_READV, false},
    {IORING_OP_WRITE_FIXED, IORING_OP_READ_FIXED, false},
    {IORING_OP_SEND, IORING_OP_RECV, true},
    {IORING_OP_SENDMSG, IORING_OP_RECVMSG, true},
};

struct work {
  struct lane lane;
  enum mode mode;
  unsigned rounds;
  long pause; // before the last round, in milliseconds
};

// One side: a ring, and memory that outlives each operation.
struct side {
  struct uring ring;
  enum mode mode;
  unsigned char bytes[SIZE];
  struct iovec pieces[PIECES];
  struct msghdr message;
};

static void open_side(struct side *side, enum mode mode) {
  side->mode = mode;
  uring_open(&side->ring, 16, mode == MODE_SQPOLL ? IORING_SETUP_SQPOLL : 0);
  uring_register_buffer(&side->ring, side->bytes, SIZE);
  side->pieces[0] = (struct iovec){side->bytes, 1};
  side->pieces[1] = (struct iovec){side->bytes + 1, 999};
  side->pieces[2] = (struct iovec){side->bytes + 1000, SIZE - 1000};
  side->message = (struct msghdr){.msg_iov = side->pieces, .msg_iovlen = PIECES};
}

static void enter_operation(struct side *side, int opcode, int fd, size_t offset, size_t size) {
  struct io_uring_sqe *entry = uring_entry(&side->ring, opcode, fd, side->bytes + offset, size);
  if (side->mode == MODE_ASYNC) entry->flags |= IOSQE_ASYNC;
  switch (opcode) {
    case IORING_OP_WRITEV:
    case IORING_OP_READV:
      entry->addr = (uintptr_t)side->pieces;
      entry->len = PIECES;
      entry->off = (uint64_t)-1;
      break;
    case IORING_OP_SENDMSG:
    case IORING_OP_RECVMSG:
      entry->addr = (uintptr_t)&side->message;
      entry->len = 1;
      break;
    case IORING_OP_SEND:
    case IORING_OP_RECV: break;
    default: entry->off = (uint64_t)-1;
  }
}

static const struct operation *operation_of(const struct work *work, unsigned round) {
  return &OPERATIONS[round % (work->lane.is_pipe ? 3 : sizeof OPERATIONS / sizeof OPERATIONS[0])];
}

// In a batch, several of one size; operations on all pieces cannot be cut so.
static bool is_batch(const struct work *work, const struct operation *operation) {
  bool has_pieces = operation->write == IORING_OP_WRITEV || operation->write == IORING_OP_SENDMSG;
  return work->mode == MODE_BATCH && !has_pieces;
}

static void run(struct side *side, const struct work *work, const struct operation *operation, bool is_writer) {
  int opcode = is_writer ? operation->write : operation->read, fd = is_writer ? work->lane.in : work->lane.out;
  unsigned count = is_batch(work, operation) ? BATCH : 1;
  size_t size = SIZE / count;
  for (unsigned i = 0; i < count; i++) enter_operation(side, opcode, fd, i * size, size);
}

static void write_rounds(const struct work *work) {
  struct side *side = allocate(sizeof *side);
  open_side(side, work->mode);
  slot_set(SLOT_WRITER, party_register(party_self()));
  for (unsigned round = 0; round < work->rounds; round++) {
    turn_await(round * 2 + (work->mode == MODE_AWAITED ? 1 : 0));
    const struct operation *operation = operation_of(work, round);
    payload_fill(side->bytes, SIZE, 0, round);
    if (round + 1 == work->rounds) sleep_milliseconds(work->pause);
    run(side, work, operation, true);
    unsigned count = is_batch(work, operation) ? BATCH : 1;
    uring_expect(&side->ring, count, (int)(SIZE / count));
    turn_taken();
  }
  uring_close(&side->ring);
}

static void *write_as_thread(void *context) {
  write_rounds(context);
  return NULL;
}

static void be_writer(void *context) {
  const struct work *work = context;
  pthread_t thread;
  if (work->mode != MODE_THREAD) {
    write_rounds(work);
    return;
  }
  if (pthread_create(&thread, NULL, write_as_thread, context) != 0) die("pthread_create");
  pthread_join(thread, NULL);
}

static void *read_rounds(void *context) {
  const struct work *work = context;
  struct side *side = allocate(sizeof *side);
  open_side(side, work->mode);
  unsigned char bytes[SIZE];
  for (unsigned round = 0; round < work->rounds; round++) {
    const struct operation *operation = operation_of(work, round);
    turn_await(round * 2 + (work->mode == MODE_AWAITED ? 0 : 1));
    memset(side->bytes, 0, SIZE);
    run(side, work, operation, false);
    uring_submit(&side->ring);
    if (work->mode == MODE_AWAITED) turn_taken();
    unsigned count = is_batch(work, operation) ? BATCH : 1;
    size_t size = SIZE / count;
    uring_expect(&side->ring, count, (int)size);
    payload_fill(bytes, SIZE, 0, round);
    if (memcmp(bytes, side->bytes, size * count) != 0) die("other bytes came than were sent");
    struct party writer = party_of((uint32_t)slot_get(SLOT_WRITER)), self = party_self();
    for (unsigned i = 0; i < count; i++) {
      lane_tell(&work->lane, writer, self, bytes + i * size, size, SHOWN_WHOLE);
    }
    if (work->mode != MODE_AWAITED) turn_taken();
  }
  uring_close(&side->ring);
  return NULL;
}

static enum mode mode_of(const struct options *options) {
  static const char *const names[] = {"plain", "async", "sqpoll", "awaited", "thread", "batch"};
  for (int i = 0; options->mode != NULL && i < 6; i++) {
    if (strcmp(names[i], options->mode) == 0) return (enum mode)i;
  }
  return MODE_PLAIN;
}

static void need_pipes_without_blocking(int fd) {
  char byte;
  struct iovec piece = {&byte, 1};
  if (preadv2(fd, &piece, 1, -1, RWF_NOWAIT) < 0 && errno == EOPNOTSUPP) unsupported("FMODE_NOWAIT of pipes (6.4)");
}

static void all_operations(const struct options *options) {
  struct work work = {.lane = lane_open(options->kind), .mode = mode_of(options)};
  // Where pipes cannot be asked without blocking, workers do a batch's operations side by side, in any order.
  if (work.mode == MODE_BATCH && work.lane.is_pipe) need_pipes_without_blocking(work.lane.out);
  work.rounds = (unsigned)or_default(options->count, work.lane.is_pipe ? 6 : 10);
  work.pause = or_default(options->milliseconds, 0);
  pid_t writer = process_start(be_writer, &work);
  pthread_t thread;
  if (work.mode == MODE_THREAD) {
    if (pthread_create(&thread, NULL, read_rounds, &work) != 0) die("pthread_create");
    pthread_join(thread, NULL);
  } else {
    read_rounds(&work);
  }
  process_reap(writer);
}

const struct scenario URING_SCENARIOS[] = {{"uring", all_operations}, {NULL, NULL}};
