// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Where the memory of a page lies. The kernel maps all memory in one piece and describes it by one array of struct
 * page, so that the address is a multiple of the page's own plus a constant (page_to_virt; x86 and arm64 with
 * SPARSEMEM_VMEMMAP). The constant changes with every boot. It is found, not looked up: ipcdump puts a page with a
 * pattern into a pipe of its own, and candidates are tried until the pattern is there.
 */
#pragma once

#include "core/state.h"
#include "kernel/pipes.h"

#define PAGE_DESCRIPTION 64 /* bytes of struct page that make the multiple: 4096 / 64 */
#define GIB (1ull << 30)
#define TRIED_CONSTANTS 64

/* Address of a page's memory; 0 if it is not known. */
static __always_inline u64 address_of_page(u64 page) {
  if (shared.page_constant == 0 || bpf_core_type_size(struct page) != PAGE_DESCRIPTION) return 0;
  return page * (4096 / PAGE_DESCRIPTION) + shared.page_constant;
}

/* Tries the next candidate for the place of a page with the pattern. */
VERIFIED_ONCE int try_constant(u64 page, u64 base) {
  /* 0, -1, 1, -2, 2 … */
  u32 number = shared.next_constant;
  u64 distance = (u64)(number / 2 + (number & 1)) * GIB;
  u64 constant = number & 1 ? base - distance : base + distance;
  u64 found = 0;
  if (shared.page_constant != 0) return 0;
  bpf_probe_read_kernel(&found, sizeof(found), (void *)(page * (4096 / PAGE_DESCRIPTION) + constant));
  if (found == shared.probe_pattern) shared.page_constant = constant;
  shared.next_constant = number + 1;
  return 0;
}

/*
 * Tries some candidates, from number shared.next_constant on. The direct mapping and the array of pages begin at a
 * multiple of 1 GiB, so with the pipe's own address (kmalloc memory, in the direct mapping) all are a multiple of
 * 1 GiB from each other.
 */
static __always_inline void try_constants(void) {
  struct file *file = file_of((void *)bpf_get_current_task(), shared.probe_fd);
  if (!file) return;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  struct pipe_buffer *buffer = pipe_buffer_at(pipe, READ_KERNEL(pipe, tail));
  u64 page = (u64)READ_KERNEL(buffer, page);
  u64 base = ((u64)pipe & ~(GIB - 1)) - (page & ~(GIB - 1)) * (4096 / PAGE_DESCRIPTION);
  for (u32 i = 0; i < TRIED_CONSTANTS; i++) try_constant(page, base);
}
