// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What existed before the start. */

static __always_inline bool is_wanted(u32 kind) { return settings.kinds & 1u << kind; }

/* The master sends what is typed and receives what is printed, the slave the other way. */
static __always_inline bool describe_held_terminal(struct file *file, struct ipc_held *held) {
  struct pty_side side;
  if (!pty_side_of(file, &side)) return false;
  held->kind = IPC_KIND_PTY;
  held->sends = pty_key(side.slave, !side.is_master);
  held->receives = pty_key(side.slave, side.is_master);
  held->sends_identity = pty_inode(side.slave);
  held->receives_identity = held->sends_identity;
  held->can_read = 1;
  held->can_write = 1;
  return true;
}

/* What a descriptor can send to and receive from, as records name it; false if it is no channel of a wanted kind.
 * With `counts`, unread bytes are added up. */
static __always_inline bool describe_held(struct file *file, struct ipc_held *held, bool counts) {
  u32 type = mode_of(file) & S_IFMT;
  u32 mode = READ_KERNEL(file, f_mode);
  held->inode = READ_KERNEL(file, f_inode, i_ino);
  if (type == S_IFIFO) {
    struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
    held->kind = IPC_KIND_PIPE;
    held->sends = (u64)pipe;
    held->sends_identity = held->inode;
    if (counts) held->unread = unread_bytes((u64)pipe);
    held->can_read = mode & FMODE_READ ? 1 : 0;
    held->can_write = mode & FMODE_WRITE ? 1 : 0;
    return is_wanted(IPC_KIND_PIPE);
  }
  if (type == S_IFCHR) return is_wanted(IPC_KIND_PTY) && describe_held_terminal(file, held);
  struct sock *sk = sock_of(file);
  if (!sk) return false;
  u32 step = stage_of(sk);
  held->can_read = 1;
  held->can_write = 1;
  if (step == STAGE_UNIX_STREAM || step == STAGE_UNIX_DGRAM || step == STAGE_UNIX_SEQPACKET) {
    struct sock *peer = peer_of(sk);
    held->kind = step - STAGE_UNIX_STREAM + IPC_KIND_UNIX_STREAM;
    held->sends = (u64)sk;
    held->sends_identity = held->inode;
    held->receives = (u64)peer;
    if (peer) held->receives_identity = inode_of_sock(peer);
    /* A sender that is closed has no inode any more; records name it by the one that it had. */
    struct channel *known = held->receives_identity == 0 ? bpf_map_lookup_elem(&channels, &held->receives) : NULL;
    if (known) held->receives_identity = told_inode(known);
    if (counts && step == STAGE_UNIX_STREAM) held->unread = queued_bytes((u64)sk);
    return is_wanted(held->kind);
  }
  u8 local[16] = {}, remote[16] = {};
  u16 local_port = 0, remote_port = 0;
  u32 netns = netns_of(sk);
  read_local(sk, local, &local_port);
  read_remote(sk, remote, &remote_port);
  if (step == STAGE_TCP) {
    if (remote_port == 0 || !is_on_loopback(sk, local, remote)) return false;
    struct tcp_sock *tcp = (void *)sk;
    held->kind = IPC_KIND_LOOPBACK_TCP;
    held->sends = direction_of(netns, local, local_port, remote, remote_port);
    held->sends_identity = direction_check(netns, local_port, remote_port);
    held->receives = direction_of(netns, remote, remote_port, local, local_port);
    held->receives_identity = direction_check(netns, remote_port, local_port);
    held->unread = READ_KERNEL(tcp, rcv_nxt) - READ_KERNEL(tcp, copied_seq);
    return is_wanted(IPC_KIND_LOOPBACK_TCP);
  }
  if (step != STAGE_UDP || local_port == 0) return false;
  held->kind = IPC_KIND_LOOPBACK_UDP;
  held->sends = udp_port_key(netns, local_port);
  return is_wanted(IPC_KIND_LOOPBACK_UDP);
}

VERIFIED_ONCE int mark_direction(u32 kind, u64 key, u64 inode) {
  if (kind >= IPC_KIND_UNIX_STREAM && kind <= IPC_KIND_UNIX_SEQPACKET)
    enter_socket(key, inode);
  else
    channel_of(key, inode, 0);
  return 0;
}

/* Marks what a file sends to and receives from as of interest. */
VERIFIED_ONCE int mark_file(u64 address) {
  struct file *file = (struct file *)address;
  struct ipc_held held = {};
  struct sock *sk = sock_of(file);
  if (sk && is_listening(sk)) mark_service(sk, stage_of(sk));
  if (!describe_held(file, &held, false)) return 0;
  mark_direction(held.kind, held.sends, held.sends_identity);
  if (held.receives != 0) mark_direction(held.kind, held.receives, held.receives_identity);
  return 0;
}

/* What the trace has to do with a channel. */
static __always_inline u8 interest_in(struct ipc_held *held) {
  u64 keys[2] = {held->sends, held->receives};
  if (is_own_output(keys[0], held->sends_identity) || is_own_output(keys[1], held->receives_identity))
    return IPC_INTEREST_OWN;
  if (settings.scope == IPC_SCOPE_ALL || bpf_map_lookup_elem(&channels, &keys[0])
      || bpf_map_lookup_elem(&channels, &keys[1]))
    return IPC_INTEREST_WANTED;
  return IPC_INTEREST_NONE;
}

/* Every open channel of the wanted kinds and who holds it. */
SEC("iter/task_file") int held_channels(struct bpf_iter__task_file *ctx) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  if (!task || !file) return 0;
  struct ipc_held held = {};
  if (settings.scope != IPC_SCOPE_ALL && is_in_scope(task)) {
    /* Looked up anew, because a typed pointer is no number to the verifier. */
    struct file *found = file_of(task, ctx->fd);
    if (found) mark_file((u64)found);
  }
  if (!describe_held(file, &held, true)) return 0;
  held.file = (u64)file;
  held.interest = interest_in(&held);
  held.tgid = visible_tgid(task);
  read_comm(held.comm, task);
  bpf_seq_write(ctx->meta->seq, &held, sizeof(held));
  return 0;
}

/* Where ipcdump stands among the pid namespaces: the level of its own, and its number in the initial one. */
SEC("iter/task") int own_place(struct bpf_iter__task *ctx) {
  struct task_struct *self = (void *)bpf_get_current_task();
  shared.self_level = READ_KERNEL(self, thread_pid, level);
  shared.self_tgid = READ_KERNEL(self, tgid);
  return 0;
}

/* Finds out where the memory of a page lies. */
SEC("iter/task") int own_pages(struct bpf_iter__task *ctx) {
  if (shared.page_constant == 0) try_constants();
  return 0;
}
