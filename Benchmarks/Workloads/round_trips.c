// Two processes on one CPU that hand a message to and fro. One count is a round trip: two transfers.
#include "workload.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pty.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

struct court {
  struct amount amount;
  int serve[2];   // of the one who serves: to read from, to write to
  int answer[2];  // of the one who answers
};

static void answer(void *context) {
  struct court *court = context;
  void *ball = allocate(court->amount.size);
  board_start(2);
  for (long i = 0; i < court->amount.count; i++) {
    read_all(court->answer[0], ball, court->amount.size);
    write_all(court->answer[1], ball, court->amount.size);
  }
  board_stop((uint64_t)court->amount.count, (uint64_t)court->amount.count * court->amount.size);
}

static void play(struct court *court) {
  pin_to_one_cpu();
  pid_t partner = start(answer, court);
  void *ball = allocate(court->amount.size);
  board_start(2);
  for (long i = 0; i < court->amount.count; i++) {
    write_all(court->serve[1], ball, court->amount.size);
    read_all(court->serve[0], ball, court->amount.size);
  }
  board_stop((uint64_t)court->amount.count, (uint64_t)court->amount.count * court->amount.size);
  reap(partner);
}

static void play_over(struct amount amount, int mine, int theirs) {
  play(&(struct court){amount, {mine, mine}, {theirs, theirs}});
}

static void pipes(struct amount amount) {
  int there[2], back[2];
  if (pipe(there) || pipe(back)) die("pipe");
  play(&(struct court){amount, {back[0], there[1]}, {there[0], back[1]}});
}

static void unix_stream(struct amount amount) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) die("socketpair");
  play_over(amount, ends[0], ends[1]);
}

// A connection to a socket that has a path, as those to servers are.
static void unix_path(struct amount amount) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/ipc-load-%d.sock", getpid());
  unlink(address.sun_path);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), mine = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) die("bind");
  if (connect(mine, (struct sockaddr *)&address, sizeof address)) die("connect");
  int theirs = accept(listener, NULL, NULL);
  if (theirs < 0) die("accept");
  unlink(address.sun_path);
  play_over(amount, mine, theirs);
}

static void unix_datagram(struct amount amount) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends)) die("socketpair");
  play_over(amount, ends[0], ends[1]);
}

// A socket bound to a free port of 127.0.0.1, and that address.
static int bound(int type, struct sockaddr_in *address) {
  int fd = socket(AF_INET, type, 0);
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof *address;
  if (fd < 0 || bind(fd, (struct sockaddr *)address, length)) die("bind");
  if (getsockname(fd, (struct sockaddr *)address, &length)) die("getsockname");
  return fd;
}

static void connect_to(int fd, const struct sockaddr_in *address) {
  if (connect(fd, (const struct sockaddr *)address, sizeof *address)) die("connect");
}

static void tcp(struct amount amount) {
  struct sockaddr_in address;
  int listener = bound(SOCK_STREAM, &address);
  if (listen(listener, 1)) die("listen");
  int mine = socket(AF_INET, SOCK_STREAM, 0);
  connect_to(mine, &address);
  int theirs = accept(listener, NULL, NULL);
  if (theirs < 0) die("accept");
  int yes = 1;
  for (int i = 0; i < 2; i++) {
    if (setsockopt(i == 0 ? mine : theirs, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes)) die("TCP_NODELAY");
  }
  play_over(amount, mine, theirs);
}

static void udp(struct amount amount) {
  struct sockaddr_in my_address, their_address;
  int mine = bound(SOCK_DGRAM, &my_address), theirs = bound(SOCK_DGRAM, &their_address);
  connect_to(mine, &their_address);
  connect_to(theirs, &my_address);
  play_over(amount, mine, theirs);
}

// A terminal that changes nothing and echoes nothing, with both ends in the hands of programs.
static void pty(struct amount amount) {
  int master, slave;
  struct termios raw = {0};
  cfmakeraw(&raw);
  raw.c_cflag |= CS8 | CREAD;
  raw.c_cc[VMIN] = 1;
  if (openpty(&master, &slave, NULL, &raw, NULL)) die("openpty");
  play_over(amount, master, slave);
}

const struct workload ROUND_TRIP_WORKLOADS[] = {
    {"pipe", pipes, 200000, 64},
    {"unix-stream", unix_stream, 200000, 64},
    {"unix-path", unix_path, 200000, 64},
    {"unix-dgram", unix_datagram, 200000, 64},
    {"tcp", tcp, 100000, 64},
    {"udp", udp, 100000, 64},
    {"pty", pty, 100000, 64},
    {NULL, NULL, 0, 0},
};
