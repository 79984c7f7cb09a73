// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * io_uring: requests that are submitted to a ring, and done by the submitter, by a worker or by a polling thread. What
 * a request is about lies in it still when it completes, so that its completion is to it what a syscall's end is to a
 * call, and its submission what the start is.
 *
 * A batch's completions come after all of the batch has been done. What was seen of a thread's call
 * (hooks/call_context.bpf.c) is of one request only if it is one message; else it says nothing of any.
 */
#include "core/call_context.h"
#include "hooks/splices.h"
#include "record/message_headers.h"

/* io_uring requests of which something must be known when they complete. Bounded; the least recently submitted ones
 * fall out, which costs certainty only. */
struct uring_request {
  u64 request; /* of one that completes many times, by ring and user data */
  u32 position; /* in the TCP stream when it was submitted */
  u32 pad;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, u64);
  __type(value, struct uring_request);
} uring_requests SEC(".maps");

/* enum io_uring_op, include/uapi/linux/io_uring.h */
enum {
  URING_READV = 1,
  URING_WRITEV = 2,
  URING_READ_FIXED = 4,
  URING_WRITE_FIXED = 5,
  URING_SENDMSG = 9,
  URING_RECVMSG = 10,
  URING_READ = 22,
  URING_WRITE = 23,
  URING_SEND = 26,
  URING_RECV = 27,
  URING_SPLICE = 30,
  URING_TEE = 33,
  URING_SEND_ZC = 47,
  URING_SENDMSG_ZC = 48,
  URING_READ_MULTISHOT = 49,
  URING_READV_FIXED = 60,
  URING_WRITEV_FIXED = 61,
};

#define SPLICE_F_FD_IN_FIXED (1u << 31)
#define PF_IO_WORKER 0x10 /* include/linux/sched.h */

enum uring_form { URING_OTHER, URING_BUFFER, URING_VECTOR, URING_SOCKET_BUFFER, URING_MESSAGE, URING_MOVE };

static __always_inline u32 form_of_request(u8 opcode) {
  switch (opcode) {
    case URING_READ: case URING_READ_FIXED: case URING_READ_MULTISHOT: case URING_WRITE: case URING_WRITE_FIXED:
      return URING_BUFFER;
    case URING_READV: case URING_READV_FIXED: case URING_WRITEV: case URING_WRITEV_FIXED: return URING_VECTOR;
    case URING_SEND: case URING_SEND_ZC: case URING_RECV: return URING_SOCKET_BUFFER;
    case URING_SENDMSG: case URING_SENDMSG_ZC: case URING_RECVMSG: return URING_MESSAGE;
    case URING_SPLICE: case URING_TEE: return URING_MOVE;
    default: return URING_OTHER;
  }
}

static __always_inline bool is_write_request(u8 opcode) {
  switch (opcode) {
    case URING_WRITE: case URING_WRITE_FIXED: case URING_WRITEV: case URING_WRITEV_FIXED: case URING_SEND:
    case URING_SEND_ZC: case URING_SENDMSG: case URING_SENDMSG_ZC: return true;
    default: return false;
  }
}

/* Address of the process's own thread, not one that works for it. */
VERIFIED_ONCE u64 request_owner(u64 address) {
  struct task_struct *task = submitter_of((struct io_kiocb *)address);
  return (u64)(READ_KERNEL(task, flags) & PF_IO_WORKER ? READ_KERNEL(task, group_leader) : task);
}

VERIFIED_ONCE bool is_compat_request(u64 address) { return is_compat_ring((struct io_kiocb *)address); }

static __always_inline u64 chosen_buffer(struct io_kiocb *request) {
  struct io_async_msghdr *message = READ_KERNEL(request, async_data);
  if (!message || !bpf_core_field_exists(message->msg.msg_iter.ubuf)) return 0;
  return (u64)READ_KERNEL(message, msg.msg_iter.ubuf);
}

/* Takes over what a request is about; false if it moves nothing through a buffer. */
VERIFIED_ONCE bool load_request(u32 slot, u64 address, u32 opcode) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct io_kiocb *request = (struct io_kiocb *)address;
  u32 form = form_of_request(opcode);
  struct io_rw *rw = (void *)request;
  struct io_sr_msg *message = (void *)request;
  scratch->call.is_plain = false;
  scratch->call.is_vector = false;
  if (form == URING_BUFFER || form == URING_VECTOR) {
    scratch->call.base = READ_KERNEL(rw, addr);
    scratch->call.length = READ_KERNEL(rw, len);
    scratch->call.is_vector = form == URING_VECTOR;
    return true;
  }
  scratch->call.message_flags = READ_KERNEL(message, msg_flags);
  if (form == URING_MESSAGE) return load_message(scratch, (u64)READ_KERNEL(message, buf));
  /* What has been done is behind the buffer's beginning (io_send, io_recv). */
  u32 done = READ_KERNEL(message, done_io);
  u64 buffer = (u64)READ_KERNEL(message, buf);
  scratch->call.base = buffer - done;
  scratch->call.length = (u32)READ_KERNEL(message, len) + done;
  /* A buffer that the kernel chose (IOSQE_BUFFER_SELECT) is known as long as the request goes on (multishot). */
  if (buffer == 0) {
    scratch->call.base = chosen_buffer(request);
    scratch->call.length = scratch->call.returned;
  }
  return true;
}

/* What the tail-call stages get for a request; the scratch is the hook's. */
static __always_inline bool request_call(enum ipc_hook hook, struct io_kiocb *request, s32 result, struct call *call) {
  u32 slot = scratch_slot(hook);
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  *call = (struct call){
    .scratch = scratch,
    .slot = slot,
    .thread = current_thread(),
    .task = (struct task_struct *)request_owner((u64)request),
    .result = result,
    .compat = is_compat_request((u64)request),
  };
  return true;
}

/* The request of a completion that does not name it, because more of it are to come (multishot). */
static __always_inline struct io_kiocb *repeated_request(u64 ring, u64 user_data) {
  u64 key = hash_mix(ring, user_data);
  struct uring_request *known = bpf_map_lookup_elem(&uring_requests, &key);
  return known ? (struct io_kiocb *)known->request : NULL;
}

/* A request has been done, as the end of a syscall is; `hook` has the scratch. */
static __always_inline int request_done(void *ctx, enum ipc_hook hook, struct io_kiocb *request, s32 result) {
  u8 opcode = READ_KERNEL(request, opcode);
  u32 form = form_of_request(opcode);
  bool is_write = is_write_request(opcode);
  bool may_be_empty = is_write || form == URING_SOCKET_BUFFER || form == URING_MESSAGE;
  if (form == URING_OTHER || (result <= 0 && !may_be_empty)) return 0;
  if (result < 0 && !is_write) return 0;
  struct file *file = READ_KERNEL(request, file);
  if (!file || file_type(file) == FILE_REGULAR) return 0;
  struct call call;
  if (!request_call(hook, request, result, &call)) return 0;
  struct call_context *context = context_of(call.thread);
  if (context && (is_write || context->count > 1 || context->sender)) context_clear(call.thread);
  if (form == URING_MOVE) {
    struct io_splice *splice = (void *)request;
    u32 fd = READ_KERNEL(splice, splice_fd_in);
    bool is_fixed = READ_KERNEL(splice, flags) & SPLICE_F_FD_IN_FIXED;
    struct file *from = opcode == URING_TEE || is_fixed ? NULL : file_of(call.task, fd);
    return splice_transfer(ctx, &call, from, fd, file, NO_FD);
  }
  begin_transfer(&call, file, NO_FD, is_write);
  if (!load_request(call.slot, (u64)request, opcode)) return 0;
  if (is_write) {
    u64 key = (u64)request;
    struct uring_request *submitted = bpf_map_lookup_elem(&uring_requests, &key);
    struct call_context *own = context_to_write(call.thread);
    if (own) own->is_announced = result <= 0;
    if (own && submitted) {
      own->position = submitted->position;
      own->has_position = true;
      bpf_map_delete_elem(&uring_requests, &key);
    }
  }
  go_to_file(ctx, AT_END, file_type(file));
  return 0;
}

SEC("raw_tp/io_uring_complete") int completed__request_io_uring__any__raw(u64 *ctx) {
  if (!has_uring_requests()) return 0;
  struct io_kiocb *request = (void *)ctx[1];
  if (request) return request_done(ctx, IPC_HOOK_URING_COMPLETE, request, READ_KERNEL(request, cqe.res));
  u64 user_data;
  s32 result;
  if (traces_completion_entry()) {
    struct io_uring_cqe *entry = (void *)ctx[2];
    user_data = READ_KERNEL(entry, user_data);
    result = READ_KERNEL(entry, res);
  } else {
    user_data = ctx[2];
    result = ctx[3];
  }
  request = repeated_request(ctx[0], user_data);
  return request ? request_done(ctx, IPC_HOOK_URING_COMPLETE, request, result) : 0;
}

SEC("tp/io_uring/io_uring_complete")
int completed__request_io_uring__any__classic(struct trace_event_raw_io_uring_complete *ctx) {
  if (!has_uring_requests()) return 0;
  struct io_kiocb *request = ctx->req;
  if (!request) request = repeated_request((u64)ctx->ctx, ctx->user_data);
  return request ? request_done(ctx, IPC_HOOK_SYS_EXIT, request, ctx->res) : 0;
}

/* A request is about to be done, or to be waited for. */
static __always_inline int request_submitted(void *ctx, enum ipc_hook hook, struct io_kiocb *request) {
  if (!has_uring_requests()) return 0;
  u8 opcode = READ_KERNEL(request, opcode);
  u32 form = form_of_request(opcode);
  if (form == URING_OTHER) return 0;
  if (opcode == URING_RECV || opcode == URING_RECVMSG || opcode == URING_READ_MULTISHOT) {
    u64 key = hash_mix((u64)READ_KERNEL(request, ctx), READ_KERNEL(request, cqe.user_data));
    struct uring_request repeated = {.request = (u64)request};
    bpf_map_update_elem(&uring_requests, &key, &repeated, BPF_ANY);
    return 0;
  }
  struct call call;
  if (!request_call(hook, request, 0, &call)) return 0;
  if (form == URING_MOVE) {
    struct io_splice *splice = (void *)request;
    if (opcode == URING_TEE || READ_KERNEL(splice, flags) & SPLICE_F_FD_IN_FIXED) return 0;
    return begin_to_splice(ctx, &call, file_of(call.task, READ_KERNEL(splice, splice_fd_in)));
  }
  if (!is_write_request(opcode)) return 0;
  /* The file is looked up later, unless it is a registered one. */
  struct file *file = READ_KERNEL(request, file);
  if (!file) file = file_of(call.task, READ_KERNEL(request, cqe.fd));
  if (!file || file_type(file) == FILE_REGULAR) return 0;
  begin_transfer(&call, file, NO_FD, true);
  if (!load_request(call.slot, (u64)request, opcode)) return 0;
  struct sock *sk = sock_of(file);
  if (sk && socket_stage(sk) == STAGE_TCP) {
    u64 key = (u64)request;
    struct uring_request submitted = {.position = written_position((u64)sk)};
    bpf_map_update_elem(&uring_requests, &key, &submitted, BPF_ANY);
  }
  go_to_file(ctx, AT_START, file_type(file));
  return 0;
}

SEC("raw_tp/io_uring_submit_req") int submitted__request_io_uring__any__raw(u64 *ctx) {
  return request_submitted(ctx, IPC_HOOK_URING_SUBMIT, (void *)ctx[0]);
}

SEC("tp/io_uring/io_uring_submit_req")
int submitted__request_io_uring__any__classic(struct trace_event_raw_io_uring_submit_req *ctx) {
  return request_submitted(ctx, IPC_HOOK_SYS_ENTER, ctx->req);
}

/* The same tracepoint's name before 6.4 or so. */
SEC("raw_tp/io_uring_submit_sqe") int submitted_entry__request_io_uring__any__raw(u64 *ctx) {
  return request_submitted(ctx, IPC_HOOK_URING_SUBMIT, (void *)ctx[0]);
}

SEC("tp/io_uring/io_uring_submit_sqe")
int submitted_entry__request_io_uring__any__classic(struct trace_event_raw_io_uring_submit_sqe *ctx) {
  return request_submitted(ctx, IPC_HOOK_SYS_ENTER, ctx->req);
}
