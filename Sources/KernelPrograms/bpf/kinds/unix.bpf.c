// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Names of unix sockets, and those that are open. */
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "kinds/unix.h"
#include "record/names.h"

/* Sends the name that one socket is bound to. */
static __always_inline void unix_name_send(u32 slot, struct scratch *scratch, struct sock *sk) {
  struct channel *channel = nameless_channel(scratch, sk);
  if (!channel) return;
  struct unix_sock *unix = (void *)sk;
  struct unix_address *address = READ_KERNEL(unix, addr);
  struct dentry *dentry = READ_KERNEL(unix, path.dentry);
  u32 form = IPC_NAME_PATH;
  scratch->cursor.fill = 0;
  if (dentry) {
    walk_path(slot, scratch, dentry, READ_KERNEL(unix, path.mnt));
  } else {
    /* An abstract name: its family and a NUL come first. */
    u32 length = READ_KERNEL(address, len) - 3;
    if (length > sizeof(((struct sockaddr_un *)0)->sun_path)) length = 0;
    void *path = (void *)address + bpf_core_field_offset(struct unix_address, name) + 3;
    bpf_probe_read_kernel(scratch->bytes, at_most(length, sizeof(((struct sockaddr_un *)0)->sun_path)), path);
    scratch->cursor.fill = length;
    form = IPC_NAME_ABSTRACT;
  }
  if (name_send(scratch, unix_kind(scratch), (u64)sk, recorded_inode(channel), form, 0))
    channel->flags |= CHANNEL_NAMED;
}

/* Sends the name of one end and calls itself for the other one's; then goes on with ancillary data or the record. */
static __always_inline int names_stage(void *ctx, u32 slot, struct scratch *scratch) {
  struct sock *sk = scratch->ends.unnamed == 2 ? scratch->ends.source : scratch->ends.destination;
  if (sk) unix_name_send(slot, scratch, sk);
  scratch->ends.unnamed--;
  if (scratch->ends.unnamed > 0) bpf_tail_call(ctx, &exit_stages, STAGE_NAMES);
  if (has_ancillary(scratch)) bpf_tail_call(ctx, &exit_stages, STAGE_ANCILLARY);
  return emit_described(ctx, scratch);
}
EXIT_STAGE(names, STAGE_NAMES, unix, names_stage)

static __always_inline bool unix_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  u32 stage = file->stage;
  struct sock *sk = file->sk, *peer = peer_of(sk);
  open->kind = unix_kind_of(stage);
  open->can_read = 1;
  open->can_write = 1;
  open->sends = (u64)sk;
  open->sends_identity = open->inode;
  open->receives = (u64)peer;
  if (peer) open->receives_identity = inode_of_sock(peer);
  /* A sender that is closed has no inode any more; records name it by the one that it had. */
  if (open->receives_identity == 0) open->receives_identity = inode_before_close(open->receives);
  if (counts && stage == STAGE_UNIX_STREAM) open->unread = queued_bytes((u64)sk);
  return is_wanted(open->kind);
}

/* Sends the name of one end, if it has one that has not gone out. */
CALLED_WITHOUT_TAIL_CALLS int unix_name_end(u32 slot, u64 sk) {
  struct scratch *scratch = scratch_at(slot);
  if (scratch) unix_name_send(slot, scratch, (struct sock *)sk);
  return 0;
}

/* Of a socket that was accepted, the peer's credentials are those of who has connected; of the one that has connected,
 * those of who listens (unix_stream_connect, net/unix/af_unix.c). */
static __always_inline void unix_describe_end(struct scratch *scratch, const struct ipc_held *open) {
  struct ipc_life *life = &scratch->life;
  struct sock *sk = scratch->call.sk, *other = (struct sock *)open->receives;
  if (is_named(sk)) life->traits |= IPC_LIFE_NAMED;
  if (other && is_named(other)) life->traits |= IPC_LIFE_OTHER_NAMED;
  struct pid *peer = READ_KERNEL(sk, sk_peer_pid);
  struct task_struct *task = peer ? task_of(peer, PIDTYPE_TGID) : NULL;
  if (peer) life->peer = visible_number(peer);
  if (task) read_process_comm(life->peer_comm, task);
}
