// The memory all processes of a scenario share: what really happened (the truth) and the gates they wait at.
// Nothing here uses a pipe, a socket or a signal, so telling the truth adds no traffic to what is traced.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One end of a transfer: a thread, with the name it bore at that moment.
struct party {
  int32_t pid;
  int32_t tid;
  char comm[16];    // of the process, which is that of its first thread
  char thread[16];  // of the thread, if that is another one; else empty
};

extern const struct party UNKNOWN_PARTY;

struct channel {
  uint64_t inode;
  char name[160];
};

enum socket_kind {
  SOCKET_UNIX_STREAM,
  SOCKET_UNIX_DGRAM,
  SOCKET_UNIX_SEQPACKET,
  SOCKET_TCP,
  SOCKET_UDP,
};

// How much of a transfer's bytes a tracer tells.
enum showing {
  SHOWN_WHOLE,
  SHOWN_NEVER,    // no process's buffer held them where they could be read
  SHOWN_PERHAPS,  // whole, or not at all for that reason
  SHOWN_IN_PART,  // as far as the receiver's memory was still there
};

// One end of a transfer over a socket.
struct end {
  struct party party;
  enum socket_kind kind;
  uint16_t port;
  uint64_t inode;      // 0 if no such socket is known
  size_t name_length;  // of a unix socket's name as it is shown; 0 if it has none
  char name[232];      // that, or an internet address
};

// A transfer over a socket, from the sender's end to the receiver's.
struct socket_transfer {
  struct end source;
  struct end destination;
  const void *bytes;  // those that the receiver got; NULL if no process saw them
  size_t received;
  size_t count;  // more than `received` if a message did not fit the receiver's buffer
  const char *fds;
  const char *creds;
  bool undelivered;
  bool source_unobserved;
  enum showing showing;
};

// What was written to one end of a pseudoterminal, as it was written.
struct terminal_transfer {
  const char *name;  // pts/3
  pid_t session;     // that it controls; 0 if none
  bool is_output;    // from the slave to the master
  struct party source;
  struct party destination;
  bool destination_inferred;  // nobody has read it
  const void *bytes;
  size_t count;
  enum showing showing;
};

enum signal_result { SIGNAL_DELIVERED, SIGNAL_IGNORED, SIGNAL_PENDING, SIGNAL_OVERFLOW };

struct signal_truth {
  int num;
  int code;
  bool has_value;
  int value;
  bool to_thread;
  enum signal_result result;
};

// What was done with an end of a channel, or a signal that no process has sent, or that was refused.
struct life_truth {
  const char *type;   // of the channel
  const char *op;     // NULL for a signal
  const char *how;    // NULL if that means nothing
  const char *error;  // NULL if nothing has failed
  int num;            // of a signal
  const char *code;
};

void arena_create(void);
void arena_adopt(int fd);
int arena_fd(void);

struct party party_self(void);
// Makes a party known to all processes; the number travels in the payload.
uint32_t party_register(struct party party);
struct party party_of(uint32_t number);

// Likewise for ends; a number can also be given an end only later.
uint32_t end_register(struct end end);
void end_replace(uint32_t number, struct end end);
struct end end_of_number(uint32_t number);

// Gates are counters that only grow; whoever waits sleeps on a futex until one is high enough.
enum { GATE_COUNT = 64 };
void gate_add(unsigned gate, uint32_t amount);
void gate_await(unsigned gate, uint32_t at_least);
// A place for one number that other processes need (a pid, for example).
void slot_set(unsigned slot, int64_t value);
int64_t slot_get(unsigned slot);

// Without bytes, only the ends and the count are told.
void truth_pipe(const struct channel *channel, struct party source, struct party destination,
                const void *bytes, size_t count);
void truth_pipe_shown(const struct channel *channel, struct party source, struct party destination,
                      const void *bytes, size_t count, enum showing showing);
// Bytes that nobody will read.
void truth_unread(const struct channel *channel, struct party source, size_t count);
// The same, if all of them are told.
void truth_unread_shown(const struct channel *channel, struct party source, const void *bytes, size_t count);
// Bytes whose writer a tracer that came later can only infer, or not know at all.
void truth_unobserved(const struct channel *channel, struct party source, struct party destination,
                      const void *bytes, size_t count);
void truth_socket(const struct socket_transfer *transfer);
void truth_terminal(const struct terminal_transfer *transfer);
// An event of any other type, whose fields are given as the members of its JSON object; without bytes, only the fields
// are told.
struct other_truth {
  const char *type;
  struct party source;
  struct party destination;
  const void *bytes;
  size_t count;
  bool undelivered;
  bool source_unobserved;
};
__attribute__((format(printf, 2, 3))) void truth_other(const struct other_truth *other, const char *meta, ...);
void truth_signal(struct party source, struct party destination, const struct signal_truth *signal);
// Words are literals, which all processes have at one place.
void truth_life(struct party source, struct party destination, const struct life_truth *life);
// Only how much went through, for traffic too heavy to list.
void truth_totals(const struct channel *channel, uint64_t reads, uint64_t bytes);
void truth_write(const char *path);
