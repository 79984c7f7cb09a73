/*
 * What Swift cannot reach: what a process is started with, fork(2), signalfd(2), epoll(7), and the calls that change what
 * a process may do; and what a crash has to leave in order: a terminal.
 */
#ifndef PROCESS_SHIMS_H
#define PROCESS_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>
#include <termios.h>

/*
 * The arguments that the system has handed to this process, as main(3) has them; Swift takes its own from
 * /proc/self/cmdline, which need not be there. Valid as long as the process is.
 */
char *const *process_arguments(int *count);

/*
 * Raises the limit of open files (RLIMIT_NOFILE) as far as this process may; a traced command gets the one from before.
 * Returns the limit that there is now, or 0 if it cannot be known.
 */
uint64_t process_raise_open_file_limit(void);

struct process_launch {
  pid_t pid;
  int gate;   /* writing a byte lets the command be executed; closing it ends the child */
  int report; /* tells why there is no command as a process_failure; end of file if it was executed */
};

/* Whom a command runs as. */
struct process_identity {
  uid_t uid;
  gid_t gid;
  const gid_t *groups; /* supplementary groups */
  size_t group_count;
  const char *name; /* becomes USER and LOGNAME */
  const char *home; /* becomes HOME */
};

/* Why a command was not executed. */
struct process_failure {
  int error;             /* errno */
  int is_about_identity; /* it could not become that user; otherwise exec failed */
};

/*
 * Forks a child that waits at the gate, becomes `identity` unless that is NULL, and then executes arguments[0], looked
 * up in PATH, with the signal mask and dispositions of a fresh program, and the limit of open files that ipcdump was
 * started with. Capabilities that a program would inherit from ipcdump are given up. Returns 0, or the errno of a failed call.
 */
int process_launch_command(char *const arguments[], const struct process_identity *identity,
                           struct process_launch *launch);

/* Makes this process the parent of descendants that lose theirs (PR_SET_CHILD_SUBREAPER). */
void process_adopt_orphans(void);

struct process_output {
  int descriptor;
  int is_new;     /* the file has been made */
  int is_planted; /* it was refused: another user has put a link or a file there */
};

/*
 * Opens a file for writing, made with mode 0600 if it is not there, and never emptied. In a folder that everybody may
 * write to, a link or a file is taken only if it belongs to this process's user, to root, to the folder's owner or to
 * `caller` (-1 for nobody): the rule of fs.protected_symlinks and fs.protected_regular (proc_sys_fs(5)), whatever the
 * system has set, and with all links on the way. Unless it `waits` for the reader of a FIFO, that is ENXIO. Returns 0, or
 * an errno.
 */
int process_open_output(const char *path, int waits, uid_t caller, struct process_output *output);

/*
 * Puts all capabilities aside, and makes all effective again that have been put aside (capabilities(7): permitted ones).
 * Return 0, or the errno of a failed call.
 */
int process_lower_capabilities(void);
int process_raise_capabilities(void);

/* Lets root become a user without groups, whose number is the group's, too. Returns 0, or the errno of a failed call. */
int process_become_nobody(uid_t nobody);

/*
 * Gives up every capability but those of `kept` (bits by number, capabilities(7)), and for good: nothing that this
 * process executes can bring one back. Returns 0, or the errno of a failed call.
 */
int process_keep_capabilities(uint64_t kept);

/*
 * Blocks the given signals and returns a non-blocking descriptor that tells them, or a negative errno. SIGPIPE ends the
 * process from now on.
 */
int process_watch_signals(const int *numbers, int count);

struct process_signal {
  int number;
  int is_from_process; /* sent by a process, as opposed to the terminal or the kernel */
};

/* Takes the next signal; returns 0 if there is none. */
int process_next_signal(int watch, struct process_signal *signal);

/*
 * Takes a terminal over: what is typed comes at once and is not shown. Should this process crash, `farewell` is written
 * there and the terminal is as before. Returns 0, or an errno.
 */
int process_take_terminal(int descriptor, const char *farewell, size_t length);

/* Says farewell to that terminal and makes it as it was; does nothing if none is taken over. */
void process_give_terminal_back(void);

/*
 * Forks a process that answers questions of this one, each at an end of a pair of sockets. Returns its pid, 0 in the new
 * process, or a negative errno.
 */
pid_t process_fork_companion(int *channel);

/*
 * Finds what a path leads to with `root` as its root, also for links in it (openat2(2)). Returns a descriptor that names it and
 * nothing else (O_PATH), or -1.
 */
int process_open_below(int root, const char *path);

/* Talks to a server and writes down what is worth knowing. */
typedef void process_talk(int server, int answer);

/*
 * Lets a child that has no rights (the user nobody, no capabilities, no other descriptors) talk to the server at a unix
 * socket, which this process connects it to.
 *
 * - timeout: milliseconds after which the child is ended.
 * - answer, room: where what it has written is put.
 *
 * Returns how many bytes these are, or -1 if there is no such server.
 */
int process_ask(const char *path, process_talk *talk, int timeout, void *answer, size_t room);

#endif
