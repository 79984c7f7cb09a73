/*
 * What Swift cannot reach when it looks at other processes: system calls without a function in glibc, ioctl(2) and
 * fcntl(2), and netlink's structures. Nothing here stops, traces or changes another process.
 */
#ifndef SNAPSHOT_SHIMS_H
#define SNAPSHOT_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads another process's memory; returns how many bytes, or a negative errno. */
ssize_t snapshot_read_memory(pid_t pid, uint64_t address, void *buffer, size_t size);

/* A descriptor for a process; negative errno. */
int snapshot_open_process(pid_t pid);

/* The same open description as that of a process's descriptor, as one of ours (Linux 5.6); negative errno. */
int snapshot_borrow_descriptor(int process, int number);

/* Bytes that are unread in a pipe and that fit; returns 0, or a negative errno. */
int snapshot_pipe_fill(int pipe, uint64_t *unread, uint64_t *capacity);

/* Messages that are in a queue and that fit; returns 0, or a negative errno. */
int snapshot_queue_fill(int queue, uint64_t *unread, uint64_t *capacity);

/* Whether waits to receive, or to send, end by themselves. */
int snapshot_has_timeout(int socket, int sends);

/* Whether two descriptors of two processes are one open description: 1, 0, or a negative errno. */
int snapshot_is_same_file(pid_t one, int number, pid_t other, int other_number);

/* How many semaphores a set has, and their values; negative errno. */
int snapshot_semaphore_values(int set, uint16_t *values, int limit);

/* Who was last to change a semaphore; 0 for nobody, negative errno. */
int snapshot_semaphore_user(int set, int number);

/* Lets this thread run on one CPU, or (negative) wherever it may. Returns 0, or an errno. */
int snapshot_run_on(int cpu);

/* What an open file is. */
struct snapshot_file {
  uint64_t inode;
  uint32_t device_major, device_minor; /* of the file system */
  uint32_t node_major, node_minor;     /* of a device itself */
  uint32_t mode;
};

/* Asks about a name in a folder without waiting for a file server; `follows` a symbolic link. Returns 0, or an errno. */
int snapshot_status(int folder, const char *name, int follows, struct snapshot_file *file);

/* Whether an open file lies in the file system of message queues. */
int snapshot_is_queue(int folder, const char *name);

/*
 * A netlink socket at which all unix sockets of the network namespace of a process have been asked for (0: of our own), or
 * a negative errno.
 */
int snapshot_ask_unix_sockets(pid_t pid);

/* A unix socket, as sock_diag tells it. */
struct snapshot_unix_socket {
  uint32_t inode, peer;
  uint32_t unread, unsent; /* of a listening one: connections that wait, and that fit */
  uint32_t send_limit;
  uint8_t type, state, has_peer;
  uint16_t name_length; /* 0 if it has no name; a NUL at its beginning makes it an abstract one */
  uint16_t pending_count;
  const char *name;
  const uint32_t *pending; /* inodes of the sockets whose connections wait */
};

/*
 * Takes the next piece of the answer into `buffer` and calls `each` for every socket in it; returns 1 if there is more, 0
 * at the end, or a negative errno.
 */
int snapshot_next_unix_sockets(int netlink, void *buffer, size_t size, void *context,
                               void (*each)(void *context, const struct snapshot_unix_socket *socket));

#endif
