// 32-bit system calls on sockets of a 64-bit process: numbers, pointers and message heads of another size.
#include "i386.h"
#include "sockets.h"

#include <stdlib.h>
#include <string.h>

enum {
  I386_SOCKETCALL = 102,
  I386_RECVMMSG = 337,
  I386_SENDMMSG = 345,
  I386_SENDTO = 369,
  I386_SENDMSG = 370,
  I386_RECVFROM = 371,
  I386_RECVMSG = 372,
};

// Sub-calls of socketcall(2), include/uapi/linux/net.h.
enum { CALL_SEND = 9, CALL_RECV = 10, CALL_SENDTO = 11, CALL_RECVFROM = 12, CALL_SENDMSG = 16, CALL_RECVMSG = 17 };

// All of it below 4 GiB.
struct low {
  unsigned char sent[1024];
  unsigned char received[1024];
  struct i386_iovec pieces[2];
  struct i386_message message;
  uint32_t arguments[6];
};

static int socketcall(struct low *low, int call, int fd, uint32_t second, uint32_t third) {
  const uint32_t arguments[6] = {(uint32_t)fd, second, third};
  memcpy(low->arguments, arguments, sizeof arguments);
  return i386_call(I386_SOCKETCALL, call, i386_address(low->arguments), 0, 0, 0);
}

// Two buffers, the first of 17 bytes.
static uint32_t message_over(struct low *low, const void *bytes, uint32_t size) {
  low->pieces[0] = (struct i386_iovec){i386_address(bytes), 17};
  low->pieces[1] = (struct i386_iovec){i386_address(bytes) + 17, size - 17};
  low->message = (struct i386_message){.pieces = i386_address(low->pieces), .piece_count = 2};
  return i386_address(&low->message);
}

enum { WAYS = 6, ROOM = 300 };

static int send_way(struct low *low, uint32_t way, int fd, uint32_t size) {
  uint32_t bytes = i386_address(low->sent);
  switch (way) {
    case 0: return i386_call(I386_SENDTO, fd, bytes, size, 0, 0);
    case 1: return i386_call(I386_SENDMSG, fd, message_over(low, low->sent, size), 0, 0, 0);
    case 2:
      if (i386_call(I386_SENDMMSG, fd, message_over(low, low->sent, size), 1, 0, 0) != 1) return -1;
      return (int)low->message.received;
    case 3: return socketcall(low, CALL_SEND, fd, bytes, size);
    case 4: return socketcall(low, CALL_SENDTO, fd, bytes, size);
    default: return socketcall(low, CALL_SENDMSG, fd, message_over(low, low->sent, size), 0);
  }
}

static int receive_way(struct low *low, uint32_t way, int fd) {
  uint32_t bytes = i386_address(low->received);
  switch (way) {
    case 0: return i386_call(I386_RECVFROM, fd, bytes, ROOM, 0, 0);
    case 1: return i386_call(I386_RECVMSG, fd, message_over(low, low->received, ROOM), 0, 0, 0);
    case 2:
      if (i386_call(I386_RECVMMSG, fd, message_over(low, low->received, ROOM), 1, 0, 0) != 1) return -1;
      return (int)low->message.received;
    case 3: return socketcall(low, CALL_RECV, fd, bytes, ROOM);
    case 4: return socketcall(low, CALL_RECVFROM, fd, bytes, ROOM);
    default: return socketcall(low, CALL_RECVMSG, fd, message_over(low, low->received, ROOM), 0);
  }
}

static void compat(const struct options *options) {
  i386_require();
  struct low *low = i386_allocate(sizeof *low);
  struct transport transport = transport_of(options, "unix-stream");
  struct pair pair = pair_open(&transport);
  struct end sender = end_of(pair.fds[0]), receiver = end_of(pair.fds[1]);
  for (uint32_t way = 0; way < WAYS * 2; way++) {
    uint32_t size = 100 + way;
    payload_fill(low->sent, size, 0, way);
    memset(low->received, 0, sizeof low->received);
    if (send_way(low, way % WAYS, pair.fds[0], size) != (int)size) die("a send of i386");
    // Each way to receive meets two ways to send.
    if (receive_way(low, (way + way / WAYS) % WAYS, pair.fds[1]) != (int)size) die("a receive of i386");
    tell(&sender, &receiver, low->received, size);
  }
}

const struct scenario SOCKET_COMPAT_SCENARIOS[] = {{"socket-compat", compat}, {NULL, NULL}};
