// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* An open file, as the kinds are asked whether it is of theirs. */
#pragma once

#include "core/kinds.h"
#include "records.h"

struct open_file {
  struct file *file;
  u32 type; /* S_IFMT >> 12 */
  u32 stage; /* of a socket's kind; 0 for anything else */
  struct sock *sk;
};
