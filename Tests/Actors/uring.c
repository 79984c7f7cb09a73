#include "uring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static _Atomic uint32_t *word(const struct uring *ring, uint32_t offset) {
  return (_Atomic uint32_t *)((char *)ring->rings + offset);
}

void uring_open(struct uring *ring, unsigned entries, unsigned setup) {
  *ring = (struct uring){.setup = setup, .params = {.flags = setup, .sq_thread_idle = 50}};
  ring->fd = (int)syscall(SYS_io_uring_setup, entries, &ring->params);
  if (ring->fd < 0) {
    if (errno == ENOSYS || errno == EPERM) unsupported("io_uring (CONFIG_IO_URING, kernel.io_uring_disabled)");
    if (errno == EINVAL) unsupported("io_uring rings of this sort");
    die("io_uring_setup");
  }
  if (!(ring->params.features & IORING_FEAT_SINGLE_MMAP)) unsupported("io_uring with one mapping (5.4)");
  const struct io_uring_params *params = &ring->params;
  size_t submission = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
  size_t completion = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
  size_t size = submission > completion ? submission : completion;
  int flags = MAP_SHARED | MAP_POPULATE;
  ring->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, ring->fd, IORING_OFF_SQ_RING);
  ring->entries = mmap(NULL, params->sq_entries * sizeof *ring->entries, PROT_READ | PROT_WRITE, flags, ring->fd,
                       IORING_OFF_SQES);
  if (ring->rings == MAP_FAILED || (void *)ring->entries == MAP_FAILED) die("mmap of a ring");
}

void uring_require(int opcode, const char *what) {
  enum { MOST = 256 };
  struct io_uring_probe *probe = allocate(sizeof *probe + MOST * sizeof probe->ops[0]);
  struct uring ring;
  uring_open(&ring, 2, 0);
  bool is_known = syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE, probe, MOST) == 0 &&
                  opcode <= probe->last_op && (probe->ops[opcode].flags & IO_URING_OP_SUPPORTED);
  uring_close(&ring);
  free(probe);
  if (!is_known) unsupported(what);
}

// Its memory goes with the process.
void uring_close(struct uring *ring) {
  close(ring->fd);
  ring->fd = -1;
}

struct io_uring_sqe *uring_entry(struct uring *ring, int opcode, int fd, const void *address, size_t length) {
  uint32_t tail = atomic_load(word(ring, ring->params.sq_off.tail)) + ring->pending++;
  uint32_t index = tail & (ring->params.sq_entries - 1);
  atomic_store(word(ring, ring->params.sq_off.array) + index, index);
  struct io_uring_sqe *entry = &ring->entries[index];
  memset(entry, 0, sizeof *entry);
  entry->opcode = (uint8_t)opcode;
  entry->fd = fd;
  entry->addr = (uint64_t)(uintptr_t)address;
  entry->len = (uint32_t)length;
  return entry;
}

static void enter(struct uring *ring, unsigned submitted, unsigned awaited, unsigned flags) {
  while (syscall(SYS_io_uring_enter, ring->fd, submitted, awaited, flags, NULL, 0) < 0) {
    if (errno != EINTR && errno != EAGAIN) die("io_uring_enter");
  }
}

void uring_submit(struct uring *ring) {
  unsigned submitted = ring->pending;
  atomic_fetch_add(word(ring, ring->params.sq_off.tail), submitted);
  ring->pending = 0;
  if (!(ring->setup & IORING_SETUP_SQPOLL)) {
    enter(ring, submitted, 0, 0);
  } else if (atomic_load(word(ring, ring->params.sq_off.flags)) & IORING_SQ_NEED_WAKEUP) {
    enter(ring, submitted, 0, IORING_ENTER_SQ_WAKEUP);
  }
}

struct io_uring_cqe uring_await(struct uring *ring) {
  uint32_t head = atomic_load(word(ring, ring->params.cq_off.head));
  while (atomic_load(word(ring, ring->params.cq_off.tail)) == head) enter(ring, 0, 1, IORING_ENTER_GETEVENTS);
  const struct io_uring_cqe *all = (const void *)((char *)ring->rings + ring->params.cq_off.cqes);
  struct io_uring_cqe completion = all[head & (ring->params.cq_entries - 1)];
  atomic_store(word(ring, ring->params.cq_off.head), head + 1);
  return completion;
}

void uring_expect(struct uring *ring, unsigned count, int result) {
  if (ring->pending > 0) uring_submit(ring);
  for (; count > 0; count--) {
    struct io_uring_cqe completion = uring_await(ring);
    if (completion.res == result) continue;
    fprintf(stderr, "ipc-actor: operation %llu gave %d, not %d\n", (unsigned long long)completion.user_data,
            completion.res, result);
    errno = completion.res < 0 ? -completion.res : 0;
    die("io_uring");
  }
}

void uring_register_buffer(struct uring *ring, void *buffer, size_t size) {
  struct iovec piece = {buffer, size};
  if (syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS, &piece, 1) != 0) die("IORING_REGISTER_BUFFERS");
}
