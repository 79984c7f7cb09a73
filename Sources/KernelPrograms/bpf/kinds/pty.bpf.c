// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Pseudoterminals: a channel in each direction, named by the slave's tty_struct. What is written is recorded with its
 * contents, because what is read is not the same: the line discipline edits, echoes and translates. Reads show who is
 * at the other end, and carry nothing.
 */
#include "core/call_beginning.h"
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "record/contents.h"
#include "record/own_output.h"

/* Numbers of the devices that are, or can stand for, one side of a pseudoterminal
 * (Documentation/admin-guide/devices.txt). */
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

/* Fills in the terminal's name. */
static __always_inline void read_terminal_name(char *to, struct tty_struct *slave) {
  void *name = (void *)slave + bpf_core_field_offset(struct tty_struct, name);
  bpf_probe_read_kernel(to, 16, name);
  to[15] = 0;
}

/* Fills in the terminal: its name, its session, and who would get what is typed. */
static __always_inline void describe_terminal(struct ipc_terminal *record, struct tty_struct *slave) {
  read_terminal_name(record->name, slave);
  struct pid *session = session_of(slave), *group = foreground_of(slave);
  if (session) record->session = visible_number(session);
  if (!group) return;
  struct task_struct *member = task_of(group, PIDTYPE_TGID);
  if (!member) member = task_of(group, PIDTYPE_PGID);
  if (!member) return;
  record->foreground = visible_tgid(member);
  read_process_comm(record->foreground_comm, member);
}

/* Whoever reads may have all of a write, and may have answered it, before its call ends. */
static __always_inline int pty_enter(void *ctx, u32 slot, struct scratch *scratch) {
  if (may_be_pty(scratch->call.file)) call_begins(scratch->call.thread);
  return 0;
}
ENTER_STAGE(pty, STAGE_CHARACTER_DEVICE, pty, pty_enter)

/* Fills in the record of a transfer on one side of a pseudoterminal. */
VERIFIED_ONCE int fill_terminal(u32 slot, u64 slave, u32 is_master, u64 began) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct tty_struct *tty = (struct tty_struct *)slave;
  bool is_write = scratch->call.is_write, is_output = (is_master != 0) != is_write;
  struct ipc_terminal *record = &scratch->terminal;
  __builtin_memset(record, 0, sizeof(*record));
  u16 type = is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  fill_header(&record->transfer.header, scratch->call.task, type, IPC_KIND_PTY, transfer_flags(scratch));
  record->transfer.channel = pty_key(tty, is_output);
  record->transfer.identity = pty_inode(tty);
  record->transfer.count = scratch->call.result;
  record->transfer.fd = scratch->call.fd;
  record->transfer.state.began = began;
  record->is_output = is_output;
  describe_terminal(record, tty);
  scratch->record_start = RECORD_START(terminal);
  return 0;
}

static __always_inline int pty_exit(void *ctx, u32 slot, struct scratch *scratch) {
  struct task_struct *task = scratch->call.task;
  u64 began = scratch->call.is_write && !is_request(scratch) ? take_beginning(scratch->call.thread) : 0;
  if (scratch->call.result <= 0 || is_self(task)) return 0;
  struct pty_side side;
  if (!pty_side_of(scratch->call.file, &side)) return 0;
  bool is_write = scratch->call.is_write, is_output = side.is_master != is_write;
  u64 key = pty_key(side.slave, is_output), inode = pty_inode(side.slave);
  bool in_scope = scratch->call.in_scope = scope_matches(task);
  struct channel *channel = channel_in_scope(IPC_KIND_PTY, key, inode, in_scope, scratch->call.result);
  if (!channel) return 0;
  if (channel->flags & CHANNEL_EXCLUDED) {
    if (side.is_master && !is_write) relay_add(task, RELAYS_ALL);
    return 0;
  }
  if (is_write && is_output && relay_way(task)) {
    exclude_channel(key, inode);
    exclude_channel(pty_key(side.slave, false), inode);
    return 0;
  }
  if (!(channel->flags & CHANNEL_PAIRED)) {
    channel->flags |= CHANNEL_PAIRED;
    channel_of(pty_key(side.slave, !is_output), inode, 0);
  }
  fill_terminal(slot, (u64)side.slave, side.is_master, began);
  return send_with_contents(ctx, slot, scratch, is_write && !scratch->call.is_spliced ? settings.capture_limit : 0);
}
EXIT_STAGE(pty, STAGE_CHARACTER_DEVICE, pty, pty_exit)

/* The master sends what is typed and receives what is printed, the slave the other way. */
static __always_inline bool pty_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  struct pty_side side;
  if (!is_wanted(IPC_KIND_PTY) || !pty_side_of(file->file, &side)) return false;
  open->kind = IPC_KIND_PTY;
  open->sends = pty_key(side.slave, !side.is_master);
  open->receives = pty_key(side.slave, side.is_master);
  open->sends_identity = pty_inode(side.slave);
  open->receives_identity = open->sends_identity;
  open->can_read = 1;
  open->can_write = 1;
  return true;
}

static __always_inline void pty_describe_end(struct scratch *scratch) {
  struct ipc_life *life = &scratch->life;
  struct pty_side side;
  if (!pty_side_of(scratch->call.file, &side)) return;
  struct pid *session = session_of(side.slave);
  read_terminal_name(life->terminal, side.slave);
  if (session) life->session = visible_number(session);
  if (side.is_master) life->traits |= IPC_LIFE_MASTER;
}
