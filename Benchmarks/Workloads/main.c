// ipc-load WORKLOAD [--count N] [--size N] [--report FILE]: performs a fixed amount of work and tells how long it took.
#include "workload.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct workload *const FAMILIES[] = {
    ROUND_TRIP_WORKLOADS, STREAM_WORKLOADS, BYSTANDER_WORKLOADS, CROWD_WORKLOADS, SHORT_LIFE_WORKLOADS, MESSAGE_WORKLOADS,
};
enum { FAMILY_COUNT = sizeof FAMILIES / sizeof FAMILIES[0] };

static const struct workload *find(const char *name) {
  for (size_t family = 0; family < FAMILY_COUNT; family++) {
    for (const struct workload *each = FAMILIES[family]; each->name != NULL; each++) {
      if (strcmp(each->name, name) == 0) return each;
    }
  }
  return NULL;
}

static int usage(void) {
  fputs("usage: ipc-load WORKLOAD [--count N] [--size N] [--report FILE]\nworkloads:", stderr);
  for (size_t family = 0; family < FAMILY_COUNT; family++) {
    for (const struct workload *each = FAMILIES[family]; each->name != NULL; each++) {
      fprintf(stderr, " %s", each->name);
    }
  }
  fputs("\n", stderr);
  return 64;
}

static long number(const char *text) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || *end != 0 || end == text || value < 1) exit(usage());
  return value;
}

static uint64_t user_nanoseconds(int who) {
  struct rusage usage;
  if (getrusage(who, &usage)) die("getrusage");
  return (uint64_t)usage.ru_utime.tv_sec * 1000000000u + (uint64_t)usage.ru_utime.tv_usec * 1000u;
}

static void report(const char *path, long count) {
  struct result result = board_result();
  FILE *file = path == NULL ? stdout : fopen(path, "w");
  if (file == NULL) die(path);
  fprintf(file, "count %ld\nnanoseconds %" PRIu64 "\ncpu %" PRIu64 "\ntransfers %" PRIu64 "\nbytes %" PRIu64 "\nuser %" PRIu64 "\n",
          count, result.nanoseconds, result.cpu, result.transfers, result.bytes,
          user_nanoseconds(RUSAGE_SELF) + user_nanoseconds(RUSAGE_CHILDREN));
  if (fflush(file) || (path != NULL && fclose(file))) die("report");
}

int main(int argc, char **argv) {
  static const struct option long_options[] = {
      {"count", 1, NULL, 'c'}, {"size", 1, NULL, 's'}, {"report", 1, NULL, 'r'}, {NULL, 0, NULL, 0}};
  const char *report_path = NULL;
  struct amount amount = {0, 0};
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
      case 'c': amount.count = number(optarg); break;
      case 's': amount.size = (size_t)number(optarg); break;
      case 'r': report_path = optarg; break;
      default: return usage();
    }
  }
  const struct workload *workload = optind + 1 == argc ? find(argv[optind]) : NULL;
  if (workload == NULL) return usage();
  if (amount.count == 0) amount.count = workload->count;
  if (amount.size == 0) amount.size = workload->size;
  board_create();
  workload->run(amount);
  report(report_path, amount.count);
  return 0;
}
