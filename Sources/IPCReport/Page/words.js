"use strict";

/** An element with classes and a text, which is never read as HTML. */
function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

/** Text in which what could hide or turn round the rest is visible. */
function visible(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (c) => (c === "\n" ? "\\n" : c === "\t" ? "\\t" : `\\u{${c.codePointAt(0).toString(16)}}`));
}

/** A number with thin spaces between thousands. */
function number(value) { return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f"); }

function plural(count, word) { return `${number(count)} ${word}${count === 1 ? "" : "s"}`; }

/** A number of bytes: `6 B`, `1.5 KiB`. */
function bytesText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log2(bytes) / 10), 6);
  const value = bytes / 2 ** (10 * exponent);
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)} ${["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][exponent - 1]}`;
}

/** A span of nanoseconds, with as many digits as `step` nanoseconds need. */
function spanText(span, step = span / 1000) {
  const [unit, size] =
    Math.abs(span) >= 1e9 ? ["s", 1e9] : Math.abs(span) >= 1e6 ? ["ms", 1e6] : Math.abs(span) >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(size / Math.max(step, 1)))));
  return `${(span / size).toFixed(digits)} ${unit}`;
}

/** Local time of the traced machine, `15:04:05.123456789`. */
function clockText(capture, time) {
  const nanoseconds = capture.start + BigInt(Math.round(time)) + BigInt(capture.zone) * 60_000_000_000n;
  const date = new Date(Number(nanoseconds / 1_000_000n));
  return `${date.toISOString().slice(11, 19)}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}`;
}

/** Day of the trace in the same zone, `2026-11-20`. */
function dateText(capture) {
  const local = capture.start + BigInt(capture.zone) * 60_000_000_000n;
  return new Date(Number(local / 1_000_000n)).toISOString().slice(0, 10);
}

function processText(process) {
  return process.pid < 0 ? "<unknown>" : `${visible(process.name)} ${process.pid}`;
}

/** What is known of a process, in lines. */
function processTitle(process) {
  const lines = [processText(process), process.commandLine, process.executable].filter((line) => line);
  return lines.map(visible).join("\n");
}
