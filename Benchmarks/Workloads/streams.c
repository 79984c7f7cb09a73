// One process writes to a pipe as fast as it can and another reads. One count is a write.
#include "workload.h"

#include <unistd.h>

struct stream {
  struct amount amount;
  int ends[2];
};

static void write_stream(void *context) {
  struct stream *stream = context;
  close(stream->ends[0]);
  unsigned char *buffer = allocate(stream->amount.size);
  for (size_t i = 0; i < stream->amount.size; i++) buffer[i] = (unsigned char)(i * 37);
  board_start(2);
  for (long i = 0; i < stream->amount.count; i++) write_all(stream->ends[1], buffer, stream->amount.size);
  board_stop(0, 0);
}

static void stream(struct amount amount) {
  struct stream stream = {.amount = amount};
  if (pipe(stream.ends)) die("pipe");
  pid_t writer = start(write_stream, &stream);
  close(stream.ends[1]);
  void *buffer = allocate(amount.size);
  uint64_t reads = 0, bytes = 0;
  board_start(2);
  for (ssize_t count; (count = read(stream.ends[0], buffer, amount.size)) != 0; reads++) {
    if (count < 0) die("read");
    bytes += (uint64_t)count;
  }
  board_stop(reads, bytes);
  reap(writer);
}

const struct workload STREAM_WORKLOADS[] = {
    {"stream", stream, 1000000, 512},
    {NULL, NULL, 0, 0},
};
