// What a socket is bound to or connects with: transports, addresses, names.
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// An address of this host that is not the loopback device's.
static const char *own_address(int family) {
  static char text[INET6_ADDRSTRLEN];
  struct ifaddrs *list;
  if (getifaddrs(&list) != 0) die("getifaddrs");
  for (const struct ifaddrs *each = list; each != NULL && text[0] == 0; each = each->ifa_next) {
    if (each->ifa_addr == NULL || each->ifa_addr->sa_family != family) continue;
    if ((each->ifa_flags & IFF_LOOPBACK) || !(each->ifa_flags & IFF_UP)) continue;
    const struct sockaddr_in6 *v6 = (const void *)each->ifa_addr;
    if (family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) continue;
    const void *bytes = family == AF_INET ? (const void *)&((const struct sockaddr_in *)(const void *)v6)->sin_addr
                                          : (const void *)&v6->sin6_addr;
    inet_ntop(family, bytes, text, sizeof text);
  }
  freeifaddrs(list);
  if (text[0] == 0) unsupported("this host has no address but the loopback device's");
  return text;
}

struct transport transport_of(const struct options *options, const char *standard) {
  static const struct {
    const char *name;
    struct transport transport;
  } known[] = {
      {"unix-stream", {SOCKET_UNIX_STREAM, AF_UNIX, SOCK_STREAM, false, NULL, 0}},
      {"unix-dgram", {SOCKET_UNIX_DGRAM, AF_UNIX, SOCK_DGRAM, false, NULL, 0}},
      {"unix-seqpacket", {SOCKET_UNIX_SEQPACKET, AF_UNIX, SOCK_SEQPACKET, false, NULL, 0}},
      {"tcp4", {SOCKET_TCP, AF_INET, SOCK_STREAM, false, "127.0.0.1", 0}},
      {"tcp6", {SOCKET_TCP, AF_INET6, SOCK_STREAM, false, "::1", 0}},
      {"tcp-mapped", {SOCKET_TCP, AF_INET, SOCK_STREAM, true, "127.0.0.1", 0}},
      {"mptcp4", {SOCKET_TCP, AF_INET, SOCK_STREAM, false, "127.0.0.1", MULTIPATH_CLIENT | MULTIPATH_SERVER}},
      {"mptcp6", {SOCKET_TCP, AF_INET6, SOCK_STREAM, false, "::1", MULTIPATH_CLIENT | MULTIPATH_SERVER}},
      {"mptcp-client", {SOCKET_TCP, AF_INET, SOCK_STREAM, false, "127.0.0.1", MULTIPATH_CLIENT}},
      {"mptcp-server", {SOCKET_TCP, AF_INET, SOCK_STREAM, false, "127.0.0.1", MULTIPATH_SERVER}},
      {"udp4", {SOCKET_UDP, AF_INET, SOCK_DGRAM, false, "127.0.0.1", 0}},
      {"udp6", {SOCKET_UDP, AF_INET6, SOCK_DGRAM, false, "::1", 0}},
      {"udp-mapped", {SOCKET_UDP, AF_INET, SOCK_DGRAM, true, "127.0.0.1", 0}},
  };
  const char *name = options->kind != NULL ? options->kind : standard;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(known[i].name, name) != 0) continue;
    struct transport transport = known[i].transport;
    if (options->address != NULL) transport.address = options->address;
    if (transport.address != NULL && strcmp(transport.address, "own") == 0) {
      transport.address = own_address(transport.family);
    }
    return transport;
  }
  errno = EINVAL;
  die(name);
}

struct address address_at(const char *text, uint16_t port) {
  struct address address = {0};
  if (strchr(text, ':') != NULL) {
    address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) != 1) die(text);
    address.length = sizeof address.v6;
  } else {
    address.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) != 1) die(text);
    address.length = sizeof address.v4;
  }
  return address;
}

struct address address_of(int fd) {
  struct address address = {.length = sizeof address.unix_name};
  if (getsockname(fd, &address.any, &address.length) != 0) die("getsockname");
  return address;
}

uint16_t port_in(const struct address *address) {
  return ntohs(address->any.sa_family == AF_INET ? address->v4.sin_port : address->v6.sin6_port);
}

// The folder of the truth file, as the kernel names it.
static void own_folder(char *folder, size_t size, const struct options *options) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s", options->truth);
  char *name = strrchr(path, '/');
  if (name == NULL) die("the truth file's path must be absolute");
  *name = 0;
  char *resolved = realpath(path, NULL);
  if (resolved == NULL) die("realpath");
  snprintf(folder, size, "%s", resolved);
  free(resolved);
}

void name_bind(int fd, const struct options *options, const char *form) {
  static int number;
  struct address address = {.unix_name.sun_family = AF_UNIX};
  char *name = address.unix_name.sun_path;
  size_t length = 0;
  char folder[PATH_MAX / 2], file[64];
  int process = getpid(), serial = number++;
  if (strcmp(form, "path") == 0 || strcmp(form, "relative") == 0) {
    own_folder(folder, sizeof folder, options);
    snprintf(file, sizeof file, "socket-%d-%d", process, serial);
    if (form[0] == 'r' && chdir(folder) != 0) die("chdir");
    // A relative name is only as good as the folder it was bound in.
    int printed = form[0] == 'r' ? snprintf(name, sizeof address.unix_name.sun_path, "%s", file)
                                 : snprintf(name, sizeof address.unix_name.sun_path, "%s/%s", folder, file);
    if (printed >= (int)sizeof address.unix_name.sun_path) die("the truth file's path is too long");
    length = (size_t)printed + 1;
  } else if (strcmp(form, "abstract") == 0) {
    length = (size_t)sprintf(name + 1, "ipc-actor-%d-%d", process, serial) + 1;
  } else if (strcmp(form, "nul") == 0) {
    // NUL bytes inside and at the end belong to the name.
    length = (size_t)sprintf(name + 1, "ipc-actor%c%d%c-%d%c", 0, process, 0, serial, 0) + 1;
  } else if (strcmp(form, "auto") != 0) {
    die("an unknown form of name");
  }
  address.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  socket_bind(fd, &address);
}

void name_unlink(int fd) {
  struct end end = end_of(fd);
  if (end.kind <= SOCKET_UNIX_SEQPACKET && end.name[0] == '/') unlink(end.name);
}
