// POSIX message queues: priorities, room, what lies there before and after.
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SENDERS = 4, RECEIVERS = 2, GATE_SENT = 30 };

static mqd_t queue;
static char name[64];
static uint64_t inode;

static void queue_open(long room, long size) {
  struct mq_attr attributes = {.mq_maxmsg = room, .mq_msgsize = size};
  snprintf(name, sizeof name, "/ipc-actor-%d", getpid());
  queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  if (queue == (mqd_t)-1) die("mq_open");
  // Nobody else is to find it, and it goes with its last descriptor.
  if (mq_unlink(name) != 0) die("mq_unlink");
  inode = channel_of(queue, "").inode;
}

static void tell_message(struct party source, const void *bytes, size_t count, unsigned priority) {
  const struct other_truth truth = {
      .type = "mqueue", .source = source, .destination = party_self(), .bytes = bytes, .count = count};
  truth_other(&truth, "\"name\":\"%s\",\"count\":%zu,\"priority\":%u,\"queue_inode\":%" PRIu64, name, count, priority,
              inode);
}

static void tell_unread_message(struct party source, size_t count, unsigned priority) {
  const struct other_truth truth = {
      .type = "mqueue", .source = source, .destination = UNKNOWN_PARTY, .count = count, .undelivered = true};
  truth_other(&truth, "\"name\":\"%s\",\"count\":%zu,\"priority\":%u,\"queue_inode\":%" PRIu64, name, count, priority,
              inode);
}

static void put(const char *text, unsigned priority) {
  if (mq_send(queue, text, strlen(text), priority) != 0) die("mq_send");
}

static void take(struct party source, const char *text, unsigned priority) {
  char bytes[8192];
  unsigned got;
  ssize_t count = mq_receive(queue, bytes, sizeof bytes, &got);
  if (count != (ssize_t)strlen(text) || memcmp(bytes, text, (size_t)count) != 0 || got != priority) die("mq_receive");
  tell_message(source, bytes, (size_t)count, priority);
}

static void put_some(void *context) {
  (void)context;
  put("one", 1);
  put("five", 5);
  put("three", 3);
  put("five, too", 5);
  put("", 0);
}

static void priorities(const struct options *options) {
  (void)options;
  queue_open(10, 8192);
  pid_t pid = process_start(put_some, NULL);
  process_reap(pid);
  struct party sender = party_of_process(pid);
  take(sender, "five", 5);
  take(sender, "five, too", 5);
  take(sender, "three", 3);
  take(sender, "one", 1);
  take(sender, "", 0);
}

// Who does not ask for the priority is told it all the same.
static void unasked(const struct options *options) {
  (void)options;
  queue_open(10, 8192);
  pid_t pid = process_start(put_some, NULL);
  process_reap(pid);
  static const unsigned expected[] = {5, 5, 3, 1, 0};
  char bytes[8192];
  for (int i = 0; i < 5; i++) {
    ssize_t count = mq_receive(queue, bytes, sizeof bytes, NULL);
    if (count < 0) die("mq_receive");
    tell_message(party_of_process(pid), bytes, (size_t)count, expected[i]);
  }
}

static void full(const struct options *options) {
  (void)options;
  queue_open(2, 8192);
  pid_t pid = process_start(put_some, NULL);
  await_sleep(pid);
  struct party sender = party_of_process(pid);
  take(sender, "five", 5);
  // Each makes room for the next, which the sender puts in when it goes on.
  await_sleep(pid);
  take(sender, "three", 3);
  await_sleep(pid);
  take(sender, "five, too", 5);
  process_reap(pid);
  take(sender, "one", 1);
  take(sender, "", 0);
}

static void wait_and_take(void *context) { take(*(struct party *)context, "at last", 7); }

static void waiting(const struct options *options) {
  (void)options;
  queue_open(2, 8192);
  struct party self = party_self();
  pid_t pid = process_start(wait_and_take, &self);
  await_sleep(pid);
  put("at last", 7);
  process_reap(pid);
}

static void unread(const struct options *options) {
  (void)options;
  queue_open(10, 8192);
  put("read", 2);
  put("not read", 1);
  put("nor this", 1);
  take(party_self(), "read", 2);
  tell_unread_message(party_self(), 8, 1);
  tell_unread_message(party_self(), 8, 1);
}

static void failing(const struct options *options) {
  (void)options;
  queue_open(1, 16);
  char bytes[16];
  struct timespec past = {1, 0};
  if (mq_timedreceive(queue, bytes, sizeof bytes, NULL, &past) >= 0 || errno != ETIMEDOUT) die("receiving nothing");
  if (mq_send(queue, "more than there is room for", 27, 0) == 0 || errno != EMSGSIZE) die("too long a message");
  put("kept", 0);
  if (mq_receive(queue, bytes, 8, NULL) >= 0 || errno != EMSGSIZE) die("too little room");
  if (mq_timedsend(queue, "no room", 7, 0, &past) == 0 || errno != ETIMEDOUT) die("a full queue");
  ssize_t count = mq_receive(queue, bytes, sizeof bytes, NULL);
  if (count != 4) die("mq_receive");
  tell_message(party_self(), bytes, 4, 0);
}

static void put_alike(void *context) {
  (void)context;
  put("the same", 4);
}

// What is alike comes out in the order in which it went in.
static void alike(const struct options *options) {
  (void)options;
  queue_open(10, 8192);
  struct party senders[6];
  for (int i = 0; i < 6; i++) {
    pid_t pid = process_start(put_alike, NULL);
    process_reap(pid);
    senders[i] = party_of_process(pid);
  }
  for (int i = 0; i < 6; i++) take(senders[i], "the same", 4);
}

static void before(const struct options *options) {
  queue_open(10, 8192);
  put("before", 3);
  put("before, too", 3);
  announce(options, &(pid_t){getpid()}, 1);
  wait_for_file(options->wait_for);
  put("after", 3);
  char bytes[8192];
  for (int i = 0; i < 2; i++) {
    ssize_t count = mq_receive(queue, bytes, sizeof bytes, NULL);
    if (count < 0) die("mq_receive");
    const struct other_truth truth = {.type = "mqueue", .source = party_self(), .destination = party_self(),
                                      .bytes = bytes, .count = (size_t)count, .source_unobserved = true};
    truth_other(&truth, "\"name\":\"%s\",\"count\":%zd,\"queue_inode\":%" PRIu64, name, count, inode);
  }
  take(party_self(), "after", 3);
}

static long each;

static void put_many(void *context) {
  (void)context;
  uint32_t number = party_register(party_self());
  char bytes[200];
  for (uint32_t i = 0; i < each; i++) {
    size_t size = 32 + (i * 7 + number * 13) % 160;
    payload_fill(bytes, size, number, i);
    if (mq_send(queue, bytes, size, (i * 5 + number) % 4) != 0) die("mq_send");
  }
}

static void take_many(void *context) {
  (void)context;
  char bytes[8192];
  for (long i = 0; i < each * SENDERS / RECEIVERS; i++) {
    unsigned priority;
    ssize_t count = mq_receive(queue, bytes, sizeof bytes, &priority);
    if (count < PAYLOAD_HEAD) die("mq_receive");
    uint32_t head[4];
    memcpy(head, bytes, sizeof head);
    tell_message(party_of(head[1]), bytes, (size_t)count, priority);
  }
}

static void crowd(const struct options *options) {
  each = or_default(options->count, 500);
  queue_open(10, 8192);
  pid_t pids[SENDERS + RECEIVERS];
  for (int i = 0; i < RECEIVERS; i++) pids[SENDERS + i] = process_start(take_many, NULL);
  for (int i = 0; i < SENDERS; i++) pids[i] = process_start(put_many, NULL);
  for (int i = 0; i < SENDERS + RECEIVERS; i++) process_reap(pids[i]);
}

const struct scenario MQUEUE_SCENARIOS[] = {
    {"mq-priorities", priorities}, {"mq-unasked", unasked}, {"mq-full", full},   {"mq-waiting", waiting},
    {"mq-unread", unread},         {"mq-failing", failing}, {"mq-alike", alike}, {"mq-before", before},
    {"mq-crowd", crowd},           {NULL, NULL},
};
