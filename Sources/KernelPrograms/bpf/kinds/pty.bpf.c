// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Pseudoterminals: a channel in each direction, named by the slave's tty_struct. What is written is told with its
 * contents, because what is read is not the same: the line discipline edits, echoes and translates. Reads tell who is
 * at the other end, and carry nothing.
 */

#define PIDTYPE_TGID 1 /* enum pid_type, include/linux/pid_type.h */
#define PIDTYPE_PGID 2

/* Numbers of the devices that are, or can stand for, one side of a pseudoterminal (Documentation/admin-guide/devices.txt). */
static __always_inline bool may_be_pty(struct file *file) {
  u32 device = READ_KERNEL(file, f_inode, i_rdev);
  u32 major = device >> 20, minor = device & 0xfffff;
  return (major >= 136 && major <= 143) || major == 2 || major == 3 || (major == 5 && (minor == 0 || minor == 2));
}

struct pty_side {
  struct tty_struct *slave;
  bool is_master;
};

/* The side of a pseudoterminal that a file is; false if it is none. */
static __always_inline bool pty_side_of(struct file *file, struct pty_side *side) {
  if (!may_be_pty(file)) return false;
  struct tty_file_private *private = READ_KERNEL(file, private_data);
  struct tty_struct *tty = READ_KERNEL(private, tty);
  struct tty_driver *driver = tty ? READ_KERNEL(tty, driver) : NULL;
  if (!driver || !is_pty_driver(driver)) return false;
  side->is_master = is_master_driver(driver);
  side->slave = side->is_master ? READ_KERNEL(tty, link) : tty;
  return side->slave != NULL;
}

static __always_inline u64 pty_key(struct tty_struct *slave, bool is_output) { return (u64)slave + is_output; }

static __always_inline u64 pty_inode(struct tty_struct *slave) { return 1ull << 32 | (u32)READ_KERNEL(slave, index); }

/* The first task that a pid stands for as one of a kind; NULL if there is none. */
static __always_inline struct task_struct *task_of(struct pid *pid, u32 type) {
  struct hlist_head *head = (void *)pid + bpf_core_field_offset(struct pid, tasks) + type * sizeof(struct hlist_head);
  struct hlist_node *first = READ_KERNEL(head, first);
  if (!first) return NULL;
  return (void *)first - bpf_core_field_offset(struct task_struct, pid_links) - type * sizeof(struct hlist_node);
}

/* Fills in the terminal: its name, its session, and who would get what is typed. */
static __always_inline void describe_terminal(struct ipc_terminal *record, struct tty_struct *slave) {
  bpf_probe_read_kernel(record->name, sizeof(record->name), (void *)slave + bpf_core_field_offset(struct tty_struct, name));
  record->name[sizeof(record->name) - 1] = 0;
  struct pid *session = session_of(slave), *group = foreground_of(slave);
  if (session) record->session = visible_number(session);
  if (!group) return;
  struct task_struct *member = task_of(group, PIDTYPE_TGID);
  if (!member) member = task_of(group, PIDTYPE_PGID);
  if (!member) return;
  record->foreground = visible_tgid(member);
  read_comm(record->foreground_comm, member);
}

static __always_inline int pty_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch || scratch->result <= 0 || is_self(call->task)) return 0;
  struct pty_side side;
  if (!pty_side_of(scratch->file, &side)) return 0;
  bool is_write = scratch->is_write, is_output = side.is_master != is_write;
  u64 count = scratch->result, key = pty_key(side.slave, is_output), inode = pty_inode(side.slave);
  bool in_scope = scope_matches(call->task);
  struct channel *channel = channel_in_scope(IPC_KIND_PTY, key, inode, in_scope, count);
  if (!channel) return 0;
  if (channel->flags & CHANNEL_EXCLUDED) {
    if (side.is_master && !is_write) show(call->task, SHOWS_ALL);
    return 0;
  }
  if (is_write && is_output && shows(call->task)) {
    exclude_channel(key, inode);
    exclude_channel(pty_key(side.slave, false), inode);
    return 0;
  }
  if (!(channel->flags & CHANNEL_PAIRED)) {
    channel->flags |= CHANNEL_PAIRED;
    channel_of(pty_key(side.slave, !is_output), inode, 0);
  }
  struct ipc_terminal *record = &scratch->terminal;
  __builtin_memset(record, 0, sizeof(*record));
  u8 flags = (in_scope ? IPC_FLAG_IN_SCOPE : 0) | (scratch->is_spliced ? IPC_FLAG_SPLICED : 0);
  fill_header(&record->transfer.header, call->task, is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, IPC_KIND_PTY, flags);
  record->transfer.channel = key;
  record->transfer.identity = inode;
  record->transfer.count = count;
  record->transfer.fd = scratch->fd;
  record->is_output = is_output;
  describe_terminal(record, side.slave);
  scratch->record = RECORD_TERMINAL;
  scratch->fill = 0;
  scratch->message = 0;
  return send_with_contents(ctx, scratch, is_write && !scratch->is_spliced ? settings.capture_limit : 0);
}
FILE_EXIT(pty, STAGE_CHARACTER_DEVICE, pty, pty_exit)
