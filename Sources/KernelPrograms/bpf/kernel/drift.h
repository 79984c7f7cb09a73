// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Where kernels differ: each case with the version or commit that made the difference. */
#pragma once

#include "kernel/types.h"

/* Helper ids stand in the kernel's own BTF, so a kernel can be asked for them. */
enum bpf_func_id___515 { BPF_FUNC_task_pt_regs___515 = 175, BPF_FUNC_get_current_task_btf___515 = 158 };

/*
 * Registers of the current syscall, for program types that are not handed them.
 * bpf_task_pt_regs came with 5.15 (dd6e10fbd9fb). Before, they lie at the top of the kernel stack: 16 KiB on x86-64
 * and arm64 without KASAN (THREAD_SIZE), without padding (arch/x86/include/asm/processor.h, task_pt_regs).
 */
static __always_inline struct pt_regs *current_registers(void) {
  if (bpf_core_enum_value_exists(enum bpf_func_id___515, BPF_FUNC_task_pt_regs___515))
    return (struct pt_regs *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
  struct task_struct *task = (void *)bpf_get_current_task();
  return BPF_CORE_READ(task, stack) + 16384 - bpf_core_type_size(struct pt_regs);
}
