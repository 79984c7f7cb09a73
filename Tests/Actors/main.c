// ipc-actor SCENARIO --truth FILE [options]: performs known interprocess communication and tells what it was.
#include "actor.h"
#include "player.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct scenario *const FAMILIES[] = {
    PIPE_SCENARIOS,           PIPE_PASSING_SCENARIOS,  PIPE_CONCURRENT_SCENARIOS, PIPE_SPECIAL_SCENARIOS,
    PIPE_COMPAT_SCENARIOS,    PIPE_SPLICE_SCENARIOS,   SIGNAL_SCENARIOS,          SIGNAL_RESULT_SCENARIOS,
    SOCKET_SCENARIOS,         SOCKET_CALL_SCENARIOS,   SOCKET_SHARED_SCENARIOS,   SOCKET_STREAM_SCENARIOS,
    SOCKET_MESSAGE_SCENARIOS, SOCKET_SERVER_SCENARIOS, SOCKET_SPLICE_SCENARIOS,   SOCKET_COMPAT_SCENARIOS,
    SOCKET_LATE_SCENARIOS,    UNIX_DGRAM_SCENARIOS,    UNIX_PASSING_SCENARIOS,    TCP_SCENARIOS,
    UDP_SCENARIOS,            SOCKET_LOAD_SCENARIOS,   LOAD_SCENARIOS,
    TERMINAL_SCENARIOS,       WHOLE_SCENARIOS,         UNREADABLE_SCENARIOS,      TERMINAL_READER_SCENARIOS,
    TERMINAL_LOAD_SCENARIOS,
    SPLICE_ROUTE_SCENARIOS,   SPLICE_FILE_SCENARIOS,   URING_SCENARIOS,           URING_SPECIAL_SCENARIOS,
    FAULT_OVERRUN_SCENARIOS,  FAULT_OBJECTS_SCENARIOS, FAULT_REUSE_SCENARIOS,     FAULT_CROWD_SCENARIOS,
    NAME_SCENARIOS,           WAITING_SCENARIOS,
    WAITING_SET_SCENARIOS,    UNREAD_SCENARIOS,        LIFE_SCENARIOS,           LIFE_SIGNAL_SCENARIOS,
    ACCESS_SCENARIOS,         EVENTFD_SCENARIOS,       MQUEUE_SCENARIOS,         SYSV_MSG_SCENARIOS,
    SYSV_SEM_SCENARIOS,       SHARED_MEMORY_SCENARIOS, FUTEX_SCENARIOS,
    NETLINK_SCENARIOS,        VSOCK_SCENARIOS,
};
enum { FAMILY_COUNT = sizeof FAMILIES / sizeof FAMILIES[0] };

static const struct scenario *find(const char *name) {
  for (size_t family = 0; family < FAMILY_COUNT; family++) {
    for (const struct scenario *each = FAMILIES[family]; each->name != NULL; each++) {
      if (strcmp(each->name, name) == 0) return each;
    }
  }
  return NULL;
}

static int list(void) {
  for (size_t family = 0; family < FAMILY_COUNT; family++) {
    for (const struct scenario *each = FAMILIES[family]; each->name != NULL; each++) puts(each->name);
  }
  return 0;
}

static int usage(void) {
  fputs("usage: ipc-actor SCENARIO --truth FILE [--size N] [--count N] [--writers N] [--readers N] [--ms N]\n"
        "                 [--resize] [--vector] [--wait-for FILE] [--ready FILE]\n"
        "                 [--kind KIND] [--to KIND] [--mode MODE] [--name FORM] [--address ADDRESS]\n"
        "       ipc-actor --list\n"
        "       ipc-actor --play PLAN --into FOLDER [--seconds N] [--late EVENTS]\n",
        stderr);
  return 64;
}

static long number(const char *text) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || *end != 0 || end == text || value < 0) exit(usage());
  return value;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--play") == 0) return player_run(argc, argv);
  static const struct option long_options[] = {
      {"truth", 1, NULL, 't'},  {"wait-for", 1, NULL, 'g'}, {"ready", 1, NULL, 'y'},
      {"helper", 1, NULL, 'h'}, {"size", 1, NULL, 's'},     {"count", 1, NULL, 'c'},
      {"writers", 1, NULL, 'w'}, {"readers", 1, NULL, 'r'}, {"ms", 1, NULL, 'm'},
      {"fd", 1, NULL, 'f'},     {"arena", 1, NULL, 'a'},    {"resize", 0, NULL, 'z'},
      {"kind", 1, NULL, 'k'},   {"name", 1, NULL, 'n'},     {"address", 1, NULL, 'd'},
      {"vector", 0, NULL, 'v'}, {"list", 0, NULL, 'l'},     {"mode", 1, NULL, 'o'},      {"to", 1, NULL, 'e'},
      {NULL, 0, NULL, 0},
  };
  struct options options = {
      .size = -1, .count = -1, .writers = -1, .readers = -1, .milliseconds = -1, .fd = -1};
  long arena = -1;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
      case 't': options.truth = optarg; break;
      case 'g': options.wait_for = optarg; break;
      case 'y': options.ready = optarg; break;
      case 'h': options.helper = optarg; break;
      case 's': options.size = number(optarg); break;
      case 'c': options.count = number(optarg); break;
      case 'w': options.writers = number(optarg); break;
      case 'r': options.readers = number(optarg); break;
      case 'm': options.milliseconds = number(optarg); break;
      case 'f': options.fd = number(optarg); break;
      case 'a': arena = number(optarg); break;
      case 'k': options.kind = optarg; break;
      case 'e': options.to = optarg; break;
      case 'o': options.mode = optarg; break;
      case 'n': options.name = optarg; break;
      case 'd': options.address = optarg; break;
      case 'z': options.resize = true; break;
      case 'v': options.vector = true; break;
      case 'l': return list();
      default: return usage();
    }
  }
  if (readlink("/proc/self/exe", options.program, sizeof options.program - 1) < 0) die("readlink");
  if (options.helper != NULL) {
    arena_adopt((int)arena);
    return helper_run(&options);
  }
  const struct scenario *scenario = optind + 1 == argc ? find(argv[optind]) : NULL;
  if (scenario == NULL || options.truth == NULL) return usage();
  arena_create();
  scenario->run(&options);
  truth_write(options.truth);
  return 0;
}
