#include "libbpf_shims.h"

#include <malloc.h>

// Said once, it no longer grows with the blocks that are freed, which would stay in the arenas of threads that are gone.
void libbpf_shims_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 1 << 20); }
