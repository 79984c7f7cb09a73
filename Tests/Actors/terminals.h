// Pseudoterminals between a display, which holds the master, and a program, which holds the slave.
#pragma once

#include "actor.h"

struct terminal {
  int master;
  int slave;
  char name[32];  // as it is told: pts/3
};

// Raw, so that bytes come as they were written; or cooked, with lines, echo and CR LF.
struct terminal terminal_open(bool is_raw);
// Makes the calling process the leader of a new session, which the terminal controls; gives the session's id.
pid_t terminal_lead(const struct terminal *terminal);
// Exactly so many bytes, in as many reads as it takes.
void read_fully(int fd, void *buffer, size_t count);
// Reads this text and nothing else.
void expect_text(int fd, const char *text);

enum way { BY_WRITE, BY_WRITEV, BY_SENDFILE, BY_SPLICE };

// One write to one end, and what comes of it.
struct turn {
  bool is_output;
  const char *text;  // as it is written
  const char *seen;  // as it is read at the other end; NULL if that is the same, "" if it is not read yet
  const char *echo;  // what the terminal itself shows of it; NULL if nothing
  enum way way;
};

// One side of a conversation; each turn ends when its bytes were read at the other end.
struct conversation {
  const struct terminal *terminal;
  const struct turn *turns;
  uint32_t count;
  pid_t session;   // that the terminal controls
  int program_fd;  // of the slave, or another way to it
  struct party display;
  struct party program;
};

void converse_as_display(const struct conversation *conversation);
void converse_as_program(const struct conversation *conversation);
// Writes in this way, without waiting for anybody.
void write_by(int fd, enum way way, const char *text, size_t count);
