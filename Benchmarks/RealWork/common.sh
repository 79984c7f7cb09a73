# shellcheck shell=bash
# What the scripts of this folder begin with. Each is `SCRIPT prepare`, once and untraced, and then `SCRIPT run`, in a folder
# of its own; the last line of a run is how much it has done in a second (of a build, in a minute). ${SHARE:-1} is the part of the work to do.
# Where something is missing, it says so and ends with 77.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
share=${SHARE:-1}

need() {
  for command in "$@"; do
    command -v "$command" > /dev/null || {
      echo "$command is missing" >&2
      exit 77
    }
  done
}

# A part of an amount, at least 1.
part() { awk -v amount="$1" -v share="$share" 'BEGIN { part = int(amount * share); print part < 1 ? 1 : part }'; }

# Repeats a command until it succeeds; gives up after 30 s.
wait_until() {
  for _ in {1..300}; do
    "$@" &> /dev/null && return
    sleep 0.1
  done
  echo "never came true: $*" >&2
  exit 1
}
