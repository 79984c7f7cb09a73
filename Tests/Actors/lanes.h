// A lane is one way from one process to another, over a pipe or a connected pair of sockets; who uses it takes turns.
#pragma once

#include "sockets.h"

struct lane {
  bool is_pipe;
  bool is_packets;  // messages, rather than a stream
  int in;           // where the sender writes
  int out;          // where the receiver reads
  struct channel channel;
  struct end source;  // of sockets
  struct end destination;
};

struct lane lane_open(const char *kind);
// Room for this many bytes, so that a sender is done before anybody receives; less if that is not allowed.
size_t lane_widen(struct lane *lane, size_t size);
void lane_tell(const struct lane *lane, struct party source, struct party destination, const void *bytes,
               size_t count, enum showing showing);
// What nobody receives.
void lane_tell_unread(const struct lane *lane, struct party source, const void *bytes, size_t count);

// The calling thread's name for itself, with another process's ids.
struct party party_of_process(pid_t pid);

// All processes of a scenario count the turns that were taken; each knows which are its own.
void turn_await(uint32_t turn);
void turn_taken(void);
// Until this thread sleeps in a system call: it has called what it said it would.
void await_sleep(pid_t tid);
