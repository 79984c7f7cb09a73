// Processes that wait by poll, select, epoll and splice for one that does nothing.
#include "sockets.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FD_LIMIT = 1024, POLLED_LIMIT = 100, BLOCK = 1 << 12 };

// A role's own ends; it has no other descriptors.
struct ends {
  int fds[POLLED_LIMIT];
  int count;
};

static void keep_only(const struct ends *ends) {
  bool kept[FD_LIMIT] = {[STDIN_FILENO] = true, [STDOUT_FILENO] = true, [STDERR_FILENO] = true};
  for (int i = 0; i < ends->count; i++) kept[ends->fds[i]] = true;
  for (int fd = 0; fd < FD_LIMIT; fd++) {
    if (!kept[fd]) close(fd);
  }
}

// Fills a pipe to its last byte.
static void fill(int fd) {
  char block[BLOCK] = {0};
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  while (write(fd, block, sizeof block) > 0) {
  }
  fcntl(fd, F_SETFL, flags);
}

// The end that a role has of a new channel; the player keeps the other one.
static int new_end(const char *kind, bool is_full) {
  if (strcmp(kind, "pipe") != 0) {
    struct options options = {.kind = kind};
    struct transport transport = transport_of(&options, kind);
    return pair_open(&transport).fds[0];
  }
  struct pipe_ends pipe = pipe_open(0);
  if (is_full) fill(pipe.write_fd);
  return is_full ? pipe.write_fd : pipe.read_fd;
}

static void wait_by_poll(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  struct pollfd polls[POLLED_LIMIT];
  for (int i = 0; i < ends->count; i++) polls[i] = (struct pollfd){.fd = ends->fds[i], .events = POLLIN};
  poll(polls, (nfds_t)ends->count, -1);
}

static void wait_by_ppoll(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  struct pollfd poll = {.fd = ends->fds[0], .events = POLLOUT};
  struct timespec hour = {.tv_sec = 3600};
  ppoll(&poll, 1, &hour, NULL);
}

static void wait_by_select(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  int event = eventfd(0, 0);
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(ends->fds[0], &readable);
  FD_SET(event, &readable);
  select(FD_LIMIT, &readable, NULL, NULL, NULL);
}

static void wait_by_pselect(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(ends->fds[0], &writable);
  pselect(FD_LIMIT, NULL, &writable, NULL, NULL, NULL);
}

static void watch(int set, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

// The second of its ends is ready once and then no longer waited for.
static void wait_by_epoll(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  int set = epoll_create1(0);
  struct epoll_event event;
  watch(set, ends->fds[1], EPOLLOUT | EPOLLONESHOT);
  if (epoll_wait(set, &event, 1, -1) != 1) die("epoll_wait");
  watch(set, ends->fds[0], EPOLLIN);
  watch(set, ends->fds[2], EPOLLIN | EPOLLET);
  watch(set, eventfd(0, 0), EPOLLIN);
  epoll_wait(set, &event, 1, -1);
}

// As servers do that ask for everything at once, and are told of changes.
static void wait_by_edge(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  int set = epoll_create1(0);
  struct epoll_event event;
  watch(set, ends->fds[0], EPOLLIN | EPOLLOUT | EPOLLET);
  if (epoll_wait(set, &event, 1, -1) != 1) die("epoll_wait");
  epoll_pwait(set, &event, 1, -1, NULL);
}

static void wait_by_splice(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  splice(ends->fds[0], NULL, ends->fds[1], NULL, BLOCK, 0);
}

static void wait_by_tee(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  tee(ends->fds[0], ends->fds[1], BLOCK, 0);
}

static void wait_by_sendfile(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  int file = open("/proc/self/exe", O_RDONLY);
  sendfile(ends->fds[0], file, NULL, BLOCK);
}

static void wait_by_vmsplice(void *context) {
  struct ends *ends = context;
  keep_only(ends);
  static char block[BLOCK];
  struct iovec vector = {block, sizeof block};
  vmsplice(ends->fds[0], &vector, 1, 0);
}

static void wait_for_time(void *context) {
  keep_only(context);
  poll(NULL, 0, 3600 * 1000);
}

enum { ROLES = 14 };

static void waiting_sets(const struct options *options) {
  int full = new_end("pipe", true);
  struct pipe_ends loaded = pipe_open(0);
  write_whole(loaded.write_fd, "x", 1);
  struct role {
    process_body body;
    struct ends ends;
  } roles[ROLES] = {
    {wait_by_poll, {{new_end("pipe", false), new_end("unix-stream", false)}, 2}},
    {wait_by_ppoll, {{full}, 1}},
    {wait_by_select, {{new_end("pipe", false)}, 1}},
    {wait_by_pselect, {{full}, 1}},
    {wait_by_epoll, {{new_end("pipe", false), new_end("unix-stream", false), new_end("tcp4", false)}, 3}},
    {wait_by_edge, {{new_end("unix-stream", false)}, 1}},
    {wait_by_splice, {{new_end("pipe", false), full}, 2}},
    {wait_by_splice, {{loaded.read_fd, full}, 2}},
    {wait_by_tee, {{new_end("pipe", false), full}, 2}},
    {wait_by_sendfile, {{full}, 1}},
    {wait_by_vmsplice, {{full}, 1}},
    {wait_by_poll, {{new_end("udp4", false)}, 1}},
    {wait_for_time, {{0}, 0}},
    {wait_by_poll, {{0}, POLLED_LIMIT}},
  };
  for (int i = 0; i < POLLED_LIMIT; i++) roles[ROLES - 1].ends.fds[i] = new_end("pipe", false);
  pid_t pids[ROLES + 1] = {getpid()};
  for (int i = 0; i < ROLES; i++) pids[i + 1] = process_start(roles[i].body, &roles[i].ends);
  // The others' ends are theirs alone.
  for (int i = 0; i < ROLES; i++) {
    for (int j = 0; j < roles[i].ends.count; j++) close(roles[i].ends.fds[j]);
  }
  announce(options, pids, ROLES + 1);
  wait_for_file(options->wait_for);
  // What they would have done else is of no interest.
  signal(SIGCHLD, SIG_IGN);
  for (int i = 1; i <= ROLES; i++) kill(pids[i], SIGKILL);
}

const struct scenario WAITING_SET_SCENARIOS[] = {{"waiting-sets", waiting_sets}, {NULL, NULL}};
