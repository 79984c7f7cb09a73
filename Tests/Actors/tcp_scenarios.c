// What only TCP has.
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { GATE_READY, GATE_SENT, GATE_RECEIVED };
enum { SIZE = 150 };

struct service {
  struct transport transport;
  int listener;
  struct address address;
  long clients;
};

static struct service service_of(const struct options *options, long clients) {
  struct service service = {.transport = transport_of(options, "tcp4")};
  service.listener = listener_open(options, &service.transport);
  service.address = address_of(service.listener);
  service.clients = or_default(options->writers, clients);
  return service;
}

static void send_in_first_segment(void *context) {
  struct service *service = context;
  const struct address *to = &service->address;
  unsigned char bytes[SIZE];
  for (uint32_t i = 0; i < 3; i++) {
    int fd = client_socket(&service->transport, 0);
    // The first learns the cookie, if the host has that on; the second can use it. The third lets connect(2) wait.
    uint32_t self = end_register((struct end){0});
    payload_fill(bytes, SIZE, self, i);
    if (i < 2) {
      if (sendto(fd, bytes, SIZE, MSG_FASTOPEN, &to->any, to->length) != SIZE) {
        if (errno == EOPNOTSUPP) unsupported("MSG_FASTOPEN (net.ipv4.tcp_fastopen)");
        die("sendto with MSG_FASTOPEN");
      }
    } else {
      option_set(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
      socket_connect(fd, to);
      if (write(fd, bytes, SIZE) != SIZE) die("write with TCP_FASTOPEN_CONNECT");
    }
    end_replace(self, end_of(fd));
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, i + 1);
    socket_close(fd);
  }
}

static void fast_open(const struct options *options) {
  struct service service = service_of(options, 1);
  int length = 5;
  // Refused where the host does not have it on; then the calls above fall back to the usual handshake.
  setsockopt(service.listener, IPPROTO_TCP, TCP_FASTOPEN, &length, sizeof length);
  pid_t client = process_start(send_in_first_segment, &service);
  for (uint32_t i = 0; i < 3; i++) {
    int fd = accept_one(service.listener);
    gate_await(GATE_SENT, i + 1);
    if (receive(fd, NULL, SIZE) != SIZE) die("a receive brought too little");
    gate_add(GATE_RECEIVED, 1);
    socket_close(fd);
  }
  process_reap(client);
}

static void connect_without_waiting(void *context) {
  struct service *service = context;
  int fd = client_socket(&service->transport, SOCK_NONBLOCK);
  if (connect(fd, &service->address.any, service->address.length) != 0 && errno != EINPROGRESS) die("connect");
  struct pollfd ready = {.fd = fd, .events = POLLOUT};
  if (poll(&ready, 1, -1) != 1) die("poll");
  send_record(fd, end_register(end_of(fd)), SIZE, 0);
}

static void nonblocking_connect(const struct options *options) {
  struct service service = service_of(options, 1);
  pid_t client = process_start(connect_without_waiting, &service);
  int fd = accept_one(service.listener);
  if (receive(fd, NULL, SIZE) != SIZE) die("a receive brought too little");
  process_reap(client);
}

static void send_once(void *context) {
  struct service *service = context;
  int fd = client_open(&service->transport, &service->address);
  send_record(fd, end_register(end_of(fd)), SIZE, 0);
  // The end of the stream is the server's answer.
  expect_end(fd);
}

static int reuse_listener(const struct transport *transport, const struct address *address) {
  int fd = server_socket(transport, SOCK_NONBLOCK);
  option_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  socket_bind(fd, address);
  if (listen(fd, 16) != 0) die("listen");
  return fd;
}

static void serve_share(void *context) {
  struct service *service = context;
  int listener = reuse_listener(&service->transport, &service->address);
  gate_add(GATE_READY, 1);
  for (;;) {
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    // Asked before the look: whoever is done had connected before.
    bool is_last = slot_get(0) != 0;
    if (poll(&ready, 1, 20) == 0) {
      if (is_last) return;
      continue;
    }
    int fd = accept_one(listener);
    if (receive(fd, NULL, SIZE) != SIZE) die("a receive brought too little");
    socket_close(fd);
  }
}

// Two listeners at one port; the kernel chooses who gets a client.
static void reuse_port(const struct options *options) {
  struct service service = {.transport = transport_of(options, "tcp4"), .clients = or_default(options->writers, 8)};
  struct address any = address_at(service.transport.address, 0);
  // Keeps the port, without listening.
  int keeper = server_socket(&service.transport, 0);
  option_set(keeper, SOL_SOCKET, SO_REUSEPORT, 1);
  socket_bind(keeper, &any);
  service.address = address_of(keeper);
  pid_t servers[] = {process_start(serve_share, &service), process_start(serve_share, &service)};
  gate_await(GATE_READY, 2);
  pid_t *pids = allocate((size_t)service.clients * sizeof *pids);
  for (long i = 0; i < service.clients; i++) pids[i] = process_start(send_once, &service);
  for (long i = 0; i < service.clients; i++) process_reap(pids[i]);
  slot_set(0, 1);
  process_reap(servers[0]);
  process_reap(servers[1]);
}

// A server at a port whose service has a name.
static void named_service(const struct options *options) {
  struct transport transport = transport_of(options, "tcp4");
  static const char *const services[] = {"daytime", "echo", "discard", "netstat", "qotd"};
  for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
    const struct servent *service = getservbyname(services[i], "tcp");
    if (service == NULL) continue;
    int listener = server_socket(&transport, 0);
    option_set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    struct address address = address_at(transport.address, ntohs((uint16_t)service->s_port));
    if (bind(listener, &address.any, address.length) != 0 || listen(listener, 4) != 0) {
      socket_close(listener);
      continue;
    }
    int client = client_open(&transport, &address), server = accept_one(listener);
    struct end one = end_of(client), other = end_of(server);
    send_record(client, 0, SIZE, 0);
    if (receive(server, &one, SIZE) != SIZE) die("a receive brought too little");
    send_record(server, 0, SIZE, 1);
    if (receive(client, &other, SIZE) != SIZE) die("a receive brought too little");
    return;
  }
  unsupported("no service with a name has a free port (/etc/services)");
}

static void send_without_copying(void *context) {
  struct service *service = context;
  enum { LARGE = 32768 };
  int fd = client_open(&service->transport, &service->address);
  option_set(fd, SOL_SOCKET, SO_ZEROCOPY, 1);
  uint32_t self = end_register(end_of(fd));
  unsigned char *bytes = allocate(LARGE);
  payload_fill(bytes, LARGE, self, 0);
  if (send(fd, bytes, LARGE, MSG_ZEROCOPY) != LARGE) die("send with MSG_ZEROCOPY");
  gate_await(GATE_RECEIVED, 1);
  // The kernel's note that it is done with the bytes: a message, but from nobody.
  char control[128];
  struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
  ssize_t count;
  while ((count = recvmsg(fd, &message, MSG_ERRQUEUE)) < 0 && errno == EAGAIN) sleep_milliseconds(1);
  if (count != 0) die("recvmsg with MSG_ERRQUEUE");
}

static void zero_copy(const struct options *options) {
  struct service service = service_of(options, 1);
  pid_t client = process_start(send_without_copying, &service);
  int fd = accept_one(service.listener);
  unsigned char *bytes = allocate(32768);
  if (recv(fd, bytes, 32768, MSG_WAITALL) != 32768) die("a receive brought too little");
  struct end self = end_of(fd);
  tell_records(&self, bytes, 32768);
  gate_add(GATE_RECEIVED, 1);
  process_reap(client);
}

// A socket of Multipath TCP lets go of its port when a worker of the kernel has closed its subflow.
static void bind_when_free(int fd, const struct address *address) {
  for (int tries = 0; tries < 5000; tries++) {
    if (bind(fd, &address->any, address->length) == 0) return;
    if (errno != EADDRINUSE) break;
    usleep(1000);
  }
  die("bind to a port that was in use");
}

// Many connections one after the other from the same port to the same port: their positions begin anew each time.
static void same_ports(const struct options *options) {
  struct service service = service_of(options, 1);
  long rounds = or_default(options->count, 10);
  struct address own = {0};
  for (uint32_t i = 0; i < rounds; i++) {
    int client = client_socket(&service.transport, 0);
    option_set(client, SOL_SOCKET, SO_REUSEADDR, 1);
    if (i > 0) bind_when_free(client, &own);
    socket_connect(client, &service.address);
    own = address_of(client);
    int server = accept_one(service.listener);
    struct end source = end_of(client);
    send_record(client, 0, SIZE + i, i);
    if (receive(server, &source, 1024) != SIZE + i) die("a receive brought too little");
    // A reset leaves no connection behind that waits.
    struct linger linger = {1, 0};
    if (setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0) die("SO_LINGER");
    socket_close(client);
    socket_close(server);
  }
}

const struct scenario TCP_SCENARIOS[] = {
    {"tcp-fast-open", fast_open},         {"tcp-nonblocking-connect", nonblocking_connect},
    {"tcp-reuse-port", reuse_port},       {"tcp-named-service", named_service},
    {"tcp-zero-copy", zero_copy},         {"tcp-same-ports", same_ports},
    {NULL, NULL},
};
