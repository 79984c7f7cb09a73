#include "terminals.h"

#include "lanes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

struct terminal terminal_open(bool is_raw) {
  struct terminal terminal = {.master = posix_openpt(O_RDWR | O_NOCTTY)};
  char path[64];
  if (terminal.master < 0) unsupported("pseudoterminals (/dev/ptmx)");
  if (grantpt(terminal.master) != 0 || unlockpt(terminal.master) != 0) die("unlockpt");
  if (ptsname_r(terminal.master, path, sizeof path) != 0) die("ptsname_r");
  snprintf(terminal.name, sizeof terminal.name, "%s", path + strlen("/dev/"));
  terminal.slave = open(path, O_RDWR | O_NOCTTY);
  if (terminal.slave < 0) die("opening the slave");
  struct termios modes;
  if (is_raw) {
    if (tcgetattr(terminal.slave, &modes) != 0) die("tcgetattr");
    cfmakeraw(&modes);
    if (tcsetattr(terminal.slave, TCSANOW, &modes) != 0) die("tcsetattr");
  }
  return terminal;
}

pid_t terminal_lead(const struct terminal *terminal) {
  pid_t session = setsid();
  if (session < 0) die("setsid");
  if (ioctl(terminal->slave, TIOCSCTTY, 0) != 0) die("TIOCSCTTY");
  return session;
}

void read_fully(int fd, void *buffer, size_t count) {
  for (size_t done = 0; done < count;) {
    size_t part = read_some(fd, (char *)buffer + done, count - done);
    if (part == 0) die("the terminal was hung up");
    done += part;
  }
}

void expect_text(int fd, const char *text) {
  size_t count = strlen(text);
  char *buffer = allocate(count + 1);
  read_fully(fd, buffer, count);
  if (memcmp(buffer, text, count) != 0) die(text);
  free(buffer);
}

static void write_spliced(int fd, const char *text, size_t count) {
  struct pipe_ends pipe = pipe_open(0);
  struct party self = party_self();
  write_whole(pipe.write_fd, text, count);
  if (splice(pipe.read_fd, NULL, fd, NULL, count, 0) != (ssize_t)count) die("splice to a terminal");
  truth_pipe(&pipe.channel, self, self, text, count);
  close_end(&pipe.read_fd);
  close_end(&pipe.write_fd);
}

void write_by(int fd, enum way way, const char *text, size_t count) {
  if (way == BY_WRITE) {
    if (write(fd, text, count) != (ssize_t)count) die("write to a terminal");
  } else if (way == BY_WRITEV) {
    size_t half = count / 2;
    char *bytes = (char *)text;
    struct iovec pieces[] = {{bytes, 1}, {NULL, 0}, {bytes + 1, half}, {bytes + 1 + half, count - 1 - half}};
    if (writev(fd, pieces, 4) != (ssize_t)count) die("writev to a terminal");
  } else if (way == BY_SENDFILE) {
    int file = memfd_create("sent", MFD_CLOEXEC);
    if (file < 0) die("memfd_create");
    write_whole(file, text, count);
    off_t start = 0;
    if (sendfile(fd, file, &start, count) != (ssize_t)count) die("sendfile to a terminal");
    close(file);
  } else {
    write_spliced(fd, text, count);
  }
}

static void tell_turn(const struct conversation *conversation, const struct turn *turn) {
  struct terminal_transfer transfer = {
      .name = conversation->terminal->name,
      .session = conversation->session,
      .is_output = turn->is_output,
      .source = turn->is_output ? conversation->program : conversation->display,
      .destination = turn->is_output ? conversation->display : conversation->program,
      .bytes = turn->text,
      .count = strlen(turn->text),
      .showing = turn->way == BY_SENDFILE || turn->way == BY_SPLICE ? SHOWN_NEVER : SHOWN_WHOLE};
  truth_terminal(&transfer);
}

static void converse(const struct conversation *conversation, bool is_program) {
  int own = is_program ? conversation->program_fd : conversation->terminal->master;
  for (uint32_t i = 0; i < conversation->count; i++) {
    const struct turn *turn = &conversation->turns[i];
    uint32_t before = i * 2;
    if (turn->is_output == is_program) {
      turn_await(before);
      write_by(own, turn->way, turn->text, strlen(turn->text));
      tell_turn(conversation, turn);
      if (turn->echo != NULL) expect_text(own, turn->echo);
      turn_taken();
    } else {
      turn_await(before + 1);
      expect_text(own, turn->seen != NULL ? turn->seen : turn->text);
      turn_taken();
    }
  }
  turn_await(conversation->count * 2);
}

void converse_as_display(const struct conversation *conversation) { converse(conversation, false); }

void converse_as_program(const struct conversation *conversation) { converse(conversation, true); }
