// Descriptors and credentials that go with a message over a unix socket.
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

enum { GATE_SENT, GATE_RECEIVED, GATE_USED };
enum { SIZE = 32, MOST = 32, SLOT_FDS = 8 };

struct passing {
  const struct options *options;
  struct pair pair;
  bool is_explicit;  // the sender gives credentials of its own
};

union control {
  struct cmsghdr head;
  char bytes[CMSG_SPACE(sizeof(int) * MOST) + CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
};

// What a receive brought beside its bytes.
struct parcel {
  int fds[MOST];
  int count;
  bool has_credentials;
  struct ucred credentials;
  int pidfd;
  unsigned char bytes[SIZE];
};

static void add(struct msghdr *message, int type, const void *data, size_t size) {
  union control *control = message->msg_control;
  struct cmsghdr *head = (void *)(control->bytes + message->msg_controllen);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = type;
  head->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(head), data, size);
  message->msg_controllen += CMSG_SPACE(size);
}

static void send_parcel(int fd, const int *fds, int count, const struct ucred *credentials, uint32_t sequence) {
  unsigned char bytes[SIZE];
  payload_fill(bytes, SIZE, 0, sequence);
  union control control = {0};
  struct iovec piece = {bytes, SIZE};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control};
  if (count > 0) add(&message, SCM_RIGHTS, fds, sizeof *fds * (size_t)count);
  if (credentials != NULL) add(&message, SCM_CREDENTIALS, credentials, sizeof *credentials);
  for (int i = 0; i < count; i++) slot_set((unsigned)(SLOT_FDS + i), fds[i]);
  if (sendmsg(fd, &message, 0) != SIZE) die("sendmsg");
  gate_add(GATE_SENT, 1);
}

// With room for this many bytes of control data.
static struct parcel receive_parcel(int fd, size_t room) {
  struct parcel parcel = {.pidfd = -1};
  union control control = {0};
  struct iovec piece = {parcel.bytes, SIZE};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = room > 0 ? &control : NULL, .msg_controllen = room};
  if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) != SIZE) die("recvmsg");
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET) die("control data of another level");
    size_t size = head->cmsg_len - CMSG_LEN(0);
    if (head->cmsg_type == SCM_RIGHTS) {
      memcpy(parcel.fds, CMSG_DATA(head), size);
      parcel.count = (int)(size / sizeof(int));
    } else if (head->cmsg_type == SCM_CREDENTIALS) {
      memcpy(&parcel.credentials, CMSG_DATA(head), sizeof parcel.credentials);
      parcel.has_credentials = true;
    } else if (head->cmsg_type == SCM_PIDFD) {
      memcpy(&parcel.pidfd, CMSG_DATA(head), sizeof parcel.pidfd);
    } else {
      die("unknown control data");
    }
  }
  return parcel;
}

static void describe(char *text, size_t size, int fd) {
  char link[64], target[512] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, target, sizeof target - 1) < 0) die("readlink of a descriptor");
  bool is_memory = strncmp(target, "/memfd:", 7) == 0;
  if (is_memory) *strstr(target, " (deleted)") = 0;
  snprintf(text, size, "%s", target + is_memory);
}

// What `sent` descriptors were, as far as they are told one by one. `known` describes those that never came.
static void write_list(char *text, size_t size, const struct parcel *parcel, int sent, const char *known) {
  size_t length = 0;
  for (int i = 0; i < sent && i < 16; i++) {
    char number[16] = "?", what[512];
    if (i < parcel->count) {
      snprintf(number, sizeof number, "%d", parcel->fds[i]);
      describe(what, sizeof what, parcel->fds[i]);
    } else {
      snprintf(what, sizeof what, "%s", known);
    }
    length += (size_t)snprintf(text + length, size - length, "%s%d>%s %s", i == 0 ? "" : ", ",
                               (int)slot_get((unsigned)(SLOT_FDS + i)), number, what);
  }
  if (sent > 16) snprintf(text + length, size - length, ", ... and %d more", sent - 16);
}

static void tell_parcel(const struct end *source, int fd, const struct parcel *parcel, int sent, const char *known) {
  char fds[1024] = "", creds[64] = "";
  if (sent > 0) write_list(fds, sizeof fds, parcel, sent, known);
  size_t length = 0;
  if (parcel->has_credentials) {
    const struct ucred *who = &parcel->credentials;
    length = (size_t)snprintf(creds, sizeof creds, "pid %d uid %u gid %u", who->pid, who->uid, who->gid);
  }
  if (parcel->pidfd >= 0) {
    snprintf(creds + length, sizeof creds - length, "%spidfd %d", length == 0 ? "" : " ", parcel->pidfd);
  }
  const struct socket_transfer transfer = {.source = *source,
                                           .destination = end_of(fd),
                                           .bytes = parcel->bytes,
                                           .received = SIZE,
                                           .count = SIZE,
                                           .fds = fds,
                                           .creds = creds};
  truth_socket(&transfer);
}

static void close_parcel(const struct parcel *parcel) {
  for (int i = 0; i < parcel->count; i++) close(parcel->fds[i]);
  if (parcel->pidfd >= 0) close(parcel->pidfd);
}

enum { PASSED_PIPE, PASSED_FILE, PASSED_MEMORY, PASSED_EVENT, PASSED_SOCKET, PASSED_COUNT };

static void send_various(void *context) {
  struct passing *passing = context;
  int fd = passing->pair.fds[0], ends[2];
  close_end(&passing->pair.fds[1]);
  meet(0, fd);
  // Ready to use the ends that stay when the receiver has the others.
  struct pipe_ends pipe = pipe_open(0);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair");
  int fds[PASSED_COUNT] = {pipe.write_fd, open(passing->options->program, O_RDONLY),
                           memfd_create("parcel", MFD_CLOEXEC), eventfd(0, 0), ends[1]};
  slot_set(0, end_register(end_of(ends[0])));
  for (uint32_t i = 0; i < PASSED_COUNT; i++) {
    if (fds[i] < 0) die("opening what is to be passed");
    send_parcel(fd, &fds[i], 1, NULL, i);
    gate_await(GATE_RECEIVED, i + 1);
  }
  send_parcel(fd, fds, PASSED_COUNT, NULL, PASSED_COUNT);
  gate_await(GATE_RECEIVED, PASSED_COUNT + 1);
  for (int i = 0; i < PASSED_COUNT; i++) close(fds[i]);
  unsigned char bytes[100];
  tell_read(&pipe.channel, bytes, read_some(pipe.read_fd, bytes, sizeof bytes));
  if (receive(ends[0], NULL, 100) != 100) die("a receive brought too little");
  send_record(ends[0], 0, 70, 1);
  gate_await(GATE_USED, 1);
}

// One by one, then all at once; then the receiver uses what it got.
static void various(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct passing passing = {.options = options, .pair = pair_open(&transport)};
  pid_t sender = process_start(send_various, &passing);
  int fd = passing.pair.fds[1];
  close_end(&passing.pair.fds[0]);
  struct end other = meet(1, fd);
  int pipe = -1, socket = -1;
  for (uint32_t i = 0; i <= PASSED_COUNT; i++) {
    gate_await(GATE_SENT, i + 1);
    struct parcel parcel = receive_parcel(fd, sizeof(union control));
    int sent = i == PASSED_COUNT ? PASSED_COUNT : 1;
    if (parcel.count != sent) die("other descriptors than were sent");
    tell_parcel(&other, fd, &parcel, sent, "?");
    if (i == PASSED_PIPE) pipe = dup(parcel.fds[0]);
    if (i == PASSED_SOCKET) socket = dup(parcel.fds[0]);
    close_parcel(&parcel);
    gate_add(GATE_RECEIVED, 1);
  }
  payload_send(pipe, 100, 0);
  send_record(socket, end_register(end_of(socket)), 100, 0);
  struct end far = end_of_number((uint32_t)slot_get(0));
  if (receive(socket, &far, 100) != 70) die("a receive brought too little");
  gate_add(GATE_USED, 1);
  process_reap(sender);
}

static void send_many(void *context) {
  struct passing *passing = context;
  int fd = passing->pair.fds[0];
  close_end(&passing->pair.fds[1]);
  meet(0, fd);
  int fds[20];
  for (int i = 0; i < 20; i++) {
    fds[i] = open("/dev/null", O_RDWR);
    if (fds[i] < 0) die("open");
  }
  for (uint32_t i = 0; i < 3; i++) {
    send_parcel(fd, fds, i == 0 ? 20 : 3, NULL, i);
    gate_await(GATE_RECEIVED, i + 1);
  }
}

// More than are listed; then some that do not fit the control data; then all for a receiver that wants none.
static void many(const struct options *options) {
  struct transport transport = transport_of(options, "unix-stream");
  struct passing passing = {.options = options, .pair = pair_open(&transport)};
  pid_t sender = process_start(send_many, &passing);
  int fd = passing.pair.fds[1];
  close_end(&passing.pair.fds[0]);
  struct end other = meet(1, fd);
  static const int sent[] = {20, 3, 3}, came[] = {20, 2, 0};
  for (uint32_t i = 0; i < 3; i++) {
    gate_await(GATE_SENT, i + 1);
    size_t room = came[i] == 0 ? 0 : CMSG_LEN(sizeof(int) * (size_t)came[i]);
    struct parcel parcel = receive_parcel(fd, room);
    if (parcel.count != came[i]) die("other descriptors than there was room for");
    tell_parcel(&other, fd, &parcel, sent[i], "/dev/null");
    close_parcel(&parcel);
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

static void send_credentials(void *context) {
  struct passing *passing = context;
  int fd = passing->pair.fds[0];
  close_end(&passing->pair.fds[1]);
  meet(0, fd);
  struct ucred honest = {getpid(), getuid(), getgid()}, other = {getppid(), 1234, 5678};
  // Root may say what it likes.
  const struct ucred *given[] = {NULL, &honest, getuid() == 0 ? &other : &honest, &honest};
  int null = open("/dev/null", O_RDWR);
  for (uint32_t i = 0; i < 4; i++) {
    send_parcel(fd, &null, i == 3, passing->is_explicit ? given[i] : NULL, i);
    gate_await(GATE_RECEIVED, i + 1);
  }
}

static void receive_credentials(const struct options *options, int option, int second) {
  struct transport transport = transport_of(options, "unix-stream");
  struct passing passing = {
      .options = options, .pair = pair_open(&transport), .is_explicit = option == SO_PASSCRED};
  option_set(passing.pair.fds[1], SOL_SOCKET, option, 1);
  if (second != 0) option_set(passing.pair.fds[1], SOL_SOCKET, second, 1);
  pid_t sender = process_start(send_credentials, &passing);
  int fd = passing.pair.fds[1];
  close_end(&passing.pair.fds[0]);
  struct end other = meet(1, fd);
  for (uint32_t i = 0; i < 4; i++) {
    gate_await(GATE_SENT, i + 1);
    struct parcel parcel = receive_parcel(fd, sizeof(union control));
    if (parcel.has_credentials != (option == SO_PASSCRED)) die("no credentials came");
    if ((parcel.pidfd >= 0) != (option == SO_PASSPIDFD || second == SO_PASSPIDFD)) die("no pidfd came");
    tell_parcel(&other, fd, &parcel, i == 3, "?");
    close_parcel(&parcel);
    gate_add(GATE_RECEIVED, 1);
  }
  process_reap(sender);
}

static void credentials(const struct options *options) { receive_credentials(options, SO_PASSCRED, 0); }

static void pidfd(const struct options *options) { receive_credentials(options, SO_PASSPIDFD, 0); }

static void credentials_and_pidfd(const struct options *options) {
  receive_credentials(options, SO_PASSCRED, SO_PASSPIDFD);
}

const struct scenario UNIX_PASSING_SCENARIOS[] = {
    {"passing-various", various},
    {"passing-many", many},
    {"passing-credentials", credentials},
    {"passing-pidfd", pidfd},
    {"passing-credentials-pidfd", credentials_and_pidfd},
    {NULL, NULL},
};
