/* What Swift cannot say itself: variadic callbacks, and what its modules of libc lack. */
#ifndef LIBBPF_SHIMS_H
#define LIBBPF_SHIMS_H

/* Receives one finished line of libbpf's log; level as enum libbpf_print_level. */
typedef void (*libbpf_line_handler)(int level, const char *line);

/* Routes libbpf's log to `handler`, up to a level; NULL silences it. */
void libbpf_shims_set_log(unsigned int level, libbpf_line_handler handler);

/*
 * Opens a file of `tracefs`, `debugfs` or `securityfs` for reading; returns its descriptor or a negative errno.
 * Where that file system is not mounted, a private mount is made that nobody else sees.
 */
int libbpf_shims_open_kernel_file(const char *type, const char *path);

/*
 * Number of a classic tracepoint in tracefs, or a negative errno.
 * libbpf's own way needs a mounted tracefs; this one does not.
 */
int libbpf_shims_tracepoint_number(const char *category, const char *name);

/* Opens a perf event for a classic tracepoint; returns its descriptor or a negative errno. */
int libbpf_shims_open_tracepoint(int number);

/* Creates a file that is in memory only; returns its descriptor or a negative errno. */
int libbpf_shims_create_memory_file(const char *name);

/* Lets blocks of a MiB and more go back to the kernel when they are freed, in threads, too (mallopt(3)). */
void libbpf_shims_return_large_blocks(void);

#endif
