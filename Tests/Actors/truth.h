// One event that a tracer must tell, and how it is printed.
#pragma once

#include "arena.h"

#include <stdio.h>

// Longer contents are told by count and hash.
enum { CONTENT_KEPT = 4096 };

enum truth_kind { TRUTH_PIPE, TRUTH_SOCKET, TRUTH_TERMINAL, TRUTH_SIGNAL, TRUTH_LIFE, TRUTH_OTHER, TRUTH_TOTALS };
enum truth_content { CONTENT_NONE, CONTENT_WHOLE, CONTENT_HASHED };

struct truth {
  enum truth_kind kind;
  struct party source;
  struct party destination;
  struct channel channel;
  uint64_t count;
  uint64_t reads;
  enum showing showing;
  enum truth_content content;
  uint64_t offset;
  uint64_t fnv;
  bool undelivered;
  bool source_unobserved;
  bool destination_inferred;
  struct signal_truth signal;
  struct life_truth life;
  char type[16];  // of another event, and its fields in JSON
  char meta[512];
  struct end ends[2];  // of a socket's transfer: the source's, the destination's
  uint64_t received;
  pid_t session;  // of a pseudoterminal, whose name is the channel's
  bool is_output;
  char fds[1024];
  char creds[64];
};

// One JSON object on a line, with the keys of ipcdump's own JSON.
void truth_print(FILE *file, const struct truth *truth, const unsigned char *contents);
