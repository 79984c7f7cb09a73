// Unix datagram sockets with names, and senders of all sorts.
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATE_READY, GATE_SENT };
enum { SENDER_UNBOUND, SENDER_CONNECTED, SENDER_AUTOBOUND, SENDER_NAMED, SENDER_SORTS };

struct mailbox {
  const struct options *options;
  int fd;
  struct address address;
  uint32_t count;
  size_t size;
  int sort;
};

static struct mailbox mailbox_of(const struct options *options, long count, long size) {
  struct mailbox mailbox = {.options = options,
                            .fd = socket_open(AF_UNIX, SOCK_DGRAM),
                            .count = (uint32_t)or_default(options->count, count),
                            .size = (size_t)or_default(options->size, size)};
  name_bind(mailbox.fd, options, options->name != NULL ? options->name : "path");
  mailbox.address = address_of(mailbox.fd);
  return mailbox;
}

static void send_letters(void *context) {
  struct mailbox *mailbox = context;
  int fd = socket_open(AF_UNIX, SOCK_DGRAM);
  close_end(&mailbox->fd);
  if (mailbox->sort == SENDER_AUTOBOUND) name_bind(fd, mailbox->options, "auto");
  if (mailbox->sort == SENDER_NAMED) name_bind(fd, mailbox->options, "path");
  const struct address *to = &mailbox->address;
  if (mailbox->sort != SENDER_UNBOUND) socket_connect(fd, to);
  uint32_t self = end_register(end_of(fd));
  unsigned char *bytes = allocate(mailbox->size);
  for (uint32_t i = 0; i < mailbox->count; i++) {
    payload_fill(bytes, mailbox->size, self, i);
    ssize_t sent = mailbox->sort == SENDER_UNBOUND ? sendto(fd, bytes, mailbox->size, 0, &to->any, to->length)
                                                   : send(fd, bytes, mailbox->size, 0);
    if (sent != (ssize_t)mailbox->size) die("send of a letter");
  }
  // Who has a name gets an answer.
  if (mailbox->sort == SENDER_AUTOBOUND || mailbox->sort == SENDER_NAMED) {
    if (receive(fd, NULL, 64) != 64) die("an answer was cut");
    name_unlink(fd);
  }
}

static void answer(int fd, const struct address *to) {
  unsigned char bytes[64];
  payload_fill(bytes, sizeof bytes, end_register(end_of(fd)), 0);
  if (sendto(fd, bytes, sizeof bytes, 0, &to->any, to->length) != sizeof bytes) die("sendto of an answer");
}

static void senders(const struct options *options) {
  struct mailbox mailbox = mailbox_of(options, 10, 256);
  pid_t pids[SENDER_SORTS + 1];
  for (int i = 0; i <= SENDER_SORTS; i++) {
    mailbox.sort = i % SENDER_SORTS;
    pids[i] = process_start(send_letters, &mailbox);
  }
  struct end self = end_of(mailbox.fd);
  unsigned char *bytes = allocate(mailbox.size);
  for (uint32_t left = mailbox.count * (SENDER_SORTS + 1); left > 0; left--) {
    struct address from = {.length = sizeof from.unix_name};
    ssize_t count = recvfrom(mailbox.fd, bytes, mailbox.size, 0, &from.any, &from.length);
    if (count != (ssize_t)mailbox.size) die("recvfrom");
    tell_records(&self, bytes, (size_t)count);
    uint32_t sequence;
    memcpy(&sequence, bytes + 8, sizeof sequence);
    if (from.length > sizeof from.any.sa_family && sequence == mailbox.count - 1) answer(mailbox.fd, &from);
  }
  for (int i = 0; i <= SENDER_SORTS; i++) process_reap(pids[i]);
  name_unlink(mailbox.fd);
}

// All senders are gone before the first letter is received; half of the letters never are.
static void departed(const struct options *options) {
  struct mailbox mailbox = mailbox_of(options, 4, 128);
  for (mailbox.sort = 0; mailbox.sort < 2; mailbox.sort++) {
    process_reap(process_start(send_letters, &mailbox));
  }
  for (uint32_t i = 0; i < mailbox.count; i++) {
    if (receive(mailbox.fd, NULL, mailbox.size) != mailbox.size) die("a letter was cut");
  }
  struct end sender = end_of_number(1), self = end_of(mailbox.fd);
  for (uint32_t i = 0; i < mailbox.count; i++) tell_unread(&sender, &self, mailbox.size);
  name_unlink(mailbox.fd);
  socket_close(mailbox.fd);
}

const struct scenario UNIX_DGRAM_SCENARIOS[] = {
    {"dgram-senders", senders}, {"dgram-departed", departed}, {NULL, NULL}};
