#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void die(const char *what) {
  fprintf(stderr, "ipc-actor: %s: %s\n", what, strerror(errno));
  _exit(STATUS_BROKEN);
}

void unsupported(const char *what) {
  fprintf(stderr, "ipc-actor: unsupported: %s\n", what);
  _exit(STATUS_UNSUPPORTED);
}

long or_default(long given, long standard) { return given >= 0 ? given : standard; }

pid_t process_start(process_body body, void *context) {
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    body(context);
    _exit(0);
  }
  return pid;
}

void process_reap(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) die("waitpid");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) _exit(WEXITSTATUS(status));
}

void sleep_milliseconds(long milliseconds) {
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

void wait_for_file(const char *path) {
  while (path != NULL && access(path, F_OK) != 0) sleep_milliseconds(2);
}

void announce(const struct options *options, const pid_t *pids, size_t count) {
  if (options->ready == NULL) return;
  char unfinished[4096];
  snprintf(unfinished, sizeof unfinished, "%s.part", options->ready);
  FILE *file = fopen(unfinished, "we");
  if (file == NULL) die("opening the ready file");
  for (size_t i = 0; i < count; i++) fprintf(file, "%d\n", pids[i]);
  if (fclose(file) != 0 || rename(unfinished, options->ready) != 0) die("writing the ready file");
}

struct channel channel_of(int fd, const char *name) {
  struct stat status;
  if (fstat(fd, &status) != 0) die("fstat");
  struct channel channel = {.inode = status.st_ino};
  snprintf(channel.name, sizeof channel.name, "%s", name);
  return channel;
}

struct pipe_ends pipe_open(int flags) {
  int fds[2];
  if (pipe2(fds, flags) != 0) die("pipe2");
  return (struct pipe_ends){fds[0], fds[1], channel_of(fds[0], "<anonymous>")};
}

void close_end(int *fd) {
  close(*fd);
  *fd = -1;
}

void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) die("calloc");
  return memory;
}

void payload_fill(void *buffer, size_t size, uint32_t party, uint32_t sequence) {
  const uint32_t head[4] = {0x41435049, party, sequence, (uint32_t)size};
  unsigned char *bytes = buffer;
  memcpy(bytes, head, PAYLOAD_HEAD);
  uint64_t state = ((uint64_t)party << 32 | sequence) * 0x9e3779b97f4a7c15u + 1;
  for (size_t i = PAYLOAD_HEAD; i < size; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    bytes[i] = (unsigned char)state;
  }
}

void payload_send(int fd, size_t size, uint32_t sequence) {
  void *buffer = allocate(size);
  payload_fill(buffer, size, party_register(party_self()), sequence);
  write_whole(fd, buffer, size);
  free(buffer);
}

void write_whole(int fd, const void *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t written = write(fd, (const char *)bytes + done, count - done);
    if (written < 0) die("write");
    done += (size_t)written;
  }
}

size_t read_some(int fd, void *buffer, size_t capacity) {
  ssize_t count = read(fd, buffer, capacity);
  if (count < 0) die("read");
  return (size_t)count;
}

static bool same_party(struct party one, struct party other) {
  return one.pid == other.pid && one.tid == other.tid && strcmp(one.comm, other.comm) == 0
         && strcmp(one.thread, other.thread) == 0;
}

void tell_read(const struct channel *channel, const void *buffer, size_t count) {
  struct part {
    struct party writer;
    unsigned char *bytes;
    size_t count;
  } parts[64];
  size_t part_count = 0;
  const unsigned char *bytes = buffer;
  for (size_t at = 0; at < count;) {
    uint32_t head[4];
    if (count - at < PAYLOAD_HEAD) die("a read ended inside a record");
    memcpy(head, bytes + at, PAYLOAD_HEAD);
    if (head[0] != 0x41435049 || head[3] > count - at) die("a read did not bring whole records");
    struct party writer = party_of(head[1]);
    size_t index = 0;
    while (index < part_count && !same_party(parts[index].writer, writer)) index++;
    if (index == part_count) {
      if (part_count++ == 64) die("too many writers in one read");
      parts[index] = (struct part){writer, allocate(count), 0};
    }
    memcpy(parts[index].bytes + parts[index].count, bytes + at, head[3]);
    parts[index].count += head[3];
    at += head[3];
  }
  for (size_t i = 0; i < part_count; i++) {
    truth_pipe(channel, parts[i].writer, party_self(), parts[i].bytes, parts[i].count);
    free(parts[i].bytes);
  }
}

size_t read_from(const struct pipe_ends *pipe, struct party writer, size_t capacity) {
  void *buffer = allocate(capacity);
  size_t count = read_some(pipe->read_fd, buffer, capacity);
  if (count > 0) truth_pipe(&pipe->channel, writer, party_self(), buffer, count);
  free(buffer);
  return count;
}

void drain_from(const struct pipe_ends *pipe, const struct party *writer, size_t capacity) {
  unsigned char *buffer = allocate(capacity);
  size_t count;
  while ((count = read_some(pipe->read_fd, buffer, capacity)) > 0) {
    if (writer != NULL) {
      truth_pipe(&pipe->channel, *writer, party_self(), buffer, count);
    } else {
      tell_read(&pipe->channel, buffer, count);
    }
  }
  free(buffer);
}
