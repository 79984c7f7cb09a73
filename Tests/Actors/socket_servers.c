// A listener and its clients: who accepts, who receives, and in what order.
#include "sockets.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GATE_READY, GATE_ACCEPTED, GATE_SENT, GATE_RECEIVED };
enum { SIZE = 96, ANSWER = 200, ROUNDS = 5 };

struct service {
  const struct options *options;
  struct transport transport;
  int listener;
  struct address address;
  long clients;
  int connection;
};

static struct service service_of(const struct options *options, long clients) {
  struct service service = {.options = options, .transport = transport_of(options, "unix-stream")};
  service.listener = listener_open(options, &service.transport);
  service.address = address_of(service.listener);
  service.clients = or_default(options->writers, clients);
  return service;
}

// Requests name the client's end; answers name the server's, which the client learns only so.
static void ask(int fd, uint32_t rounds) {
  uint32_t self = end_register(end_of(fd));
  for (uint32_t i = 0; i < rounds; i++) {
    send_record(fd, self, SIZE, i);
    if (receive(fd, NULL, ANSWER) != ANSWER) die("an answer was cut");
  }
}

static void be_client(void *context) {
  struct service *service = context;
  close_end(&service->listener);
  ask(client_open(&service->transport, &service->address), ROUNDS);
}

// Receives one request and answers it; false at the end of the connection.
static bool serve_one(int fd, uint32_t self) {
  size_t count = receive(fd, NULL, SIZE);
  if (count == 0) return false;
  if (count != SIZE) die("a request was cut");
  send_record(fd, self, ANSWER, 0);
  return true;
}

static void serve(int fd) {
  uint32_t self = end_register(end_of(fd));
  while (serve_one(fd, self)) continue;
  socket_close(fd);
}

static void start_clients(struct service *service, pid_t *pids) {
  for (long i = 0; i < service->clients; i++) pids[i] = process_start(be_client, service);
}

static void serve_connection(void *context) {
  struct service *service = context;
  close_end(&service->listener);
  serve(service->connection);
}

// The parent accepts, a child of its own serves each connection.
static void fork_server(const struct options *options) {
  struct service service = service_of(options, 3);
  pid_t *pids = allocate((size_t)service.clients * 2 * sizeof *pids);
  start_clients(&service, pids);
  for (long i = 0; i < service.clients; i++) {
    service.connection = accept_one(service.listener);
    pids[service.clients + i] = process_start(serve_connection, &service);
    socket_close(service.connection);
  }
  for (long i = 0; i < service.clients * 2; i++) process_reap(pids[i]);
  name_unlink(service.listener);
}

static void accept_and_serve(void *context) {
  struct service *service = context;
  // Each takes half, whichever comes.
  for (long i = 0; i < service->clients / 2; i++) serve(accept_one(service->listener));
}

// Two children accept at the same listener.
static void prefork_server(const struct options *options) {
  struct service service = service_of(options, 6);
  pid_t *pids = allocate((size_t)(service.clients + 2) * sizeof *pids);
  for (int i = 0; i < 2; i++) pids[service.clients + i] = process_start(accept_and_serve, &service);
  start_clients(&service, pids);
  for (long i = 0; i < service.clients + 2; i++) process_reap(pids[i]);
  name_unlink(service.listener);
}

// One process serves all connections as they speak.
static void poll_server(const struct options *options) {
  struct service service = service_of(options, 8);
  pid_t *pids = allocate((size_t)service.clients * sizeof *pids);
  start_clients(&service, pids);
  int queue = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0};
  if (queue < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, service.listener, &event) != 0) die("epoll");
  for (long left = service.clients; left > 0;) {
    if (epoll_wait(queue, &event, 1, -1) != 1) die("epoll_wait");
    int fd = (int)(event.data.u64 & 0xffffffff);
    if (fd == 0) {
      fd = accept_one(service.listener);
      struct epoll_event interest = {.events = EPOLLIN};
      interest.data.u64 = (uint64_t)end_register(end_of(fd)) << 32 | (uint32_t)fd;
      if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &interest) != 0) die("epoll_ctl");
    } else if (!serve_one(fd, (uint32_t)(event.data.u64 >> 32))) {
      socket_close(fd);
      left--;
    }
  }
  for (long i = 0; i < service.clients; i++) process_reap(pids[i]);
  name_unlink(service.listener);
}

static void accept_only(void *context) {
  struct service *service = context;
  slot_set(0, accept_one(service->listener));
  gate_add(GATE_ACCEPTED, 1);
  gate_await(GATE_RECEIVED, 1);
}

// One process accepts; another one takes the socket over from it, and serves.
static void handed_server(const struct options *options) {
  struct service service = service_of(options, 1);
  pid_t client = process_start(be_client, &service), acceptor = process_start(accept_only, &service);
  gate_await(GATE_ACCEPTED, 1);
  int process = (int)syscall(SYS_pidfd_open, acceptor, 0);
  if (process < 0) unsupported("pidfd_open (5.3)");
  int fd = (int)syscall(SYS_pidfd_getfd, process, (int)slot_get(0), 0);
  if (fd < 0) unsupported("pidfd_getfd (5.6)");
  struct other_truth taken = {.type = "pidfd-getfd", .source = party_self(), .destination = party_self()};
  taken.source.pid = taken.source.tid = acceptor;
  truth_other(&taken, "\"fds\":\"%d>%d socket:[%llu]\"", (int)slot_get(0), fd,
              (unsigned long long)channel_of(fd, "").inode);
  gate_add(GATE_RECEIVED, 1);
  process_reap(acceptor);
  serve(fd);
  process_reap(client);
  name_unlink(service.listener);
}

static void accept_for_child(void *context) {
  struct service *service = context;
  service->connection = accept_one(service->listener);
  process_start(serve_connection, service);
  // The one that accepted is gone before anything is received.
}

// Served by an orphan of the process that accepted.
static void orphan_server(const struct options *options) {
  struct service service = service_of(options, 1);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("PR_SET_CHILD_SUBREAPER");
  pid_t acceptor = process_start(accept_for_child, &service);
  pid_t client = process_start(be_client, &service);
  process_reap(acceptor);
  process_reap(client);
  process_reap(-1);
  name_unlink(service.listener);
}

static void become_activated(void *context) {
  struct service *service = context;
  char arena[16];
  // The arena may be in the listener's place.
  int memory = dup(arena_fd());
  if (memory < 0 || (service->listener != 3 && dup2(service->listener, 3) != 3)) die("dup2");
  snprintf(arena, sizeof arena, "%d", memory);
  execl(service->options->program, "activated", "--helper", "activated", "--arena", arena, "--fd", "3", (char *)NULL);
  die("execl");
}

int activated_run(const struct options *options) {
  prctl(PR_SET_NAME, "activated");
  serve(accept_one((int)options->fd));
  return 0;
}

// The listener is made before the server is: systemd's way. Another program finds it as its descriptor 3.
static void activated_server(const struct options *options) {
  struct service service = service_of(options, 1);
  pid_t client = process_start(be_client, &service);
  pid_t server = process_start(become_activated, &service);
  process_reap(client);
  process_reap(server);
  name_unlink(service.listener);
}

static void send_and_leave(void *context) {
  struct service *service = context;
  int fd = client_open(&service->transport, &service->address);
  send_record(fd, end_register(end_of(fd)), SIZE, 0);
  gate_add(GATE_SENT, 1);
  // Some close, some leave that to their end.
  if (service->clients % 2 == 0) socket_close(fd);
}

// Clients that connect, send and are gone before anybody accepts.
static void early_clients(const struct options *options) {
  struct service service = service_of(options, 4);
  long clients = service.clients;
  for (; service.clients > 0; service.clients--) process_reap(process_start(send_and_leave, &service));
  for (long i = 0; i < clients; i++) {
    int fd = accept_one(service.listener);
    if (receive(fd, NULL, SIZE) != SIZE) die("a request was cut");
    expect_end(fd);
    socket_close(fd);
  }
  name_unlink(service.listener);
}

// Nobody ever accepts.
static void deaf_server(const struct options *options) {
  struct service service = service_of(options, 1);
  process_reap(process_start(send_and_leave, &service));
  struct end client = end_of_number(0), server = end_of(service.listener);
  // No socket was ever made for the server's end.
  server.inode = 0;
  if (service.transport.is_mapped) strcpy(server.name, service.transport.address);
  tell_unread(&client, &server, SIZE);
  name_unlink(service.listener);
  socket_close(service.listener);
}

// A server that was there before the tracer; its clients come after.
static void standing_server(const struct options *options) {
  struct service service = service_of(options, 3);
  announce(options, (pid_t[]){getpid()}, 1);
  wait_for_file(options->wait_for);
  pid_t *pids = allocate((size_t)service.clients * sizeof *pids);
  for (long i = 0; i < service.clients; i++) {
    pids[i] = process_start(be_client, &service);
    serve(accept_one(service.listener));
    process_reap(pids[i]);
  }
  name_unlink(service.listener);
}

const struct scenario SOCKET_SERVER_SCENARIOS[] = {
    {"server-fork", fork_server},       {"server-prefork", prefork_server},     {"server-poll", poll_server},
    {"server-handed", handed_server},   {"server-orphan", orphan_server},       {"server-activated", activated_server},
    {"server-early-clients", early_clients}, {"server-deaf", deaf_server}, {"server-standing", standing_server},
    {NULL, NULL},
};
