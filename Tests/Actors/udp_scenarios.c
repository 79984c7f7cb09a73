// What only UDP has: datagrams from and to anywhere, cut and joined by the kernel.
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { GATE_READY, GATE_SENT, GATE_RECEIVED, GATE_DONE };

struct station {
  struct transport transport;
  int fd;
  struct address address;  // as senders reach it
  uint32_t count;
  int sort;
  int sockets[2];
};

// A receiver at any address: datagrams go to the transport's, and that is what is told.
static struct station station_of(const struct options *options) {
  struct station station = {.transport = transport_of(options, "udp4")};
  bool is_v6 = station.transport.family == AF_INET6 || station.transport.is_mapped;
  station.fd = socket_open(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM);
  if (station.transport.is_mapped) option_set(station.fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  struct address any = address_at(is_v6 ? "::" : "0.0.0.0", 0);
  socket_bind(station.fd, &any);
  any = address_of(station.fd);
  station.address = address_at(station.transport.address, port_in(&any));
  station.count = (uint32_t)or_default(options->count, 5);
  return station;
}

static struct end reached(int fd, const char *address) {
  struct end end = end_of(fd);
  strcpy(end.name, address);
  return end;
}

enum { SENDER_UNCONNECTED, SENDER_CONNECTED, SENDER_BOUND, SENDER_SORTS };

static void send_from_anywhere(void *context) {
  struct station *station = context;
  const struct transport *transport = &station->transport;
  int fd = socket_open(transport->family, SOCK_DGRAM);
  struct address any = address_at(transport->address, 0);
  if (station->sort == SENDER_BOUND) socket_bind(fd, &any);
  if (station->sort == SENDER_CONNECTED) socket_connect(fd, &station->address);
  uint32_t self = end_register((struct end){0});
  for (uint32_t i = 0; i < station->count; i++) {
    unsigned char bytes[200];
    payload_fill(bytes, sizeof bytes, self, i);
    const struct address *to = &station->address;
    ssize_t sent = station->sort == SENDER_CONNECTED
                       ? send(fd, bytes, sizeof bytes, 0)
                       : sendto(fd, bytes, sizeof bytes, 0, &to->any, to->length);
    if (sent != sizeof bytes) die("sendto");
  }
  // Only now is it known from which port.
  end_replace(self, reached(fd, transport->address));
  gate_add(GATE_SENT, 1);
}

// The receiver does not ask who sent.
static void senders(const struct options *options) {
  struct station station = station_of(options);
  pid_t pids[SENDER_SORTS + 1];
  for (int i = 0; i <= SENDER_SORTS; i++) {
    station.sort = i % SENDER_SORTS;
    pids[i] = process_start(send_from_anywhere, &station);
  }
  gate_await(GATE_SENT, SENDER_SORTS + 1);
  struct end self = reached(station.fd, station.transport.address);
  for (uint32_t left = station.count * (SENDER_SORTS + 1); left > 0; left--) {
    unsigned char bytes[256];
    ssize_t count = left % 2 == 0 ? read(station.fd, bytes, sizeof bytes) : recv(station.fd, bytes, sizeof bytes, 0);
    if (count != 200) die("recv");
    tell_records(&self, bytes, (size_t)count);
  }
  for (int i = 0; i <= SENDER_SORTS; i++) process_reap(pids[i]);
}

enum { SEGMENT = 1000, SEGMENTED = 3500 };

static void send_segments(void *context) {
  struct pair *pair = context;
  int fd = pair->fds[0];
  close_end(&pair->fds[1]);
  meet(0, fd);
  unsigned char bytes[SEGMENTED];
  for (uint32_t round = 0; round < 2; round++) {
    payload_fill(bytes, sizeof bytes, 0, round);
    struct iovec piece = {bytes, sizeof bytes};
    uint16_t segment = SEGMENT;
    union {
      struct cmsghdr head;
      char bytes[CMSG_SPACE(sizeof segment)];
    } control = {0};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (round == 0) {
      message.msg_control = &control;
      message.msg_controllen = sizeof control;
      struct cmsghdr *head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_UDP;
      head->cmsg_type = UDP_SEGMENT;
      head->cmsg_len = CMSG_LEN(sizeof segment);
      memcpy(CMSG_DATA(head), &segment, sizeof segment);
    } else {
      option_set(fd, SOL_UDP, UDP_SEGMENT, SEGMENT);
    }
    if (sendmsg(fd, &message, 0) != SEGMENTED) {
      if (errno == EINVAL) unsupported("UDP_SEGMENT (4.18)");
      die("sendmsg with UDP_SEGMENT");
    }
    gate_add(GATE_SENT, 1);
    gate_await(GATE_RECEIVED, round + 1);
  }
}

static void receive_segments(const struct options *options, bool is_joined) {
  struct transport transport = transport_of(options, "udp4");
  struct pair pair = pair_open(&transport);
  if (is_joined) option_set(pair.fds[1], SOL_UDP, UDP_GRO, 1);
  pid_t sender = process_start(send_segments, &pair);
  int fd = pair.fds[1];
  close_end(&pair.fds[0]);
  struct end other = meet(1, fd);
  for (uint32_t round = 0; round < 2; round++) {
    gate_await(GATE_SENT, round + 1);
    // In as many receives as the kernel makes of it.
    for (size_t left = SEGMENTED; left > 0;) {
      size_t count = receive(fd, &other, 8192);
      if (!is_joined && count != (left < SEGMENT ? left : SEGMENT)) die("a segment of another size");
      left -= count;
    }
    expect_nothing(fd);
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

static void segments(const struct options *options) { receive_segments(options, false); }

static void joined_segments(const struct options *options) { receive_segments(options, true); }

static void send_in_parts(void *context) {
  struct pair *pair = context;
  int fd = pair->fds[0];
  close_end(&pair->fds[1]);
  meet(0, fd);
  if (send(fd, "three ", 6, MSG_MORE) != 6 || send(fd, "parts, ", 7, MSG_MORE) != 7) die("send with MSG_MORE");
  if (send(fd, "one datagram", 12, 0) != 12) die("send");
  option_set(fd, SOL_UDP, UDP_CORK, 1);
  if (send(fd, "corked ", 7, 0) != 7 || write(fd, "datagram", 8) != 8) die("send under UDP_CORK");
  option_set(fd, SOL_UDP, UDP_CORK, 0);
  if (send(fd, "alone", 5, 0) != 5) die("send");
}

static void cork(const struct options *options) {
  struct transport transport = transport_of(options, "udp4");
  struct pair pair = pair_open(&transport);
  pid_t sender = process_start(send_in_parts, &pair);
  int fd = pair.fds[1];
  close_end(&pair.fds[0]);
  struct end other = meet(1, fd);
  if (receive(fd, &other, 100) != 25) die("parts did not come as one");
  if (receive(fd, &other, 100) != 15) die("parts did not come as one");
  if (receive(fd, &other, 100) != 5) die("another datagram");
  process_reap(sender);
}

static const char GROUP[] = "239.1.2.3";

static int join(uint16_t *port) {
  int fd = socket_open(AF_INET, SOCK_DGRAM);
  option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  struct address group = address_at(GROUP, *port);
  socket_bind(fd, &group);
  struct ip_mreq membership = {.imr_multiaddr = group.v4.sin_addr, .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
  if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) {
    unsupported("the loopback device takes part in no group here");
  }
  struct address bound = address_of(fd);
  *port = port_in(&bound);
  return fd;
}

static void receive_group(void *context) {
  struct station *station = context;
  int fd = station->sockets[station->sort];
  struct end sender = end_of_number(0);
  for (uint32_t i = 0; i < station->count; i++) receive(fd, &sender, 1024);
  expect_nothing(fd);
}

// Each of two receivers gets its own copy.
static void multicast(const struct options *options) {
  struct station station = {.count = (uint32_t)or_default(options->count, 5)};
  uint16_t port = 0;
  station.sockets[0] = join(&port);
  station.sockets[1] = join(&port);
  int fd = socket_open(AF_INET, SOCK_DGRAM);
  struct address own = address_at("127.0.0.1", 0), group = address_at(GROUP, port);
  socket_bind(fd, &own);
  if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &own.v4.sin_addr, sizeof own.v4.sin_addr) != 0) {
    unsupported("nothing can be sent to a group over the loopback device here");
  }
  end_register(end_of(fd));
  pid_t pids[2];
  for (station.sort = 0; station.sort < 2; station.sort++) pids[station.sort] = process_start(receive_group, &station);
  for (uint32_t i = 0; i < station.count; i++) {
    unsigned char bytes[200];
    payload_fill(bytes, 100 + i, 0, i);
    if (sendto(fd, bytes, 100 + i, 0, &group.any, group.length) != (ssize_t)(100 + i)) die("sendto a group");
  }
  process_reap(pids[0]);
  process_reap(pids[1]);
}

static void receive_share(void *context) {
  struct station *station = context;
  int fd = socket_open(station->transport.family, SOCK_DGRAM);
  option_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  socket_bind(fd, &station->address);
  close_end(&station->fd);
  struct end self = end_of(fd);
  gate_add(GATE_READY, 1);
  // A first look after everything was sent finds it all.
  gate_await(GATE_DONE, 1);
  unsigned char bytes[256];
  for (ssize_t count; (count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0;) {
    tell_records(&self, bytes, (size_t)count);
  }
  if (errno != EAGAIN) die("recv");
}

// Two receivers at one port; the kernel chooses by the sender's port.
static void reuse_port(const struct options *options) {
  struct station station = {.transport = transport_of(options, "udp4"), .count = 2};
  // Keeps the port until both have it, and would get a share.
  station.fd = socket_open(station.transport.family, SOCK_DGRAM);
  option_set(station.fd, SOL_SOCKET, SO_REUSEPORT, 1);
  struct address any = address_at(station.transport.address, 0);
  socket_bind(station.fd, &any);
  station.address = address_of(station.fd);
  pid_t receivers[] = {process_start(receive_share, &station), process_start(receive_share, &station)};
  gate_await(GATE_READY, 2);
  close_end(&station.fd);
  for (int i = 0; i < 8; i++) {
    station.sort = i % SENDER_SORTS;
    process_reap(process_start(send_from_anywhere, &station));
  }
  gate_add(GATE_DONE, 1);
  process_reap(receivers[0]);
  process_reap(receivers[1]);
}

// Datagrams to a port where nobody is; what comes back of them is the kernel's.
static void closed_port(const struct options *options) {
  struct transport transport = transport_of(options, "udp4");
  int fd = socket_open(transport.family, SOCK_DGRAM), other = socket_open(transport.family, SOCK_DGRAM);
  struct address any = address_at(transport.address, 0);
  socket_bind(fd, &any);
  socket_bind(other, &any);
  struct address to = address_of(other);
  struct end self = end_of(fd), nobody = end_of(other);
  nobody.inode = 0;
  socket_close(other);
  bool is_v6 = transport.family == AF_INET6;
  for (int i = 0; i < 2; i++) {
    if (sendto(fd, "nobody", 6, 0, &to.any, to.length) != 6) die("sendto nobody");
    tell_unread(&self, &nobody, 6);
  }
  // Connected, one learns of it at the next send, which sends nothing.
  socket_connect(fd, &to);
  if (send(fd, "still nobody", 12, 0) != 12) die("send to nobody");
  tell_unread(&self, &nobody, 12);
  if (send(fd, "refused", 7, 0) != -1 || errno != ECONNREFUSED) die("send was not refused");
  // The datagram that was refused can be had back: that is no message from anybody.
  option_set(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_RECVERR : IP_RECVERR, 1);
  if (send(fd, "come back", 9, 0) != 9) die("send to nobody");
  tell_unread(&self, &nobody, 9);
  char bytes[64];
  if (recv(fd, bytes, sizeof bytes, MSG_ERRQUEUE) != 9) die("recv with MSG_ERRQUEUE");
}

const struct scenario UDP_SCENARIOS[] = {
    {"udp-senders", senders}, {"udp-segments", segments},     {"udp-joined-segments", joined_segments},
    {"udp-cork", cork},       {"udp-multicast", multicast},   {"udp-reuse-port", reuse_port},
    {"udp-closed-port", closed_port}, {NULL, NULL},
};
