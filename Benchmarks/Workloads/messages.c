// What clients ask and servers answer through a unix stream, in JSON-RPC and in HTTP. One count is a call.
#include "workload.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_SIZE = 512 };

// A line of `size` bytes, the last of which are `end`.
static size_t line(char *text, size_t head, const char *end, size_t size) {
  size_t tail = strlen(end);
  if (head + tail > size) size = head + tail;
  memset(text + head, 'x', size - head - tail);
  memcpy(text + size - tail, end, tail);
  return size;
}

static size_t json_request(char *text, long number, size_t size) {
  const char *form = "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"search\",\"arguments\":{\"q\":\"";
  return line(text, (size_t)snprintf(text, HEAD_SIZE, form, number), "\"}}}\n", size);
}

static size_t json_answer(char *text, long number, size_t size) {
  const char *form = "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"";
  return line(text, (size_t)snprintf(text, HEAD_SIZE, form, number), "\"}]}}\n", size);
}

static size_t http_request(char *text, long number, size_t size) {
  (void)size;
  return (size_t)snprintf(text, HEAD_SIZE, "GET /file/%ld HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n", number);
}

// The head alone; the body comes behind it in writes of its own.
static size_t http_head(char *text, long number, size_t size) {
  const char *form = "HTTP/1.1 200 OK\r\nServer: load/%ld\r\nContent-Length: %zu\r\n\r\n";
  return (size_t)snprintf(text, HEAD_SIZE, form, number, size);
}

enum { BODY_PIECE = 65536 };

static uint64_t read_at_most(int fd, void *buffer, size_t count) {
  ssize_t moved = read(fd, buffer, count);
  if (moved <= 0) die("read");
  return (uint64_t)moved;
}

struct side {
  struct amount amount;
  int fd;
};

static void json_server(void *context) {
  struct side *side = context;
  char *text = allocate(side->amount.size + HEAD_SIZE);
  board_start(2);
  for (long i = 0; i < side->amount.count; i++) {
    size_t asked = json_request(text, i, side->amount.size);
    read_all(side->fd, text, asked);
    write_all(side->fd, text, json_answer(text, i, side->amount.size));
  }
  board_stop((uint64_t)side->amount.count, (uint64_t)side->amount.count * side->amount.size);
}

static void json_rpc(struct amount amount) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) die("socketpair");
  struct side server = {amount, ends[1]};
  pid_t pid = start(json_server, &server);
  char *text = allocate(amount.size + HEAD_SIZE);
  board_start(2);
  for (long i = 0; i < amount.count; i++) {
    write_all(ends[0], text, json_request(text, i, amount.size));
    read_all(ends[0], text, json_answer(text, i, amount.size));
  }
  board_stop((uint64_t)amount.count, (uint64_t)amount.count * amount.size);
  reap(pid);
}

static void http_server(void *context) {
  struct side *side = context;
  char text[HEAD_SIZE];
  char *body = allocate(BODY_PIECE);
  memset(body, 'b', BODY_PIECE);
  board_start(2);
  for (long i = 0; i < side->amount.count; i++) {
    read_all(side->fd, text, http_request(text, i, 0));
    write_all(side->fd, text, http_head(text, i, side->amount.size));
    for (size_t left = side->amount.size; left > 0;) {
      size_t piece = left < BODY_PIECE ? left : BODY_PIECE;
      write_all(side->fd, body, piece);
      left -= piece;
    }
  }
  board_stop((uint64_t)side->amount.count, 0);
}

static void http(struct amount amount) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) die("socketpair");
  struct side server = {amount, ends[1]};
  pid_t pid = start(http_server, &server);
  char text[HEAD_SIZE];
  char *body = allocate(BODY_PIECE);
  uint64_t reads = 0;
  board_start(2);
  for (long i = 0; i < amount.count; i++) {
    write_all(ends[0], text, http_request(text, i, 0));
    read_all(ends[0], text, http_head(text, i, amount.size));
    reads++;
    for (size_t left = amount.size; left > 0; reads++)
      left -= read_at_most(ends[0], body, left < BODY_PIECE ? left : BODY_PIECE);
  }
  board_stop(reads, (uint64_t)amount.count * amount.size);
  reap(pid);
}

const struct workload MESSAGE_WORKLOADS[] = {
    {"json-rpc", json_rpc, 100000, 200},
    {"http", http, 1000, 1 << 20},
    {NULL, NULL, 0, 0},
};
