#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

bool is_stream(enum socket_kind kind) { return kind == SOCKET_UNIX_STREAM || kind == SOCKET_TCP; }

static int socket_by(int family, int type, int protocol) {
  int fd = socket(family, type, protocol);
  if (fd < 0) {
    if (errno == EAFNOSUPPORT) unsupported("this kernel has no such family of addresses");
    if (errno == EPROTONOSUPPORT || errno == ENOPROTOOPT) {
      unsupported("Multipath TCP (CONFIG_MPTCP, net.mptcp.enabled)");
    }
    die("socket");
  }
  return fd;
}

int socket_open(int family, int type) { return socket_by(family, type, 0); }

int client_socket(const struct transport *transport, int flags) {
  return socket_by(transport->family, transport->type | flags,
                   transport->multipath & MULTIPATH_CLIENT ? IPPROTO_MPTCP : 0);
}

int server_socket(const struct transport *transport, int flags) {
  return socket_by(transport->is_mapped ? AF_INET6 : transport->family, transport->type | flags,
                   transport->multipath & MULTIPATH_SERVER ? IPPROTO_MPTCP : 0);
}

void socket_bind(int fd, const struct address *address) {
  if (bind(fd, &address->any, address->length) == 0) return;
  if (errno == EADDRNOTAVAIL) unsupported("this host has no such address");
  die("bind");
}

void socket_connect(int fd, const struct address *address) {
  if (connect(fd, &address->any, address->length) != 0) die("connect");
}

void option_set(int fd, int level, int option, int value) {
  if (setsockopt(fd, level, option, &value, sizeof value) == 0) return;
  if (errno == ENOPROTOOPT && level == SOL_SOCKET && option == SO_PASSPIDFD) unsupported("SO_PASSPIDFD (6.5)");
  if (errno == ENOPROTOOPT) unsupported("this kernel has no such socket option");
  die("setsockopt");
}

void socket_close(int fd) {
  if (close(fd) != 0) die("close");
}

static uint16_t port_of(int fd) {
  struct address address = address_of(fd);
  return port_in(&address);
}

// The IPv6 form of an IPv4 address.
static struct address mapped(const char *address, uint16_t port) {
  char text[64];
  snprintf(text, sizeof text, "::ffff:%s", address);
  return address_at(text, port);
}

static struct pair udp_pair(const struct transport *transport) {
  struct pair pair = {{socket_open(transport->family, SOCK_DGRAM),
                       socket_open(transport->is_mapped ? AF_INET6 : transport->family, SOCK_DGRAM)}};
  struct address any = address_at(transport->address, 0);
  struct address any_mapped = transport->is_mapped ? mapped(transport->address, 0) : any;
  socket_bind(pair.fds[0], &any);
  socket_bind(pair.fds[1], &any_mapped);
  struct address second = address_at(transport->address, port_of(pair.fds[1]));
  struct address first = transport->is_mapped ? mapped(transport->address, port_of(pair.fds[0]))
                                              : address_at(transport->address, port_of(pair.fds[0]));
  socket_connect(pair.fds[0], &second);
  socket_connect(pair.fds[1], &first);
  return pair;
}

struct pair pair_open(const struct transport *transport) {
  struct pair pair;
  if (transport->family == AF_UNIX) {
    if (socketpair(AF_UNIX, transport->type, 0, pair.fds) != 0) die("socketpair");
    return pair;
  }
  if (transport->kind == SOCKET_UDP) return udp_pair(transport);
  int listener = listener_open(NULL, transport);
  struct address to = address_of(listener);
  pair.fds[0] = client_open(transport, &to);
  pair.fds[1] = accept_one(listener);
  socket_close(listener);
  return pair;
}

int listener_open(const struct options *options, const struct transport *transport) {
  int family = transport->is_mapped ? AF_INET6 : transport->family;
  int fd = server_socket(transport, 0);
  if (family == AF_UNIX) {
    name_bind(fd, options, options->name != NULL ? options->name : "path");
  } else {
    // Both families come to a listener that is bound to no address.
    struct address address = address_at(transport->is_mapped ? "::" : transport->address, 0);
    if (transport->is_mapped) option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    socket_bind(fd, &address);
  }
  if (listen(fd, 64) != 0) die("listen");
  return fd;
}

int client_open(const struct transport *transport, const struct address *to) {
  int fd = client_socket(transport, 0);
  struct address address = *to;
  if (transport->is_mapped) address = address_at(transport->address, ntohs(to->v6.sin6_port));
  socket_connect(fd, &address);
  return fd;
}

int accept_one(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) die("accept4");
  return fd;
}

static void name_of_unix(struct end *end, const struct address *address) {
  size_t length = address->length - offsetof(struct sockaddr_un, sun_path);
  const char *name = address->unix_name.sun_path;
  if (address->length <= offsetof(struct sockaddr_un, sun_path)) return;
  if (name[0] == 0) {
    end->name[0] = '@';
    memcpy(end->name + 1, name + 1, length - 1);
    end->name_length = length;
    return;
  }
  char folder[PATH_MAX] = "";
  if (name[0] != '/' && getcwd(folder, sizeof folder) == NULL) die("getcwd");
  int printed = snprintf(end->name, sizeof end->name, "%s%s%s", folder, name[0] == '/' ? "" : "/", name);
  if (printed >= (int)sizeof end->name) die("a name is too long");
  end->name_length = (size_t)printed;
}

struct end end_of(int fd) {
  int domain, type;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) die("SO_DOMAIN");
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) die("SO_TYPE");
  struct stat status;
  if (fstat(fd, &status) != 0) die("fstat");
  struct address address = address_of(fd);
  struct end end = {.party = party_self(), .inode = status.st_ino};
  if (domain == AF_UNIX) {
    end.kind = type == SOCK_STREAM  ? SOCKET_UNIX_STREAM
               : type == SOCK_DGRAM ? SOCKET_UNIX_DGRAM
                                    : SOCKET_UNIX_SEQPACKET;
    name_of_unix(&end, &address);
    return end;
  }
  end.kind = type == SOCK_STREAM ? SOCKET_TCP : SOCKET_UDP;
  end.port = port_in(&address);
  const void *bytes = domain == AF_INET ? (const void *)&address.v4.sin_addr : (const void *)&address.v6.sin6_addr;
  if (domain == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr)) {
    bytes = address.v6.sin6_addr.s6_addr + 12;
    domain = AF_INET;
  }
  inet_ntop(domain, bytes, end.name, sizeof end.name);
  return end;
}

struct end meet(unsigned place, int fd) {
  slot_set(MEETING_GATE + place, end_register(end_of(fd)));
  gate_add(MEETING_GATE + place, 1);
  gate_await(MEETING_GATE + 1 - place, 1);
  return end_of_number((uint32_t)slot_get(MEETING_GATE + 1 - place));
}

void tell(const struct end *source, const struct end *destination, const void *bytes, size_t count) {
  tell_cut(source, destination, bytes, count, count);
}

void tell_cut(const struct end *source, const struct end *destination, const void *bytes, size_t received,
              size_t count) {
  const struct socket_transfer transfer = {
      .source = *source, .destination = *destination, .bytes = bytes, .received = received, .count = count};
  truth_socket(&transfer);
}

void tell_unread(const struct end *source, const struct end *destination, size_t count) {
  const struct socket_transfer transfer = {
      .source = *source, .destination = *destination, .count = count, .undelivered = true};
  truth_socket(&transfer);
}

// What is received is told in runs: as long as records of one sender follow each other, they are one.
void tell_records(const struct end *destination, const void *buffer, size_t count) {
  const unsigned char *bytes = buffer;
  uint32_t sender = 0;
  size_t start = 0;
  for (size_t at = 0; at < count;) {
    uint32_t head[4];
    if (count - at < PAYLOAD_HEAD) die("a receive ended inside a record");
    memcpy(head, bytes + at, PAYLOAD_HEAD);
    if (head[0] != 0x41435049 || head[3] > count - at) die("a receive did not bring whole records");
    if (at > 0 && head[1] != sender) {
      struct end source = end_of_number(sender);
      tell(&source, destination, bytes + start, at - start);
      start = at;
    }
    sender = head[1];
    at += head[3];
  }
  if (count == 0) return;
  struct end source = end_of_number(sender);
  tell(&source, destination, bytes + start, count - start);
}

void send_record(int fd, uint32_t end, size_t size, uint32_t sequence) {
  void *buffer = allocate(size);
  payload_fill(buffer, size, end, sequence);
  if (send(fd, buffer, size, MSG_NOSIGNAL) != (ssize_t)size) die("send of a record");
  free(buffer);
}

size_t receive(int fd, const struct end *source, size_t capacity) {
  void *buffer = allocate(capacity);
  ssize_t count = recv(fd, buffer, capacity, 0);
  if (count < 0) die("recv");
  struct end self = end_of(fd);
  if (source == NULL) {
    tell_records(&self, buffer, (size_t)count);
  } else if (count > 0 || !is_stream(self.kind)) {
    tell(source, &self, buffer, (size_t)count);
  }
  free(buffer);
  return (size_t)count;
}

void receive_all(int fd, const struct end *source, size_t total, size_t capacity) {
  for (size_t left = total; left > 0;) {
    size_t count = receive(fd, source, capacity < left ? capacity : left);
    if (count == 0) die("the stream ended early");
    left -= count;
  }
}

void expect_nothing(int fd) {
  char byte;
  if (recv(fd, &byte, 1, MSG_DONTWAIT) != -1 || errno != EAGAIN) die("there was more to receive");
}

void expect_end(int fd) {
  char byte;
  if (recv(fd, &byte, 1, 0) != 0) die("there was more to receive");
}
