#define _GNU_SOURCE
#include "libbpf_shims.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static libbpf_line_handler line_handler;
static unsigned int most_talkative;

/* Verifier logs come as one message of up to megabytes, so the line is allocated. */
static int print(enum libbpf_print_level level, const char *format, va_list arguments) {
  char *line = NULL;
  if (!line_handler || level > most_talkative) return 0;
  int length = vasprintf(&line, format, arguments);
  if (length < 0) return 0;
  line_handler(level, line);
  free(line);
  return length;
}

void libbpf_shims_set_log(unsigned int level, libbpf_line_handler handler) {
  most_talkative = level;
  line_handler = handler;
  libbpf_set_print(handler ? print : NULL);
}
