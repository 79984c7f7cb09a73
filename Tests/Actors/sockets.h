// Sockets of every kind, in connected pairs or behind a listener, and the telling of what goes over them.
#pragma once

#include "actor.h"

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
  union {
    struct sockaddr any;
    struct sockaddr_un unix_name;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  };
  socklen_t length;
};

// What `--kind` and `--address` ask for.
struct transport {
  enum socket_kind kind;
  int family;
  int type;
  bool is_mapped;       // one end is IPv6, the other IPv4
  const char *address;  // of the server, or of both ends
  int multipath;        // which ends ask for Multipath TCP
};

enum { MULTIPATH_CLIENT = 1, MULTIPATH_SERVER = 2 };

struct transport transport_of(const struct options *options, const char *standard);
bool is_stream(enum socket_kind kind);

struct address address_at(const char *text, uint16_t port);
uint16_t port_in(const struct address *address);
struct address address_of(int fd);
int socket_open(int family, int type);
// A socket of TCP's client, or of its server; `flags` as socket(2) takes them beside the type.
int client_socket(const struct transport *transport, int flags);
int server_socket(const struct transport *transport, int flags);
void socket_bind(int fd, const struct address *address);
void socket_connect(int fd, const struct address *address);
void option_set(int fd, int level, int option, int value);
void socket_close(int fd);

// Two connected sockets; the second one is the server's if there is a difference.
struct pair {
  int fds[2];
};

struct pair pair_open(const struct transport *transport);

// A name for a unix socket in one of the forms that `--name` takes; binds it there.
void name_bind(int fd, const struct options *options, const char *form);
// Removes what `name_bind` left in the file system.
void name_unlink(int fd);
int listener_open(const struct options *options, const struct transport *transport);
// A socket that is connected to the listener; `to` has its address.
int client_open(const struct transport *transport, const struct address *to);
int accept_one(int listener);

// The calling thread, by this socket.
struct end end_of(int fd);
// Tells one's own end to the process in the other place, and waits for its.
struct end meet(unsigned place, int fd);
enum { MEETING_GATE = 60 };

void tell(const struct end *source, const struct end *destination, const void *bytes, size_t count);
// A message of `count` bytes, of which the receiver had room for `received`.
void tell_cut(const struct end *source, const struct end *destination, const void *bytes, size_t received,
              size_t count);
void tell_unread(const struct end *source, const struct end *destination, size_t count);
// What came in records, by their heads: one event a sender.
void tell_records(const struct end *destination, const void *bytes, size_t count);

// A record from the end of this number, sent whole in one call.
void send_record(int fd, uint32_t end, size_t size, uint32_t sequence);
// One receive of at most `capacity` bytes, told with this source, or by the records' heads if it is NULL.
size_t receive(int fd, const struct end *source, size_t capacity);
// As many receives as it takes.
void receive_all(int fd, const struct end *source, size_t total, size_t capacity);
// Nothing is there to be received.
void expect_nothing(int fd);
// The stream or connection has come to its end, which is no transfer.
void expect_end(int fd);
