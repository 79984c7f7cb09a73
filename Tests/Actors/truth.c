#include "truth.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>

static void print_text(FILE *file, const char *text, size_t length) {
  fputc('"', file);
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x20) {
      fprintf(file, "\\u%04x", byte);
      continue;
    }
    if (byte == '"' || byte == '\\') fputc('\\', file);
    fputc(byte, file);
  }
  fputc('"', file);
}

static void print_string(FILE *file, const char *text) { print_text(file, text, strlen(text)); }

static void print_base64(FILE *file, const unsigned char *bytes, size_t count) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  fputc('"', file);
  for (size_t i = 0; i < count; i += 3) {
    size_t left = count - i;
    uint32_t group = (uint32_t)bytes[i] << 16;
    if (left > 1) group |= (uint32_t)bytes[i + 1] << 8;
    if (left > 2) group |= bytes[i + 2];
    fputc(digits[group >> 18], file);
    fputc(digits[group >> 12 & 63], file);
    fputc(left > 1 ? digits[group >> 6 & 63] : '=', file);
    fputc(left > 2 ? digits[group & 63] : '=', file);
  }
  fputc('"', file);
}

static void print_party(FILE *file, const char *side, const struct party *party) {
  fprintf(file, "\"%s_pid\":%d,\"%s_tid\":%d,", side, party->pid, side, party->tid);
  fprintf(file, "\"%s_comm\":", side);
  print_string(file, party->comm);
  fputc(',', file);
  if (party->thread[0] == 0 || strcmp(party->thread, party->comm) == 0) return;
  fprintf(file, "\"%s_thread\":", side);
  print_string(file, party->thread);
  fputc(',', file);
}

static void print_outcome(FILE *file, const struct truth *truth, const unsigned char *contents, size_t count) {
  if (truth->content == CONTENT_WHOLE) {
    fputs(",\"bytes\":", file);
    print_base64(file, contents + truth->offset, count);
  } else if (truth->content == CONTENT_HASHED) {
    fprintf(file, ",\"bytes_fnv\":\"%016" PRIx64 "\"", truth->fnv);
  }
  if (truth->undelivered) fputs(",\"delivered\":false", file);
  if (truth->source_unobserved) fputs(",\"src_unobserved\":true", file);
  if (truth->destination_inferred) fputs(",\"inferred\":[\"dst\"]", file);
  if (truth->showing == SHOWN_PERHAPS) fputs(",\"bytes_optional\":true", file);
  if (truth->showing == SHOWN_IN_PART) fputs(",\"bytes_prefix\":true", file);
}

static void print_missing(FILE *file, const struct truth *truth) {
  if (truth->showing == SHOWN_NEVER) fputs(",\"bytes_missing\":\"spliced\"", file);
}

static void print_pipe(FILE *file, const struct truth *truth, const unsigned char *contents) {
  fputs("\"type\":\"pipe\",", file);
  fprintf(file, "\"meta\":{\"pipe_inode\":%" PRIu64 ",\"pipe_name\":", truth->channel.inode);
  print_string(file, truth->channel.name);
  fprintf(file, ",\"count\":%" PRIu64, truth->count);
  print_missing(file, truth);
  fputc('}', file);
  print_outcome(file, truth, contents, truth->count);
}

static void print_terminal(FILE *file, const struct truth *truth, const unsigned char *contents) {
  fputs("\"type\":\"pty\",\"meta\":{\"tty_name\":", file);
  print_string(file, truth->channel.name);
  if (truth->session != 0) fprintf(file, ",\"dst_sid\":%d", truth->session);
  fprintf(file, ",\"count\":%" PRIu64 ",\"direction\":\"%s\"", truth->count, truth->is_output ? "output" : "input");
  print_missing(file, truth);
  fputc('}', file);
  print_outcome(file, truth, contents, truth->count);
}

// Services have names in /etc/services, if that is there.
static void print_port(FILE *file, const char *side, const struct end *end) {
  fprintf(file, "\"%s_port\":%u,", side, end->port);
  const struct servent *service = getservbyport(htons(end->port), end->kind == SOCKET_TCP ? "tcp" : "udp");
  if (service == NULL) return;
  fprintf(file, "\"%s_serv\":", side);
  print_string(file, service->s_name);
  fputc(',', file);
}

static void print_unix(FILE *file, const struct truth *truth) {
  static const struct end unnamed = {.name = "<anonymous>", .name_length = 11};
  const struct end *source = &truth->ends[0], *destination = &truth->ends[1];
  const struct end *named = destination->name_length > 0 ? destination : source;
  if (named->name_length == 0) named = &unnamed;
  fputs("\"path\":", file);
  print_text(file, named->name, named->name_length);
  if (source->inode != 0) fprintf(file, ",\"src_inode\":%" PRIu64, source->inode);
  if (truth->fds[0] != 0) {
    fputs(",\"fds\":", file);
    print_string(file, truth->fds);
  }
  if (truth->creds[0] != 0) {
    fputs(",\"creds\":", file);
    print_string(file, truth->creds);
  }
}

static void print_internet(FILE *file, const struct truth *truth) {
  print_port(file, "src", &truth->ends[0]);
  print_port(file, "dst", &truth->ends[1]);
  fputs("\"src_addr\":", file);
  print_string(file, truth->ends[0].name);
  fputs(",\"dst_addr\":", file);
  print_string(file, truth->ends[1].name);
}

static void print_socket(FILE *file, const struct truth *truth, const unsigned char *contents) {
  static const char *const types[] = {"unix-stream", "unix-dgram", "unix-seqpacket", "loopback-tcp", "loopback-udp"};
  const struct end *destination = &truth->ends[1];
  fprintf(file, "\"type\":\"%s\",\"meta\":{", types[destination->kind]);
  if (destination->kind >= SOCKET_TCP) {
    print_internet(file, truth);
  } else {
    print_unix(file, truth);
  }
  if (destination->inode != 0) fprintf(file, ",\"dst_inode\":%" PRIu64, destination->inode);
  fprintf(file, ",\"count\":%" PRIu64, truth->count);
  bool is_cut = !truth->undelivered && truth->received < truth->count;
  if (is_cut) fprintf(file, ",\"received\":%" PRIu64, truth->received);
  print_missing(file, truth);
  fputc('}', file);
  print_outcome(file, truth, contents, truth->received);
}

static const char *code_name(int code) {
  switch (code) {
    case SI_USER: return "SI_USER";
    case SI_QUEUE: return "SI_QUEUE";
    case SI_TKILL: return "SI_TKILL";
    default: return "?";
  }
}

static void print_signal(FILE *file, const struct signal_truth *signal) {
  static const char *const results[] = {"delivered", "ignored", "pending", "overflow"};
  fprintf(file, "\"type\":\"signal\",\"meta\":{\"num\":%d,\"name\":", signal->num);
  if (signal->num == SIGRTMIN) {
    fputs("\"SIGRTMIN\"", file);
  } else if (signal->num > SIGRTMIN) {
    fprintf(file, "\"SIGRTMIN+%d\"", signal->num - SIGRTMIN);
  } else {
    fprintf(file, "\"SIG%s\"", sigabbrev_np(signal->num));
  }
  fprintf(file, ",\"code\":\"%s\"", code_name(signal->code));
  if (signal->has_value) fprintf(file, ",\"value\":%d", signal->value);
  fprintf(file, ",\"target\":\"%s\",\"result\":\"%s\"}", signal->to_thread ? "thread" : "process",
          results[signal->result]);
}

static void print_life(FILE *file, const struct life_truth *life) {
  fprintf(file, "\"type\":\"%s\",\"meta\":{", life->type);
  if (life->op == NULL) {
    fprintf(file, "\"num\":%d,\"code\":\"%s\"", life->num, life->code);
  } else {
    fprintf(file, "\"op\":\"%s\"", life->op);
  }
  if (life->how != NULL) fprintf(file, ",\"how\":\"%s\"", life->how);
  if (life->error != NULL) fprintf(file, ",\"error\":\"%s\"", life->error);
  fputc('}', file);
}

void truth_print(FILE *file, const struct truth *truth, const unsigned char *contents) {
  fputc('{', file);
  if (truth->kind == TRUTH_TOTALS) {
    fputs("\"type\":\"totals\",", file);
    fprintf(file, "\"meta\":{\"pipe_inode\":%" PRIu64 ",\"count\":%" PRIu64 "}", truth->channel.inode,
            truth->count);
    fprintf(file, ",\"reads\":%" PRIu64, truth->reads);
  } else {
    print_party(file, "src", &truth->source);
    print_party(file, "dst", &truth->destination);
    if (truth->kind == TRUTH_PIPE) {
      print_pipe(file, truth, contents);
    } else if (truth->kind == TRUTH_SOCKET) {
      print_socket(file, truth, contents);
    } else if (truth->kind == TRUTH_LIFE) {
      print_life(file, &truth->life);
    } else if (truth->kind == TRUTH_TERMINAL) {
      print_terminal(file, truth, contents);
    } else if (truth->kind == TRUTH_OTHER) {
      fprintf(file, "\"type\":\"%s\",\"meta\":{%s}", truth->type, truth->meta);
      print_outcome(file, truth, contents, truth->count);
    } else {
      print_signal(file, &truth->signal);
    }
  }
  fputs("}\n", file);
}
