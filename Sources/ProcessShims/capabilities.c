#define _GNU_SOURCE
#include "process_shims.h"

#include "inherited.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Both halves of the three sets, as capset(2) takes them. glibc has no wrapper for it, only libcap. */
typedef struct __user_cap_data_struct capability_words[_LINUX_CAPABILITY_U32S_3];

static struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

/* Sets what is effective, as far as it is permitted. */
static int set_effective(uint64_t wanted) {
  capability_words words;
  if (syscall(SYS_capget, &header, words)) return errno;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
    words[i].effective = words[i].permitted & (uint32_t)(wanted >> (32 * i));
  return syscall(SYS_capset, &header, words) ? errno : 0;
}

int process_lower_capabilities(void) { return set_effective(0); }

int process_raise_capabilities(void) { return set_effective(~(uint64_t)0); }

/* Nothing can be had by executing something; without CAP_SETPCAP the set stays, and no_new_privs has to do. */
static void empty_bounding_set(void) {
  for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
    prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

int process_become_nobody(uid_t nobody) {
  empty_bounding_set();
  if (setgroups(0, NULL)) return errno;
  if (setresgid(nobody, nobody, nobody)) return errno;
  return setresuid(nobody, nobody, nobody) ? errno : 0;
}

int process_clear_inherited_capabilities(void) {
  capability_words words;
  if (syscall(SYS_capget, &header, words)) return errno;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    words[i].inheritable = 0;
    /* The program is to be found and executed with its user's rights. Root's are root's. */
    if (geteuid()) words[i].effective = words[i].permitted = 0;
  }
  /* The ambient set goes with the inheritable one, of which it is a part. */
  return syscall(SYS_capset, &header, words) ? errno : 0;
}

int process_keep_capabilities(uint64_t kept) {
  empty_bounding_set();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
  capability_words words;
  if (syscall(SYS_capget, &header, words)) return errno;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    uint32_t half = kept >> (32 * i);
    words[i].permitted &= half;
    words[i].effective = words[i].permitted;
    words[i].inheritable = 0;
  }
  return syscall(SYS_capset, &header, words) ? errno : 0;
}
