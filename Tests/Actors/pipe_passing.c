// Pipe ends that reach a process by other ways than its own pipe(2), and processes that change their name.
#include "actor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GATE_PASSED };

struct passing {
  const struct options *options;
  struct pipe_ends pipe;
  int sockets[2];
  char path[PATH_MAX];
};

// The program under another name, since a process is called after the file it was exec'd from.
static void name_path(char *path, const struct passing *passing, const char *name) {
  snprintf(path, PATH_MAX, "%s.names%s%s", passing->options->truth, *name == 0 ? "" : "/", name);
}

static void name_create(const struct passing *passing, const char *name) {
  char path[PATH_MAX];
  name_path(path, passing, "");
  mkdir(path, 0700);
  name_path(path, passing, name);
  if (symlink(passing->options->program, path) != 0) die("symlink");
}

static void name_remove(const struct passing *passing, const char *name) {
  char path[PATH_MAX];
  name_path(path, passing, name);
  unlink(path);
  name_path(path, passing, "");
  rmdir(path);
}

static void exec_as(const char *name, const struct passing *passing, const char *role, int fd, int count) {
  char path[PATH_MAX], arena[16], end[16], records[16];
  name_path(path, passing, name);
  snprintf(arena, sizeof arena, "%d", arena_fd());
  snprintf(end, sizeof end, "%d", fd);
  snprintf(records, sizeof records, "%d", count);
  execl(path, name, "--helper", role, "--arena", arena, "--fd", end, "--count", records, (char *)NULL);
  die("execl");
}

int helper_run(const struct options *options) {
  if (strcmp(options->helper, "activated") == 0) return activated_run(options);
  struct pipe_ends pipe = {(int)options->fd, (int)options->fd, channel_of((int)options->fd, "<anonymous>")};
  if (strcmp(options->helper, "write") == 0) {
    for (uint32_t i = 0; i < options->count; i++) payload_send(pipe.write_fd, 64, 1000 + i);
  } else {
    drain_from(&pipe, NULL, 65536);
  }
  return 0;
}

static void become_writer(void *context) {
  struct passing *passing = context;
  dup2(passing->pipe.write_fd, 1);
  close_end(&passing->pipe.write_fd);
  close_end(&passing->pipe.read_fd);
  exec_as("actor-writer", passing, "write", 1, 4);
}

static void become_reader(void *context) {
  struct passing *passing = context;
  dup2(passing->pipe.read_fd, 0);
  close_end(&passing->pipe.write_fd);
  close_end(&passing->pipe.read_fd);
  exec_as("actor-reader", passing, "read", 0, 0);
}

static void inherit(const struct options *options) {
  struct passing passing = {.options = options, .pipe = pipe_open(0)};
  name_create(&passing, "actor-writer");
  name_create(&passing, "actor-reader");
  pid_t writer = process_start(become_writer, &passing);
  pid_t reader = process_start(become_reader, &passing);
  close_end(&passing.pipe.write_fd);
  close_end(&passing.pipe.read_fd);
  process_reap(writer);
  process_reap(reader);
  name_remove(&passing, "actor-writer");
  name_remove(&passing, "actor-reader");
}

static void pass_end(int socket, int fd) {
  char nothing = 0, control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec piece = {&nothing, 1};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(head), &fd, sizeof fd);
  if (sendmsg(socket, &message, 0) != 1) die("sendmsg");
}

static int receive_end(int socket) {
  char byte, control[CMSG_SPACE(sizeof(int))];
  struct iovec piece = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1) die("recvmsg");
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  if (head == NULL || head->cmsg_type != SCM_RIGHTS) die("no descriptor came");
  int fd;
  memcpy(&fd, CMSG_DATA(head), sizeof fd);
  return fd;
}

static void create_and_write(void *context) {
  struct passing *passing = context;
  struct pipe_ends pipe = pipe_open(0);
  pass_end(passing->sockets[1], pipe.read_fd);
  close_end(&pipe.read_fd);
  gate_await(GATE_PASSED, 1);
  for (uint32_t i = 0; i < 5; i++) payload_send(pipe.write_fd, 128, i);
}

static void scm(const struct options *options) {
  struct passing passing = {.options = options};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, passing.sockets) != 0) die("socketpair");
  pid_t writer = process_start(create_and_write, &passing);
  struct pipe_ends pipe = {.read_fd = receive_end(passing.sockets[0])};
  pipe.channel = channel_of(pipe.read_fd, "<anonymous>");
  gate_add(GATE_PASSED, 1);
  drain_from(&pipe, NULL, 128);
  process_reap(writer);
}

static void open_and_write(void *context) {
  struct passing *passing = context;
  int fd = open(passing->path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) die("open of the FIFO for writing");
  for (uint32_t i = 0; i < 5; i++) payload_send(fd, 96, i);
}

static void open_and_read(void *context) {
  struct passing *passing = context;
  struct pipe_ends pipe = {.read_fd = open(passing->path, O_RDONLY | O_CLOEXEC)};
  if (pipe.read_fd < 0) die("open of the FIFO for reading");
  pipe.channel = channel_of(pipe.read_fd, passing->path);
  drain_from(&pipe, NULL, 96);
}

static void fifo(const struct options *options) {
  struct passing passing = {.options = options};
  char directory[PATH_MAX / 2];
  snprintf(passing.path, sizeof passing.path, "%s", options->truth);
  char *name = strrchr(passing.path, '/');
  if (name == NULL) die("the truth file's path must be absolute");
  *name = 0;
  char *resolved = realpath(passing.path, NULL);
  if (resolved == NULL) die("realpath");
  snprintf(directory, sizeof directory, "%s", resolved);
  free(resolved);
  snprintf(passing.path, sizeof passing.path, "%s/fifo-%d", directory, getpid());
  if (mkfifo(passing.path, 0600) != 0) die("mkfifo");
  pid_t writer = process_start(open_and_write, &passing);
  pid_t reader = process_start(open_and_read, &passing);
  process_reap(writer);
  process_reap(reader);
  unlink(passing.path);
}

// Every transfer is told with the name its writer bore when it wrote, though all are read later.
static void write_under_names(void *context) {
  struct passing *passing = context;
  close_end(&passing->pipe.read_fd);
  payload_send(passing->pipe.write_fd, 64, 0);
  prctl(PR_SET_NAME, "first name");
  payload_send(passing->pipe.write_fd, 64, 1);
  prctl(PR_SET_NAME, "a fifteen-chars name");
  payload_send(passing->pipe.write_fd, 64, 2);
  exec_as("another-program", passing, "write", passing->pipe.write_fd, 2);
}

static void rename_writer(const struct options *options) {
  struct passing passing = {.options = options, .pipe = pipe_open(0)};
  name_create(&passing, "another-program");
  process_reap(process_start(write_under_names, &passing));
  close_end(&passing.pipe.write_fd);
  prctl(PR_SET_NAME, "the reader");
  drain_from(&passing.pipe, NULL, 65536);
  name_remove(&passing, "another-program");
}

const struct scenario PIPE_PASSING_SCENARIOS[] = {
    {"pipe-inherit", inherit},      {"pipe-scm", scm}, {"fifo", fifo},
    {"pipe-rename", rename_writer}, {NULL, NULL},
};
