#include "truth.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

static void print_string(FILE *file, const char *text) {
  fputc('"', file);
  for (; *text != 0; text++) {
    if (*text == '"' || *text == '\\') fputc('\\', file);
    fputc(*text, file);
  }
  fputc('"', file);
}

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
}

static void print_pipe(FILE *file, const struct truth *truth, const unsigned char *contents) {
  fputs("\"type\":\"pipe\",", file);
  fprintf(file, "\"meta\":{\"pipe_inode\":%" PRIu64 ",\"pipe_name\":", truth->channel.inode);
  print_string(file, truth->channel.name);
  fprintf(file, ",\"count\":%" PRIu64 "}", truth->count);
  if (truth->content == CONTENT_WHOLE) {
    fputs(",\"bytes\":", file);
    print_base64(file, contents + truth->offset, truth->count);
  } else if (truth->content == CONTENT_HASHED) {
    fprintf(file, ",\"bytes_fnv\":\"%016" PRIx64 "\"", truth->fnv);
  }
  if (truth->undelivered) fputs(",\"delivered\":false", file);
  if (truth->source_unobserved) fputs(",\"src_unobserved\":true", file);
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
    } else {
      print_signal(file, &truth->signal);
    }
  }
  fputs("}\n", file);
}
