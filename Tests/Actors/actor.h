// What all scenarios share: options, processes, pipes, and payload whose writer can be told from its bytes.
#pragma once

#include "arena.h"

struct options {
  const char *truth;     // where the truth is written, a regular file
  const char *wait_for;  // a file whose appearance lets the scenario go on
  const char *ready;     // a file that tells the pids, for filters
  const char *helper;    // the role of a program that a scenario exec'd
  const char *kind;      // of sockets: unix-stream, tcp6, udp-mapped ...
  const char *mode;      // how io_uring is used: plain, async, sqpoll ...
  const char *to;        // kind of the second of two lanes
  const char *name;      // of unix sockets: path, relative, abstract, nul, auto
  const char *address;   // of internet sockets; `own` for one that is not of the loopback device
  char program[512];     // this program's own path
  long size;
  long count;
  long writers;
  long readers;
  long milliseconds;
  long fd;
  bool resize;
  bool vector;
};

struct scenario {
  const char *name;
  void (*run)(const struct options *options);
};

extern const struct scenario PIPE_SCENARIOS[];
extern const struct scenario PIPE_PASSING_SCENARIOS[];
extern const struct scenario PIPE_CONCURRENT_SCENARIOS[];
extern const struct scenario PIPE_SPECIAL_SCENARIOS[];
extern const struct scenario PIPE_COMPAT_SCENARIOS[];
extern const struct scenario PIPE_SPLICE_SCENARIOS[];
extern const struct scenario SOCKET_SCENARIOS[];
extern const struct scenario SOCKET_CALL_SCENARIOS[];
extern const struct scenario SOCKET_SHARED_SCENARIOS[];
extern const struct scenario SOCKET_STREAM_SCENARIOS[];
extern const struct scenario SOCKET_MESSAGE_SCENARIOS[];
extern const struct scenario SOCKET_SERVER_SCENARIOS[];
extern const struct scenario SOCKET_SPLICE_SCENARIOS[];
extern const struct scenario SOCKET_LATE_SCENARIOS[];
extern const struct scenario SOCKET_COMPAT_SCENARIOS[];
extern const struct scenario SOCKET_LOAD_SCENARIOS[];
extern const struct scenario UNIX_DGRAM_SCENARIOS[];
extern const struct scenario UNIX_PASSING_SCENARIOS[];
extern const struct scenario TCP_SCENARIOS[];
extern const struct scenario UDP_SCENARIOS[];
extern const struct scenario SIGNAL_SCENARIOS[];
extern const struct scenario SIGNAL_RESULT_SCENARIOS[];
extern const struct scenario TERMINAL_SCENARIOS[];
extern const struct scenario TERMINAL_READER_SCENARIOS[];
extern const struct scenario TERMINAL_LOAD_SCENARIOS[];
extern const struct scenario ACCESS_SCENARIOS[];
extern const struct scenario EVENTFD_SCENARIOS[];
extern const struct scenario MQUEUE_SCENARIOS[];
extern const struct scenario SYSV_MSG_SCENARIOS[];
extern const struct scenario SYSV_SEM_SCENARIOS[];
extern const struct scenario SHARED_MEMORY_SCENARIOS[];
extern const struct scenario FUTEX_SCENARIOS[];
extern const struct scenario NETLINK_SCENARIOS[];
extern const struct scenario VSOCK_SCENARIOS[];
extern const struct scenario WHOLE_SCENARIOS[];
extern const struct scenario UNREAD_SCENARIOS[];
extern const struct scenario UNREADABLE_SCENARIOS[];
extern const struct scenario SPLICE_ROUTE_SCENARIOS[];
extern const struct scenario SPLICE_FILE_SCENARIOS[];
extern const struct scenario URING_SCENARIOS[];
extern const struct scenario URING_SPECIAL_SCENARIOS[];
extern const struct scenario LOAD_SCENARIOS[];
extern const struct scenario NAME_SCENARIOS[];
extern const struct scenario FAULT_OVERRUN_SCENARIOS[];
extern const struct scenario FAULT_OBJECTS_SCENARIOS[];
extern const struct scenario FAULT_REUSE_SCENARIOS[];
extern const struct scenario FAULT_CROWD_SCENARIOS[];
extern const struct scenario WAITING_SCENARIOS[];
extern const struct scenario WAITING_SET_SCENARIOS[];
extern const struct scenario LIFE_SCENARIOS[];
extern const struct scenario LIFE_SIGNAL_SCENARIOS[];

// Exit statuses of a scenario that could not do its part.
enum { STATUS_BROKEN = 70, STATUS_UNSUPPORTED = 77 };

// Ends a scenario that this kernel or host cannot play, and says why.
_Noreturn void unsupported(const char *what);
_Noreturn void die(const char *what);
// The number given for an option, or the scenario's default when none was.
long or_default(long given, long standard);

typedef void (*process_body)(void *context);
pid_t process_start(process_body body, void *context);
void process_reap(pid_t pid);
void wait_for_file(const char *path);
void sleep_milliseconds(long milliseconds);
// Lists the pids of interest in the file the harness waits for.
void announce(const struct options *options, const pid_t *pids, size_t count);

struct pipe_ends {
  int read_fd;
  int write_fd;
  struct channel channel;
};

struct pipe_ends pipe_open(int flags);
struct channel channel_of(int fd, const char *name);
void close_end(int *fd);

// Payload records: a head that names the writer, then pseudo-random filler; `size` is at least PAYLOAD_HEAD.
enum { PAYLOAD_HEAD = 16 };
void payload_fill(void *buffer, size_t size, uint32_t party, uint32_t sequence);
// A record of `size` bytes from the calling thread, written whole even if it takes several calls.
void payload_send(int fd, size_t size, uint32_t sequence);

void *allocate(size_t size);
void write_whole(int fd, const void *bytes, size_t count);
// One read; 0 at the end of the stream.
size_t read_some(int fd, void *buffer, size_t capacity);

// Tells what one read brought, one event a writer. Reads must end where records end.
void tell_read(const struct channel *channel, const void *bytes, size_t count);
// Reads once, with one known writer.
size_t read_from(const struct pipe_ends *pipe, struct party writer, size_t capacity);
// Reads until the end of the stream: from one known writer, or from writers named by their records.
void drain_from(const struct pipe_ends *pipe, const struct party *writer, size_t capacity);

int activated_run(const struct options *options);
int helper_run(const struct options *options);
