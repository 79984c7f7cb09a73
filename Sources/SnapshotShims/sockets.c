#define _GNU_SOURCE
#include "snapshot_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(void) {
  int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return -errno;
  struct {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } message = {
      .header = {.nlmsg_len = sizeof(message),
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .request = {.sdiag_family = AF_UNIX,
                  .udiag_states = -1,
                  .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN
                                | UDIAG_SHOW_MEMINFO},
  };
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (sendto(netlink, &message, sizeof(message), 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0) {
    int error = errno;
    close(netlink);
    return -error;
  }
  return netlink;
}

int snapshot_ask_unix_sockets(pid_t pid) {
  if (pid == 0) return ask();
  char path[32];
  snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
  int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (own < 0) return -errno;
  int other = open(path, O_RDONLY | O_CLOEXEC);
  int netlink = other < 0 || setns(other, CLONE_NEWNET) != 0 ? -errno : ask();
  if (other >= 0) close(other);
  /* Where we come from, we may go back to. */
  if (setns(own, CLONE_NEWNET) != 0 && netlink >= 0) {
    close(netlink);
    netlink = -errno;
  }
  close(own);
  return netlink;
}

static void take(const struct nlmsghdr *message, void *context,
                 void (*each)(void *, const struct snapshot_unix_socket *)) {
  const struct unix_diag_msg *body = NLMSG_DATA(message);
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*body))) return;
  struct snapshot_unix_socket socket = {
      .inode = body->udiag_ino, .type = body->udiag_type, .state = body->udiag_state};
  int rest = message->nlmsg_len - NLMSG_LENGTH(sizeof(*body));
  for (const struct rtattr *field = (const struct rtattr *)(body + 1); RTA_OK(field, rest);
       field = RTA_NEXT(field, rest)) {
    const void *value = RTA_DATA(field);
    size_t size = RTA_PAYLOAD(field);
    switch (field->rta_type) {
      case UNIX_DIAG_NAME:
        socket.name = value;
        socket.name_length = size;
        break;
      case UNIX_DIAG_PEER:
        if (size < sizeof(uint32_t)) break;
        socket.has_peer = 1;
        memcpy(&socket.peer, value, sizeof(uint32_t));
        break;
      case UNIX_DIAG_ICONS:
        socket.pending = value;
        socket.pending_count = size / sizeof(uint32_t);
        break;
      case UNIX_DIAG_RQLEN: {
        struct unix_diag_rqlen length;
        if (size < sizeof(length)) break;
        memcpy(&length, value, sizeof(length));
        socket.unread = length.udiag_rqueue;
        socket.unsent = length.udiag_wqueue;
        break;
      }
      case UNIX_DIAG_MEMINFO:
        if (size < sizeof(uint32_t) * (SK_MEMINFO_SNDBUF + 1)) break;
        memcpy(&socket.send_limit, (const char *)value + sizeof(uint32_t) * SK_MEMINFO_SNDBUF, sizeof(uint32_t));
        break;
    }
  }
  each(context, &socket);
}

int snapshot_next_unix_sockets(int netlink, void *buffer, size_t size, void *context,
                               void (*each)(void *, const struct snapshot_unix_socket *)) {
  ssize_t count = recv(netlink, buffer, size, 0);
  if (count < 0) return errno == EINTR ? 1 : -errno;
  unsigned rest = count;
  for (const struct nlmsghdr *message = buffer; NLMSG_OK(message, rest); message = NLMSG_NEXT(message, rest)) {
    if (message->nlmsg_type == NLMSG_DONE) return 0;
    if (message->nlmsg_type == NLMSG_ERROR) {
      const struct nlmsgerr *error = NLMSG_DATA(message);
      return message->nlmsg_len >= NLMSG_LENGTH(sizeof(*error)) && error->error ? error->error : -EIO;
    }
    if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY) take(message, context, each);
  }
  return count == 0 ? 0 : 1;
}
