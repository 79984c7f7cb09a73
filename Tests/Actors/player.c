#include "player.h"

#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORDS = 32, MOST_LATE = 256, STATUS_TIMEOUT = 124, CANARY = INT_MAX };

struct player {
  const char *folder;
  const char *events;  // of the tracer, if it comes late
  time_t seconds;      // that a scenario may take
  char program[PATH_MAX];
};

struct play {
  int number;
  char *words[MOST_WORDS];
  size_t word_count;
  pid_t pid;
};

static const char *path(const struct player *player, int number, const char *name) {
  static char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%d%s%s", player->folder, number, *name ? "/" : "", name);
  return path;
}

static void add_words(struct play *play, const char *first, const char *second) {
  play->words[play->word_count++] = strdup(first);
  play->words[play->word_count++] = strdup(second);
}

static void mark(int number) {
  if (sigqueue(getpid(), SIGURG, (union sigval){.sival_int = number}) != 0) die("sigqueue");
}

// A process group of its own, so that nothing of it remains.
static void start(const struct player *player, struct play *play) {
  if (mkdir(path(player, play->number, ""), 0755) != 0) die("the folder of a scenario");
  add_words(play, "--truth", path(player, play->number, "truth"));
  if (player->events != NULL) {
    add_words(play, "--ready", path(player, play->number, "ready"));
    add_words(play, "--wait-for", path(player, play->number, "go"));
  }
  play->pid = fork();
  if (play->pid < 0) die("fork");
  if (play->pid > 0) return;
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int printed = open(path(player, play->number, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (printed < 0 || dup2(printed, 1) < 0 || dup2(printed, 2) < 0) die("the output of a scenario");
  close(printed);
  execv(player->program, play->words);
  die(player->program);
}

static struct timespec seconds_from_now(time_t seconds) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  now.tv_sec += seconds;
  return now;
}

// Sleeps until a child ends, at most until then; false if that is over.
static bool child_awaited(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long long left = (end->tv_sec - now.tv_sec) * 1000000000LL + end->tv_nsec - now.tv_nsec;
  if (left <= 0) return false;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigtimedwait(&child, NULL, &(struct timespec){left / 1000000000, left % 1000000000});
  return true;
}

static void finish(const struct player *player, const struct play *play) {
  const struct timespec end = seconds_from_now(player->seconds);
  int status = 0, result = STATUS_TIMEOUT;
  while (waitpid(play->pid, &status, WNOHANG) == 0) {
    if (child_awaited(&end)) continue;
    kill(-play->pid, SIGKILL);
    waitpid(play->pid, NULL, 0);
    status = -1;
    break;
  }
  if (status >= 0) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  // What a scenario that gave up has left.
  kill(-play->pid, SIGKILL);
  FILE *file = fopen(path(player, play->number, "status"), "we");
  if (file == NULL || fprintf(file, "%d\n", result) < 0 || fclose(file) != 0) die("writing a status");
  mark(play->number);
}

static bool next(FILE *plan, const struct player *player, struct play *play) {
  static char line[1024];
  if (fgets(line, sizeof line, plan) == NULL) return false;
  *play = (struct play){.word_count = 1};
  play->words[0] = (char *)player->program;
  char *rest = line, *word = strsep(&rest, " \t\n");
  play->number = atoi(word);
  while ((word = strsep(&rest, " \t\n")) != NULL) {
    if (*word == 0) continue;
    if (play->word_count == MOST_WORDS - 7) die("too many words in a plan");
    play->words[play->word_count++] = strdup(word);
  }
  return play->word_count > 1;
}

static bool exists(const char *path) { return access(path, F_OK) == 0; }

// Halted, or ended because this kernel or host cannot play it.
static pid_t halted(const struct player *player, const struct play *play) {
  const struct timespec end = seconds_from_now(player->seconds);
  siginfo_t ended = {0};
  while (!exists(path(player, play->number, "ready"))) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    waitid(P_PID, (id_t)play->pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid != 0 || now.tv_sec > end.tv_sec) return 0;
    sleep_milliseconds(5);
  }
  FILE *file = fopen(path(player, play->number, "ready"), "re");
  int pid = 0;
  if (file == NULL || fscanf(file, "%d", &pid) != 1) die("reading a pid");
  fclose(file);
  return pid;
}

static void await_tracer(const struct player *player) {
  struct stat status;
  while (stat(player->events, &status) != 0 || status.st_size == 0) {
    mark(CANARY);
    sleep_milliseconds(50);
  }
}

static void tell_pids(const struct player *player, const pid_t *pids, size_t count) {
  char name[PATH_MAX];
  snprintf(name, sizeof name, "%s/pids", player->folder);
  announce(&(struct options){.ready = name}, pids, count);
}

static void play_late(FILE *plan, const struct player *player) {
  static struct play plays[MOST_LATE];
  pid_t pids[MOST_LATE + 1] = {getpid()};
  size_t count = 0, pid_count = 1;
  while (count < MOST_LATE && next(plan, player, &plays[count])) {
    start(player, &plays[count]);
    pid_t pid = halted(player, &plays[count++]);
    if (pid != 0) pids[pid_count++] = pid;
  }
  tell_pids(player, pids, pid_count);
  await_tracer(player);
  for (size_t i = 0; i < count; i++) {
    FILE *go = fopen(path(player, plays[i].number, "go"), "we");
    if (go == NULL) die("letting a scenario go");
    fclose(go);
    finish(player, &plays[i]);
  }
}

int player_run(int argc, char **argv) {
  static const struct option long_options[] = {
      {"play", 1, NULL, 'p'}, {"into", 1, NULL, 'i'}, {"late", 1, NULL, 'l'}, {"seconds", 1, NULL, 's'},
      {NULL, 0, NULL, 0},
  };
  struct player player = {.seconds = 60};
  const char *plan_name = NULL;
  for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
    switch (option) {
      case 'p': plan_name = optarg; break;
      case 'i': player.folder = optarg; break;
      case 'l': player.events = optarg; break;
      case 's': player.seconds = atol(optarg); break;
      default: return 64;
    }
  }
  if (plan_name == NULL || player.folder == NULL) return 64;
  if (readlink("/proc/self/exe", player.program, PATH_MAX - 1) < 0) die("readlink");
  FILE *plan = fopen(plan_name, "re");
  if (plan == NULL) die(plan_name);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  if (player.events != NULL) {
    play_late(plan, &player);
    return 0;
  }
  tell_pids(&player, (pid_t[]){getpid()}, 1);
  for (struct play play; next(plan, &player, &play);) {
    start(&player, &play);
    finish(&player, &play);
  }
  return 0;
}
