// One end of a connection that several processes or threads use at the same time.
#include "sockets.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { GATE_READY, GATE_RECEIVED };
enum { SIZE = 128, WINDOW = 8 };

struct crowd {
  struct pair pair;
  uint32_t count;
  uint32_t senders;
};

// At most 16 records are under way, so that none is cut by where the kernel's buffers end.
static void send_records(const struct crowd *crowd) {
  int fd = crowd->pair.fds[0];
  uint32_t self = end_register(end_of(fd));
  gate_add(GATE_READY, 1);
  gate_await(GATE_READY, crowd->senders);
  for (uint32_t i = 0; i < crowd->count; i++) {
    if (i >= WINDOW) gate_await(GATE_RECEIVED, crowd->senders * (i - WINDOW));
    send_record(fd, self, SIZE, i);
  }
}

static void send_beside_others(void *context) { send_records(context); }

static struct crowd crowd_of(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  return (struct crowd){
      .pair = pair_open(&transport), .count = (uint32_t)or_default(options->count, 50), .senders = 2};
}

// A sending end shared by two processes over fork.
static void forked(const struct options *options) {
  struct crowd crowd = crowd_of(options);
  int fd = crowd.pair.fds[1];
  pid_t senders[] = {process_start(send_beside_others, &crowd), process_start(send_beside_others, &crowd)};
  close_end(&crowd.pair.fds[0]);
  bool is_streaming = is_stream(end_of(fd).kind);
  for (uint32_t left = crowd.count * crowd.senders; left > 0;) {
    // A stream may bring several records, of either sender, at once.
    size_t count = receive(fd, NULL, is_streaming ? SIZE * 4 : SIZE);
    if (count % SIZE != 0) die("a receive did not bring whole records");
    left -= (uint32_t)(count / SIZE);
    gate_add(GATE_RECEIVED, (uint32_t)(count / SIZE));
  }
  process_reap(senders[0]);
  process_reap(senders[1]);
}

static void *send_as_thread(void *context) {
  send_records(context);
  return NULL;
}

static void send_in_threads(void *context) {
  struct crowd *crowd = context;
  close_end(&crowd->pair.fds[1]);
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    if (pthread_create(&threads[i], NULL, send_as_thread, crowd) != 0) die("pthread_create");
  }
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void *receive_as_thread(void *context) {
  struct crowd *crowd = context;
  for (uint32_t i = 0; i < crowd->count; i++) {
    if (receive(crowd->pair.fds[1], NULL, SIZE) != SIZE) die("a receive did not bring a record");
    gate_add(GATE_RECEIVED, 1);
  }
  return NULL;
}

// Two threads send, two threads receive.
static void threads(const struct options *options) {
  struct crowd crowd = crowd_of(options);
  pid_t senders = process_start(send_in_threads, &crowd);
  close_end(&crowd.pair.fds[0]);
  pthread_t receiver;
  if (pthread_create(&receiver, NULL, receive_as_thread, &crowd) != 0) die("pthread_create");
  receive_as_thread(&crowd);
  pthread_join(receiver, NULL);
  process_reap(senders);
}

static void send_long(void *context) {
  struct crowd *crowd = context;
  enum { LONG = 1 << 20 };
  for (uint32_t i = 0; i < crowd->count; i++) payload_send(crowd->pair.fds[0], LONG, i);
}

// A message much longer than the kernel's buffers, taken in small pieces while it is still being sent.
static void long_message(const struct options *options) {
  struct crowd crowd = crowd_of(options);
  crowd.count = (uint32_t)or_default(options->count, 2);
  struct end sender = end_of(crowd.pair.fds[0]);
  sender.party.pid = sender.party.tid = process_start(send_long, &crowd);
  close_end(&crowd.pair.fds[0]);
  while (receive(crowd.pair.fds[1], &sender, 30000) > 0) continue;
  process_reap(sender.party.pid);
}

// Turns by gates: first, second, first; then one receive brings all three.
static void send_in_turn(const struct crowd *crowd, uint32_t first_turn, uint32_t turns) {
  uint32_t self = end_register(end_of(crowd->pair.fds[0]));
  for (uint32_t i = 0; i < turns; i++) {
    gate_await(GATE_READY, first_turn + 2 * i);
    send_record(crowd->pair.fds[0], self, SIZE, i);
    gate_add(GATE_READY, 1);
  }
}

static void send_odd(void *context) { send_in_turn(context, 0, 2); }

static void send_even(void *context) { send_in_turn(context, 1, 1); }

static void wait_all(const struct options *options) {
  struct crowd crowd = crowd_of(options);
  pid_t senders[] = {process_start(send_odd, &crowd), process_start(send_even, &crowd)};
  int fd = crowd.pair.fds[1];
  unsigned char bytes[3 * SIZE];
  if (recv(fd, bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes) die("MSG_WAITALL");
  struct end self = end_of(fd);
  tell_records(&self, bytes, sizeof bytes);
  process_reap(senders[0]);
  process_reap(senders[1]);
}

const struct scenario SOCKET_SHARED_SCENARIOS[] = {
    {"socket-forked", forked},     {"socket-threads", threads}, {"socket-long", long_message},
    {"socket-waitall", wait_all}, {NULL, NULL},
};
