/* What the files of this target share and Swift has no use for. */
#ifndef INHERITED_H
#define INHERITED_H

/*
 * Keeps the capabilities of this process from the next program that it executes, and from finding it; root has its own
 * by being root.
 * Returns 0, or the errno of a failed call.
 */
int process_clear_inherited_capabilities(void);

/* Brings the limit of open files back that process_raise_open_file_limit() has found. */
void process_restore_open_file_limit(void);

/*
 * Keeps this process, and what it executes, from typing into a terminal (TIOCSTI, TIOCLINUX), for good. Returns 0, or the
 * errno of a failed call.
 */
int process_forbid_typing(void);

#endif
