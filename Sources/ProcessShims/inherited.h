/* What the files of this target share and Swift has no use for. */
#ifndef INHERITED_H
#define INHERITED_H

/*
 * Keeps the capabilities of this process from the next program that it executes; root has its own by being root.
 * Returns 0, or the errno of a failed call.
 */
int process_clear_inherited_capabilities(void);

#endif
