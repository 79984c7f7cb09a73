// Netlink: messages between processes, to one and to groups, and those to and from the kernel.
#include "i386.h"
#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GATE_LISTENING = 30, GATE_SENT, GATE_READ };
enum { GROUP = 5, UDEV_GROUP = 2, KERNEL_GROUP = 1, LISTENERS = 3, SENDERS = 4, ROOM = 16384 };

static const char UDEV_MESSAGE[] = "libudev\0\xfe\xed\xca\xfe ACTION=add\0DEVPATH=/devices/virtual/actor";
static const struct party KERNEL = {.comm = "kernel"};

static const char *family_name(int family) {
  return family == NETLINK_USERSOCK ? "usersock" : family == NETLINK_ROUTE ? "route" : "kobject-uevent";
}

// A message of `count` bytes, of which the receiver had room for `received`; without a group if that is 0.
static void tell_netlink(struct party source, struct party destination, int family, unsigned group, const void *bytes,
                         size_t received, size_t count) {
  char meta[128], number[32] = "", cut[32] = "";
  if (group != 0) snprintf(number, sizeof number, "\"group\":%u,", group);
  if (received < count) snprintf(cut, sizeof cut, ",\"received\":%zu", received);
  snprintf(meta, sizeof meta, "\"family\":\"%s\",%s\"count\":%zu%s", family_name(family), number, count, cut);
  const struct other_truth truth = {
      .type = "netlink", .source = source, .destination = destination, .bytes = bytes, .count = received};
  truth_other(&truth, "%s", meta);
}

static int netlink_open(int family, unsigned group) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
  if (fd < 0) die("socket of netlink");
  const struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_groups = group ? 1u << (group - 1) : 0};
  if (bind(fd, (const struct sockaddr *)&name, sizeof name) != 0) die("bind of netlink");
  return fd;
}

static struct sockaddr_nl name_of(int fd) {
  struct sockaddr_nl name;
  socklen_t length = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &length) != 0) die("getsockname");
  name.nl_groups = 0;
  return name;
}

static void send_to(int fd, const struct sockaddr_nl *to, const void *bytes, size_t count) {
  if (sendto(fd, bytes, count, 0, (const struct sockaddr *)to, sizeof *to) != (ssize_t)count) die("sendto");
}

// A group has got its message, also if the call fails because the kernel does not listen to that family.
static void send_to_group(int fd, unsigned group, const void *bytes, size_t count) {
  const struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = 1u << (group - 1)};
  ssize_t sent = sendto(fd, bytes, count, 0, (const struct sockaddr *)&to, sizeof to);
  if (sent != (ssize_t)count && errno != ECONNREFUSED) die("sendto a group");
}

static size_t take(int fd, void *bytes, size_t room) {
  ssize_t count = recv(fd, bytes, room, 0);
  if (count < 0) die("recv of netlink");
  return (size_t)count;
}

static struct sockaddr_nl receiver_name;

enum { WAYS = 6, LONG_SIZE = 5000 };
static size_t size_of_way(int way) { return way == WAYS - 1 ? LONG_SIZE : 60 + (size_t)way; }

static void send_each_way(void *context) {
  (void)context;
  uint32_t self = party_register(party_self());
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  char bytes[LONG_SIZE];
  for (int way = 0; way < WAYS; way++) {
    size_t size = size_of_way(way);
    payload_fill(bytes, size, self, (uint32_t)way);
    struct iovec pieces[] = {{bytes, 17}, {bytes + 17, 3}, {bytes + 20, size - 20}};
    struct msghdr message = {
        .msg_name = &receiver_name, .msg_namelen = sizeof receiver_name, .msg_iov = pieces, .msg_iovlen = 3};
    if (way == 2 && connect(fd, message.msg_name, message.msg_namelen) != 0) die("connect of netlink");
    ssize_t sent = 0;
    switch (way) {
      case 1: sent = sendmsg(fd, &message, 0); break;
      case 2: sent = send(fd, bytes, size, 0); break;
      case 3: sent = write(fd, bytes, size); break;
      case 4: sent = writev(fd, pieces, 3); break;
      default: sent = sendto(fd, bytes, size, 0, message.msg_name, message.msg_namelen);
    }
    if (sent != (ssize_t)size) die("a send");
  }
}

static void one(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  pid_t pid = process_start(send_each_way, NULL);
  process_reap(pid);
  for (int way = 0; way < WAYS; way++) {
    char bytes[ROOM];
    struct iovec pieces[] = {{bytes, 33}, {bytes + 33, 10}, {bytes + 43, sizeof bytes - 43}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 3};
    ssize_t count = way == 0   ? read(fd, bytes, sizeof bytes)
                    : way == 1 ? readv(fd, pieces, 3)
                    : way == 2 ? recvmsg(fd, &message, 0)
                               : recv(fd, bytes, sizeof bytes, 0);
    if (count != (ssize_t)size_of_way(way)) die("a receive");
    tell_netlink(party_of_process(pid), party_self(), NETLINK_USERSOCK, 0, bytes, (size_t)count, (size_t)count);
  }
}

static int group_family;
static unsigned group_number;

static void listen_to_group(void *context) {
  long count = *(long *)context;
  int fd = netlink_open(group_family, group_number);
  gate_add(GATE_LISTENING, 1);
  for (long i = 0; i < count; i++) {
    char bytes[ROOM];
    size_t size = take(fd, bytes, sizeof bytes);
    struct party sender = party_of((uint32_t)slot_get(0));
    tell_netlink(sender, party_self(), group_family, group_number, bytes, size, size);
  }
}

static void tell_group(const void *bytes, size_t size) {
  slot_set(0, party_register(party_self()));
  int fd = netlink_open(group_family, 0);
  gate_await(GATE_LISTENING, LISTENERS);
  send_to_group(fd, group_number, bytes, size);
  send_to_group(fd, group_number, bytes, size - 10);
  // Nobody listens to this one.
  send_to_group(fd, group_number + 1, "nobody", 6);
}

static void group_of(int family, unsigned group, const void *bytes, size_t size) {
  group_family = family;
  group_number = group;
  long count = 2;
  pid_t pids[LISTENERS];
  for (int i = 0; i < LISTENERS; i++) pids[i] = process_start(listen_to_group, &count);
  tell_group(bytes, size);
  for (int i = 0; i < LISTENERS; i++) process_reap(pids[i]);
}

static void group(const struct options *options) {
  (void)options;
  group_of(NETLINK_USERSOCK, GROUP, "to whoever listens", 18);
}

// As udev passes on what the kernel has told it.
static void udev(const struct options *options) {
  (void)options;
  if (geteuid() != 0) unsupported("sending to groups of kobject-uevent (root)");
  group_of(NETLINK_KOBJECT_UEVENT, UDEV_GROUP, UDEV_MESSAGE, sizeof UDEV_MESSAGE);
}

enum { BATCH = 10 };

static void send_batch(void *context) {
  (void)context;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  char bytes[BATCH][80];
  struct iovec pieces[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  uint32_t self = party_register(party_self());
  for (int i = 0; i < BATCH; i++) {
    payload_fill(bytes[i], 30 + (size_t)i, self, (uint32_t)i);
    pieces[i] = (struct iovec){bytes[i], 30 + (size_t)i};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &receiver_name, .msg_namelen = sizeof receiver_name, .msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  if (sendmmsg(fd, messages, BATCH, 0) != BATCH) die("sendmmsg");
}

static void batch(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  pid_t pid = process_start(send_batch, NULL);
  process_reap(pid);
  char bytes[BATCH][80];
  struct iovec pieces[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  for (int i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec){bytes[i], 80};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
  if (count != BATCH) die("recvmmsg");
  for (int i = 0; i < BATCH; i++) {
    size_t size = messages[i].msg_len;
    tell_netlink(party_of_process(pid), party_self(), NETLINK_USERSOCK, 0, bytes[i], size, size);
  }
}

static void send_three(void *context) {
  (void)context;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  send_to(fd, &receiver_name, "looked at, then read", 20);
  send_to(fd, &receiver_name, "longer than there is room", 25);
  send_to(fd, &receiver_name, "longer, too, and the reader knows it", 36);
}

// Who only looks has not received.
static void cut(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  pid_t pid = process_start(send_three, NULL);
  process_reap(pid);
  struct party sender = party_of_process(pid), self = party_self();
  char bytes[100];
  if (recv(fd, bytes, sizeof bytes, MSG_PEEK) != 20 || recv(fd, bytes, 5, MSG_PEEK | MSG_TRUNC) != 20) die("peeking");
  tell_netlink(sender, self, NETLINK_USERSOCK, 0, bytes, take(fd, bytes, sizeof bytes), 20);
  tell_netlink(sender, self, NETLINK_USERSOCK, 0, bytes, take(fd, bytes, 10), 25);
  if (recv(fd, bytes, 7, MSG_TRUNC) != 36) die("MSG_TRUNC");
  tell_netlink(sender, self, NETLINK_USERSOCK, 0, bytes, 7, 36);
}

static void unread(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, 0), other = netlink_open(NETLINK_USERSOCK, GROUP);
  receiver_name = name_of(fd);
  char bytes[ROOM];
  struct party self = party_self();
  send_to(other, &receiver_name, "read", 4);
  send_to(other, &receiver_name, "never read", 10);
  // Nobody knows who would have listened.
  send_to_group(fd, GROUP, "not read either", 15);
  tell_netlink(self, self, NETLINK_USERSOCK, 0, bytes, take(fd, bytes, sizeof bytes), 4);
  const struct other_truth truth = {
      .type = "netlink", .source = self, .destination = UNKNOWN_PARTY, .bytes = "never read", .count = 10,
      .undelivered = true};
  truth_other(&truth, "\"family\":\"usersock\",\"count\":10");
}

// What found no room is told to nobody, and a receiver that is told so has received nothing by that.
static void overrun(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, GROUP), sender = netlink_open(NETLINK_USERSOCK, 0);
  option_set(fd, SOL_SOCKET, SO_RCVBUF, 1);
  uint32_t self = party_register(party_self());
  char bytes[ROOM];
  for (uint32_t i = 0; i < 40; i++) {
    payload_fill(bytes, 100, self, i);
    send_to_group(sender, GROUP, bytes, 100);
  }
  int overruns = 0, count = 0;
  for (;;) {
    ssize_t size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0 && errno != ENOBUFS) die("recv");
    if (size < 0) {
      overruns++;
      continue;
    }
    count++;
    tell_netlink(party_self(), party_self(), NETLINK_USERSOCK, GROUP, bytes, (size_t)size, (size_t)size);
  }
  if (overruns != 1 || count == 0 || count == 40) die("an overrun");
}

static int shared;

static void send_in_turn(void *context) {
  uint32_t number = *(uint32_t *)context;
  for (uint32_t turn = number; turn < 8; turn += 2) {
    turn_await(turn);
    send_to(shared, &receiver_name, "the same of both", 16);
    turn_taken();
  }
}

// Two processes by one socket, and what they send is alike.
static void alike(const struct options *options) {
  (void)options;
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  shared = netlink_open(NETLINK_USERSOCK, 0);
  pid_t pids[2];
  for (uint32_t i = 0; i < 2; i++) pids[i] = process_start(send_in_turn, &i);
  for (int i = 0; i < 2; i++) process_reap(pids[i]);
  for (int i = 0; i < 8; i++) {
    char bytes[100];
    size_t size = take(fd, bytes, sizeof bytes);
    tell_netlink(party_of_process(pids[i % 2]), party_self(), NETLINK_USERSOCK, 0, bytes, size, size);
  }
}

static void before(const struct options *options) {
  int fd = netlink_open(NETLINK_USERSOCK, 0), sender = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  send_to(sender, &receiver_name, "before", 6);
  announce(options, &(pid_t){getpid()}, 1);
  wait_for_file(options->wait_for);
  send_to(sender, &receiver_name, "behind it", 9);
  char bytes[100];
  if (take(fd, bytes, sizeof bytes) != 6) die("what was sent before");
  const struct other_truth truth = {.type = "netlink", .source = party_self(), .destination = party_self(),
                                    .bytes = bytes, .count = 6, .source_unobserved = true};
  truth_other(&truth, "\"family\":\"usersock\",\"count\":6");
  tell_netlink(party_self(), party_self(), NETLINK_USERSOCK, 0, bytes, take(fd, bytes, sizeof bytes), 9);
}

static long each;

static void send_many(void *context) {
  (void)context;
  uint32_t self = party_register(party_self());
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  gate_await(GATE_LISTENING, LISTENERS);
  for (uint32_t i = 0; i < each; i++) {
    char bytes[200];
    size_t size = 32 + i * 7 % 160;
    payload_fill(bytes, size, self, i);
    send_to_group(fd, GROUP, bytes, size);
  }
}

static void take_many(void *context) {
  (void)context;
  int fd = netlink_open(NETLINK_USERSOCK, GROUP);
  option_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20);
  gate_add(GATE_LISTENING, 1);
  for (long i = 0; i < each * SENDERS; i++) {
    char bytes[ROOM];
    size_t size = take(fd, bytes, sizeof bytes);
    uint32_t head[4];
    memcpy(head, bytes, sizeof head);
    tell_netlink(party_of(head[1]), party_self(), NETLINK_USERSOCK, GROUP, bytes, size, size);
  }
}

static void crowd(const struct options *options) {
  each = or_default(options->count, 200);
  if (geteuid() != 0) unsupported("room for many messages (root)");
  pid_t pids[SENDERS + LISTENERS];
  for (int i = 0; i < LISTENERS; i++) pids[SENDERS + i] = process_start(take_many, NULL);
  for (int i = 0; i < SENDERS; i++) pids[i] = process_start(send_many, NULL);
  for (int i = 0; i < SENDERS + LISTENERS; i++) process_reap(pids[i]);
}

// Asks the kernel for the loopback device, and is answered.
static void ask(bool is_told) {
  int fd = netlink_open(NETLINK_ROUTE, 0);
  struct {
    struct nlmsghdr head;
    struct ifinfomsg link;
  } request = {.head = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
               .link = {.ifi_family = AF_UNSPEC, .ifi_index = 1}};
  const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  send_to(fd, &kernel, &request, sizeof request);
  struct party self = party_self();
  if (is_told) tell_netlink(self, KERNEL, NETLINK_ROUTE, 0, &request, sizeof request, sizeof request);
  char bytes[ROOM];
  size_t size = take(fd, bytes, sizeof bytes);
  if (is_told) tell_netlink(KERNEL, self, NETLINK_ROUTE, 0, bytes, size, size);
}

static void kernel(const struct options *options) {
  (void)options;
  ask(true);
}

// What the kernel says of devices; others may have something to do with them meanwhile.
static void uevent(const struct options *options) {
  (void)options;
  int device = open("/sys/devices/virtual/mem/null/uevent", O_WRONLY);
  if (device < 0) unsupported("uevents of /sys/devices/virtual/mem/null (root, /sys to write to)");
  int fd = netlink_open(NETLINK_KOBJECT_UEVENT, KERNEL_GROUP);
  write_whole(device, "change", 6);
  char bytes[ROOM];
  do {
    size_t size = take(fd, bytes, sizeof bytes - 1);
    bytes[size] = 0;
    tell_netlink(KERNEL, party_self(), NETLINK_KOBJECT_UEVENT, KERNEL_GROUP, bytes, size, size);
  } while (strcmp(bytes, "change@/devices/virtual/mem/null") != 0);
}

// The kernel's part is not told unless it is asked for.
static void quiet(const struct options *options) {
  (void)options;
  ask(false);
  int fd = netlink_open(NETLINK_USERSOCK, 0);
  receiver_name = name_of(fd);
  send_to(fd, &receiver_name, "to oneself", 10);
  char bytes[100];
  tell_netlink(party_self(), party_self(), NETLINK_USERSOCK, 0, bytes, take(fd, bytes, sizeof bytes), 10);
}

enum { I386_RECVMMSG = 337, I386_SENDMMSG = 345, I386_SENDTO = 369, I386_SENDMSG, I386_RECVFROM, I386_RECVMSG };

static void compat(const struct options *options) {
  (void)options;
  i386_require();
  struct {
    char sent[64], received[64];
    struct i386_iovec piece;
    struct i386_message message;
  } *low = i386_allocate(sizeof *low);
  struct sockaddr_nl *name = i386_allocate(sizeof *name);
  int fd = netlink_open(NETLINK_USERSOCK, 0), sender = netlink_open(NETLINK_USERSOCK, 0);
  *name = name_of(fd);
  uint32_t head = i386_address(&low->message);
  for (int way = 0; way < 3; way++) {
    size_t size = 40 + (size_t)way;
    payload_fill(low->sent, size, 0, (uint32_t)way);
    low->piece = (struct i386_iovec){i386_address(low->sent), (uint32_t)size};
    low->message = (struct i386_message){.name = i386_address(name), .name_length = sizeof *name,
                                         .pieces = i386_address(&low->piece), .piece_count = 1};
    int sent = way == 0   ? sendto(sender, low->sent, size, 0, (struct sockaddr *)name, sizeof *name)
               : way == 1 ? i386_call(I386_SENDMSG, sender, head, 0, 0, 0)
               : i386_call(I386_SENDMMSG, sender, head, 1, 0, 0) == 1 ? (int)low->message.received
                                                                      : -1;
    if (sent != (int)size) die("a send of i386");
    low->piece = (struct i386_iovec){i386_address(low->received), sizeof low->received};
    low->message = (struct i386_message){.pieces = i386_address(&low->piece), .piece_count = 1};
    int count = way == 0   ? i386_call(I386_RECVFROM, fd, i386_address(low->received), sizeof low->received, 0, 0)
                : way == 1 ? i386_call(I386_RECVMSG, fd, head, 0, 0, 0)
                : i386_call(I386_RECVMMSG, fd, head, 1, 0, 0) == 1 ? (int)low->message.received
                                                                   : -1;
    if (count != (int)size) die("a receive of i386");
    tell_netlink(party_self(), party_self(), NETLINK_USERSOCK, 0, low->received, size, size);
  }
}

const struct scenario NETLINK_SCENARIOS[] = {
    {"nl-one", one},         {"nl-group", group},   {"nl-udev", udev},     {"nl-batch", batch},   {"nl-cut", cut},
    {"nl-unread", unread},   {"nl-overrun", overrun}, {"nl-alike", alike}, {"nl-before", before}, {"nl-crowd", crowd},
    {"nl-kernel", kernel},   {"nl-uevent", uevent}, {"nl-quiet", quiet},   {"nl-compat", compat}, {NULL, NULL},
};
