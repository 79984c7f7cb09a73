#define _GNU_SOURCE
#include "process_shims.h"

#include "inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

static int argument_count;
static char *const *argument_list;

/*
 * Occupies those of the descriptors 0 to 2 that are closed. The next file that is opened would get their numbers, and
 * with them what is written to standard error. Reading and writing fail there as before (O_PATH), and a command has them
 * closed again.
 */
static void occupy_standard_descriptors(void) {
  for (int number = 0; number <= 2; number++)
    if (fcntl(number, F_GETFD) < 0 && errno == EBADF) open("/", O_PATH | O_CLOEXEC);
}

/* glibc hands main's arguments to constructors (elf/dl-init.c, csu/libc-start.c). Nothing has been opened yet. */
__attribute__((constructor)) static void start(int count, char *values[]) {
  argument_count = count;
  argument_list = values;
  occupy_standard_descriptors();
}

char *const *process_arguments(int *count) {
  *count = argument_count;
  return argument_list;
}

static struct rlimit first_limit;
static int is_raised;

uint64_t process_raise_open_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return 0;
  if (limit.rlim_cur == limit.rlim_max) return limit.rlim_cur;
  first_limit = limit;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit)) return first_limit.rlim_cur;
  is_raised = 1;
  return limit.rlim_cur;
}

void process_restore_open_file_limit(void) {
  if (is_raised) setrlimit(RLIMIT_NOFILE, &first_limit);
}
