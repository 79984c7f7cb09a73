// SysV message queues: types, room, removal.
#include "i386.h"
#include "lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

enum { SENDERS = 4, RECEIVERS = 2 };

struct message {
  long type;
  char bytes[8192];
};

static int queue;
static char key_text[16];

static void queue_open(bool is_private) {
  key_t key = is_private ? IPC_PRIVATE : 0x49000000 | getpid();
  queue = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
  if (queue < 0) die("msgget");
  snprintf(key_text, sizeof key_text, is_private ? "private" : "0x%08x", (unsigned)key);
}

static void queue_remove(void) {
  if (msgctl(queue, IPC_RMID, NULL) != 0) die("IPC_RMID");
}

static void tell_cut_message(struct party source, long type, const void *bytes, size_t count, size_t whole) {
  const struct other_truth truth = {
      .type = "sysv-msg", .source = source, .destination = party_self(), .bytes = bytes, .count = count};
  char received[32] = "";
  if (count < whole) snprintf(received, sizeof received, ",\"received\":%zu", count);
  truth_other(&truth, "\"key\":\"%s\",\"id\":%d,\"mtype\":%ld,\"count\":%zu%s", key_text, queue, type, whole, received);
}

static void tell_message(struct party source, long type, const void *bytes, size_t count) {
  tell_cut_message(source, type, bytes, count, count);
}

static void tell_unread_message(struct party source, long type, size_t count) {
  const struct other_truth truth = {
      .type = "sysv-msg", .source = source, .destination = UNKNOWN_PARTY, .count = count, .undelivered = true};
  truth_other(&truth, "\"key\":\"%s\",\"id\":%d,\"mtype\":%ld,\"count\":%zu", key_text, queue, type, count);
}

static void put(long type, const char *text) {
  struct message message = {.type = type};
  memcpy(message.bytes, text, strlen(text));
  if (msgsnd(queue, &message, strlen(text), 0) != 0) die("msgsnd");
}

static void take(struct party source, long wanted, int flags, long type, const char *text) {
  struct message message;
  ssize_t count = msgrcv(queue, &message, sizeof message.bytes, wanted, flags);
  if (count != (ssize_t)strlen(text) || memcmp(message.bytes, text, (size_t)count) != 0 || message.type != type)
    die("msgrcv");
  tell_message(source, type, message.bytes, (size_t)count);
}

static void put_types(void *context) {
  (void)context;
  put(3, "three");
  put(1, "one");
  put(2, "two");
  put(1, "one, too");
  put(9, "nine");
  put(2, "two, too");
  put(4, "");
}

static void types(const struct options *options) {
  (void)options;
  queue_open(false);
  pid_t pid = process_start(put_types, NULL);
  process_reap(pid);
  struct party sender = party_of_process(pid);
  take(sender, 2, 0, 2, "two");
  take(sender, 0, 0, 3, "three");
  take(sender, -5, 0, 1, "one");
  take(sender, 1, MSG_EXCEPT, 9, "nine");
  take(sender, -5, 0, 1, "one, too");
  take(sender, -5, 0, 2, "two, too");
  take(sender, 0, 0, 4, "");
  queue_remove();
}

static void cut(const struct options *options) {
  (void)options;
  queue_open(true);
  put(7, "much too long for that");
  put(7, "short");
  struct message message;
  if (msgrcv(queue, &message, 9, 0, 0) >= 0 || errno != E2BIG) die("too little room");
  if (msgrcv(queue, &message, 9, 0, MSG_NOERROR) != 9) die("MSG_NOERROR");
  tell_cut_message(party_self(), 7, message.bytes, 9, 22);
  if (msgrcv(queue, &message, 9, 0, MSG_NOERROR) != 5) die("MSG_NOERROR");
  tell_message(party_self(), 7, message.bytes, 5);
  queue_remove();
}

static void copied(const struct options *options) {
  (void)options;
  queue_open(true);
  put(7, "first");
  put(8, "second");
  struct message message;
  if (msgrcv(queue, &message, sizeof message.bytes, 1, MSG_COPY | IPC_NOWAIT) != 6) {
    queue_remove();
    unsupported("MSG_COPY (CONFIG_CHECKPOINT_RESTORE)");
  }
  take(party_self(), 0, 0, 7, "first");
  take(party_self(), 0, 0, 8, "second");
  queue_remove();
}

static void removed(const struct options *options) {
  (void)options;
  queue_open(false);
  put(1, "read");
  put(2, "not read");
  put(1, "nor that");
  take(party_self(), 1, 0, 1, "read");
  tell_unread_message(party_self(), 2, 8);
  tell_unread_message(party_self(), 1, 8);
  queue_remove();
  if (msgrcv(queue, &(struct message){0}, 8, 0, IPC_NOWAIT) >= 0) die("a removed queue");
}

static void full(const struct options *options) {
  (void)options;
  queue_open(true);
  struct msqid_ds limits;
  if (msgctl(queue, IPC_STAT, &limits) != 0) die("IPC_STAT");
  limits.msg_qbytes = 8;
  if (msgctl(queue, IPC_SET, &limits) != 0) die("IPC_SET");
  pid_t pid = process_start(put_types, NULL);
  struct party sender = party_of_process(pid);
  await_sleep(pid);
  take(sender, 0, 0, 3, "three");
  take(sender, 0, 0, 1, "one");
  take(sender, 0, 0, 2, "two");
  take(sender, 0, 0, 1, "one, too");
  take(sender, 0, 0, 9, "nine");
  take(sender, 0, 0, 2, "two, too");
  take(sender, 0, 0, 4, "");
  process_reap(pid);
  queue_remove();
}

static void wait_and_take(void *context) { take(*(struct party *)context, 5, 0, 5, "at last"); }

static void waiting(const struct options *options) {
  (void)options;
  queue_open(true);
  struct party self = party_self();
  pid_t pid = process_start(wait_and_take, &self);
  await_sleep(pid);
  put(4, "not for that one");
  put(5, "at last");
  process_reap(pid);
  take(self, 0, 0, 4, "not for that one");
  queue_remove();
}

static long each;

static void put_many(void *context) {
  (void)context;
  uint32_t number = party_register(party_self());
  struct message message;
  for (uint32_t i = 0; i < each; i++) {
    size_t size = 32 + (i * 7 + number * 13) % 160;
    payload_fill(message.bytes, size, number, i);
    message.type = 1 + (i * 5 + number) % 4;
    if (msgsnd(queue, &message, size, 0) != 0) die("msgsnd");
  }
}

// One takes what there is, the other one what has the lowest types.
static void take_many(void *context) {
  long wanted = *(long *)context;
  struct message message;
  for (long i = 0; i < each * SENDERS / RECEIVERS; i++) {
    ssize_t count = msgrcv(queue, &message, sizeof message.bytes, wanted, 0);
    if (count < PAYLOAD_HEAD) die("msgrcv");
    uint32_t head[4];
    memcpy(head, message.bytes, sizeof head);
    tell_message(party_of(head[1]), message.type, message.bytes, (size_t)count);
  }
}

static void crowd(const struct options *options) {
  each = or_default(options->count, 500);
  queue_open(true);
  pid_t pids[SENDERS + RECEIVERS];
  static long wanted[] = {0, -9};
  for (int i = 0; i < RECEIVERS; i++) pids[SENDERS + i] = process_start(take_many, &wanted[i]);
  for (int i = 0; i < SENDERS; i++) pids[i] = process_start(put_many, NULL);
  for (int i = 0; i < SENDERS + RECEIVERS; i++) process_reap(pids[i]);
  queue_remove();
}

enum { I386_MSGSND = 400, I386_MSGRCV };

static void compat(const struct options *options) {
  (void)options;
  i386_require();
  struct {
    int32_t type;
    char bytes[60];
  } *message = i386_allocate(sizeof *message);
  queue_open(true);
  message->type = 6;
  memcpy(message->bytes, "of 32 bits", 10);
  if (i386_call(I386_MSGSND, queue, i386_address(message), 10, 0, 0) != 0)
    unsupported("msgsnd of 32-bit programs (5.1)");
  take(party_self(), 0, 0, 6, "of 32 bits");
  put(5, "of 64 bits");
  if (i386_call(I386_MSGRCV, queue, i386_address(message), 60, 0, 0) != 10) die("msgrcv of i386");
  tell_message(party_self(), 5, message->bytes, 10);
  queue_remove();
}

const struct scenario SYSV_MSG_SCENARIOS[] = {
    {"msg-types", types},     {"msg-cut", cut},   {"msg-copied", copied}, {"msg-removed", removed},
    {"msg-full", full},       {"msg-waiting", waiting}, {"msg-crowd", crowd},   {"msg-compat", compat},
    {NULL, NULL},
};
