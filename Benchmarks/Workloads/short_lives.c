// Pipes and processes that do not live long. One count is a pipe, or a process.
#include "workload.h"

#include <stdio.h>
#include <unistd.h>

struct child {
  struct amount amount;
  int ends[2];
};

static void say(void *context) {
  struct child *child = context;
  write_all(child->ends[1], allocate(child->amount.size), child->amount.size);
}

// As a shell makes a pipeline: the program that is executed says one line.
static void execute(void *context) {
  struct child *child = context;
  dup2(child->ends[1], STDOUT_FILENO);
  close(child->ends[0]);
  close(child->ends[1]);
  execl("/bin/echo", "echo", "a line that a shell reads", NULL);
  die("/bin/echo");
}

static void run(struct amount amount, bool shares_pipe, void (*body)(void *context)) {
  struct child child = {.amount = amount};
  unsigned char buffer[4096];
  uint64_t reads = 0, bytes = 0;
  if (shares_pipe && pipe(child.ends)) die("pipe");
  board_start(1);
  for (long i = 0; i < amount.count; i++) {
    if (!shares_pipe && pipe(child.ends)) die("pipe");
    pid_t pid = start(body, &child);
    if (!shares_pipe) close(child.ends[1]);
    ssize_t count = read(child.ends[0], buffer, sizeof buffer);
    if (count <= 0) die("read");
    reads++;
    bytes += (uint64_t)count;
    if (!shares_pipe) close(child.ends[0]);
    reap(pid);
  }
  board_stop(reads, bytes);
}

static void churn(struct amount amount) { run(amount, false, execute); }

static void processes(struct amount amount) { run(amount, true, say); }

static void short_pipes(struct amount amount) {
  void *message = allocate(amount.size);
  board_start(1);
  for (long i = 0; i < amount.count; i++) {
    int ends[2];
    if (pipe(ends)) die("pipe");
    write_all(ends[1], message, amount.size);
    read_all(ends[0], message, amount.size);
    close(ends[0]);
    close(ends[1]);
  }
  board_stop((uint64_t)amount.count, (uint64_t)amount.count * amount.size);
}

const struct workload SHORT_LIFE_WORKLOADS[] = {
    {"churn", churn, 1000, 1},
    {"processes", processes, 100000, 64},
    {"pipes", short_pipes, 1000000, 64},
    {NULL, NULL, 0, 0},
};
