// What only io_uring can do: chains, splices in workers, one receive for many messages, sends that are told twice.
#include "uring.h"

#include "lanes.h"
#include "terminals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIZE = 2000, COUNT = 5 };

// A write, and a read of the same that is not begun before it.
static void linked(const struct options *options) {
  struct lane lane = lane_open(options->kind);
  struct party self = party_self();
  struct uring ring;
  unsigned char bytes[SIZE], buffer[SIZE];
  uring_open(&ring, 8, 0);
  for (uint32_t round = 0; round < COUNT; round++) {
    payload_fill(bytes, SIZE, 0, round);
    struct io_uring_sqe *first = uring_entry(&ring, IORING_OP_WRITE, lane.in, bytes, SIZE);
    first->flags |= IOSQE_IO_LINK;
    first->off = (uint64_t)-1;
    uring_entry(&ring, IORING_OP_READ, lane.out, buffer, SIZE)->off = (uint64_t)-1;
    uring_expect(&ring, 2, SIZE);
    if (memcmp(bytes, buffer, SIZE) != 0) die("other bytes came than were sent");
    lane_tell(&lane, self, self, bytes, SIZE, SHOWN_WHOLE);
  }
}

struct route {
  struct lane first;
  struct lane second;
  struct lane third;
  unsigned char bytes[SIZE];
};

static void splice_by(struct uring *ring, int opcode, int from, int to) {
  struct io_uring_sqe *entry = uring_entry(ring, opcode, to, NULL, SIZE);
  entry->splice_fd_in = from;
  if (opcode == IORING_OP_SPLICE) {
    entry->splice_off_in = (uint64_t)-1;
    entry->off = (uint64_t)-1;
  }
  uring_expect(ring, 1, SIZE);
}

static void move_on(void *context) {
  struct route *route = context;
  struct uring ring;
  uring_open(&ring, 8, 0);
  turn_await(1);
  splice_by(&ring, IORING_OP_TEE, route->first.out, route->third.in);
  splice_by(&ring, IORING_OP_SPLICE, route->first.out, route->second.in);
  turn_taken();
}

static void receive_from(const struct lane *lane, struct party source, const struct route *route) {
  unsigned char buffer[SIZE];
  if (read_some(lane->out, buffer, SIZE) != SIZE || memcmp(buffer, route->bytes, SIZE) != 0) die("read");
  lane_tell(lane, source, party_self(), buffer, SIZE, SHOWN_WHOLE);
}

// The original goes to the second pipe, a copy to the third.
static void spliced(const struct options *options) {
  (void)options;
  struct route route = {lane_open("pipe"), lane_open("pipe"), lane_open("pipe"), {0}};
  payload_fill(route.bytes, SIZE, 0, 0);
  struct party self = party_self(), mover = party_of_process(process_start(move_on, &route));
  write_whole(route.first.in, route.bytes, SIZE);
  turn_taken();
  turn_await(2);
  lane_tell(&route.first, self, mover, route.bytes, SIZE, SHOWN_PERHAPS);
  receive_from(&route.second, mover, &route);
  receive_from(&route.third, mover, &route);
  process_reap(mover.pid);
}

static void send_messages(void *context) {
  const struct lane *lane = context;
  unsigned char bytes[SIZE];
  for (uint32_t round = 0; round < COUNT; round++) {
    turn_await(round * 2 + 1);
    payload_fill(bytes, 100 + round * 300, 0, round);
    write_whole(lane->in, bytes, 100 + round * 300);
    turn_taken();
  }
}

enum { GROUP = 7, BUFFERS = 8 };

static struct io_uring_buf_ring *provide_buffers(const struct uring *ring, unsigned char *memory) {
  struct io_uring_buf_ring *buffers =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (buffers == MAP_FAILED) die("mmap");
  struct io_uring_buf_reg registration = {
      .ring_addr = (uintptr_t)buffers, .ring_entries = BUFFERS, .bgid = GROUP};
  if (syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_PBUF_RING, &registration, 1) != 0) {
    unsupported("rings of provided buffers (5.19)");
  }
  for (uint16_t i = 0; i < BUFFERS; i++) {
    struct io_uring_buf *buffer = (struct io_uring_buf *)buffers + i;
    buffer->addr = (uintptr_t)(memory + i * SIZE);
    buffer->len = SIZE;
    buffer->bid = i;
  }
  __atomic_store_n(&buffers->tail, BUFFERS, __ATOMIC_RELEASE);
  return buffers;
}

// One receive that completes for each message, into a buffer that the kernel chooses.
static void multishot(const struct options *options) {
  struct lane lane = lane_open(options->kind != NULL ? options->kind : "unix-stream");
  struct party sender = party_of_process(process_start(send_messages, &lane));
  struct uring ring;
  uring_open(&ring, 8, 0);
  unsigned char *memory = allocate(BUFFERS * SIZE), bytes[SIZE];
  provide_buffers(&ring, memory);
  struct io_uring_sqe *entry = uring_entry(&ring, IORING_OP_RECV, lane.out, NULL, 0);
  entry->flags = IOSQE_BUFFER_SELECT;
  entry->buf_group = GROUP;
  entry->ioprio = IORING_RECV_MULTISHOT;
  uring_submit(&ring);
  for (uint32_t round = 0; round < COUNT; round++) {
    turn_taken();
    turn_await(round * 2 + 2);
    struct io_uring_cqe completion = uring_await(&ring);
    if (completion.res == -EINVAL) unsupported("multishot receives (6.0)");
    size_t count = 100 + round * 300;
    if (completion.res != (int)count || !(completion.flags & IORING_CQE_F_BUFFER)) die("a multishot receive");
    payload_fill(bytes, count, 0, round);
    if (memcmp(bytes, memory + (completion.flags >> IORING_CQE_BUFFER_SHIFT) * SIZE, count) != 0) die("other bytes");
    lane_tell(&lane, sender, party_self(), bytes, count, SHOWN_WHOLE);
  }
  process_reap(sender.pid);
}

static void send_lent(void *context) {
  const struct lane *lane = context;
  struct uring ring;
  unsigned char bytes[SIZE];
  uring_open(&ring, 8, 0);
  for (uint32_t round = 0; round < COUNT; round++) {
    turn_await(round * 2);
    payload_fill(bytes, SIZE, 0, round);
    uring_entry(&ring, IORING_OP_SEND_ZC, lane->in, bytes, SIZE);
    uring_submit(&ring);
    struct io_uring_cqe completion = uring_await(&ring);
    if (completion.res != SIZE) die("IORING_OP_SEND_ZC");
    turn_taken();
    // The second completion says that the memory is free again; it moves nothing.
    if (completion.flags & IORING_CQE_F_MORE) uring_await(&ring);
  }
}

static void zero_copy(const struct options *options) {
  uring_require(IORING_OP_SEND_ZC, "IORING_OP_SEND_ZC (6.0)");
  struct lane lane = lane_open(options->kind != NULL ? options->kind : "tcp4");
  struct party sender = party_of_process(process_start(send_lent, &lane));
  unsigned char bytes[SIZE];
  for (uint32_t round = 0; round < COUNT; round++) {
    turn_await(round * 2 + 1);
    for (size_t at = 0; at < SIZE;) {
      size_t count = read_some(lane.out, bytes, SIZE - at);
      lane_tell(&lane, sender, party_self(), bytes, count, SHOWN_WHOLE);
      at += count;
    }
    turn_taken();
  }
  process_reap(sender.pid);
}

// Both ends of a raw pseudoterminal; written and read by rings, in turns.
static void terminal(const struct options *options) {
  (void)options;
  struct terminal terminal = terminal_open(true);
  struct party self = party_self();
  struct uring ring;
  char text[] = "typed and shown", buffer[sizeof text];
  int count = (int)strlen(text);
  uring_open(&ring, 8, 0);
  for (int round = 0; round < 4; round++) {
    bool is_output = round % 2 == 1;
    int from = is_output ? terminal.slave : terminal.master, to = is_output ? terminal.master : terminal.slave;
    uring_entry(&ring, IORING_OP_WRITE, from, text, strlen(text))->off = (uint64_t)-1;
    uring_expect(&ring, 1, count);
    uring_entry(&ring, IORING_OP_READ, to, buffer, strlen(text))->off = (uint64_t)-1;
    uring_expect(&ring, 1, count);
    truth_terminal(&(struct terminal_transfer){.name = terminal.name, .is_output = is_output, .source = self,
                                               .destination = self, .bytes = text, .count = strlen(text)});
  }
}

// Operations that fail, are cancelled or move nothing are no events.
static void failures(const struct options *options) {
  struct lane lane = lane_open(options->kind);
  struct party self = party_self();
  struct uring ring;
  char buffer[16];
  uring_open(&ring, 8, 0);
  struct io_uring_sqe *entry = uring_entry(&ring, IORING_OP_READ, lane.out, buffer, sizeof buffer);
  entry->off = (uint64_t)-1;
  entry->user_data = 1;
  uring_submit(&ring);
  entry = uring_entry(&ring, IORING_OP_ASYNC_CANCEL, -1, (void *)1, 0);
  entry->user_data = 2;
  uring_submit(&ring);
  for (int i = 0; i < 2; i++) uring_await(&ring);
  uring_entry(&ring, IORING_OP_WRITE, lane.in, (void *)8, 8)->off = (uint64_t)-1;
  uring_expect(&ring, 1, -EFAULT);
  uring_entry(&ring, IORING_OP_WRITE, lane.in, "kept", 4)->off = (uint64_t)-1;
  uring_expect(&ring, 1, 4);
  if (read_some(lane.out, buffer, sizeof buffer) != 4) die("read");
  lane_tell(&lane, self, self, "kept", 4, SHOWN_WHOLE);
  uring_entry(&ring, IORING_OP_NOP, -1, NULL, 0);
  uring_expect(&ring, 1, 0);
}

const struct scenario URING_SPECIAL_SCENARIOS[] = {
    {"uring-linked", linked},       {"uring-splice", spliced},    {"uring-multishot", multishot},
    {"uring-zero-copy", zero_copy}, {"uring-terminal", terminal}, {"uring-failures", failures},
    {NULL, NULL},
};
