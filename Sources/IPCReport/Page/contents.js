"use strict";

/**
 * Contents as text, whose lines may end with a carriage return, too: what is no UTF-8, and control characters, are visible.
 *
 * @param arrange  Puts the text into other lines.
 */
function plainText(bytes, arrange = (text) => text) {
  const text = arrange(new TextDecoder("utf-8", { fatal: false }).decode(bytes).replaceAll("\r\n", "\n"));
  return text.replace(/[^\n]+/g, (line) => visible(line.replaceAll("\t", "    ")));
}

/** Contents as `hexdump -C` shows them, in pieces, those of which that were looked for are marked. */
function hexDump(bytes, search) {
  const hits = search.hits(bytes);
  const pieces = [];
  const append = (text) => {
    if (typeof pieces.at(-1) === "string") pieces.push(pieces.pop() + text);
    else pieces.push(text);
  };
  for (let start = 0; start < bytes.length; start += 16) {
    const row = Array.from(bytes.subarray(start, start + 16));
    const isHit = (i) => hits !== null && hits[start + i] === 1;
    const put = (i, text) => (isHit(i) ? pieces.push(element("mark", "", text)) : append(text));
    append(`${start ? "\n" : ""}${start.toString(16).padStart(8, "0")} `);
    row.forEach((byte, i) => {
      append(i === 8 ? "  " : " ");
      put(i, byte.toString(16).padStart(2, "0"));
    });
    append(`${" ".repeat(3 * (16 - row.length) + (row.length <= 8 ? 1 : 0))}  |`);
    row.forEach((byte, i) => put(i, byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."));
    append("|");
  }
  return pieces;
}

/** Most bytes of a view that are put into the page at once, as text and as hex. */
const viewLimit = { text: 1 << 20, hex: 1 << 17 };

/** Element that shows contents, as text perhaps arranged in other lines. */
function contentsElement(bytes, isHex, search, arrange) {
  const made = element("pre", isHex ? "contents hex" : "contents");
  const part = bytes.subarray(0, isHex ? viewLimit.hex : viewLimit.text);
  made.append(...(isHex ? hexDump(part, search) : search.mark(plainText(part, arrange))));
  if (part.length < bytes.length) made.append(`\n… ${plural(bytes.length - part.length, "byte")} more`);
  return made;
}

/** Contents in one line of at most so many bytes, around what was looked for; what cannot be shown is a dot. */
function previewText(bytes, search, limit = 160) {
  const hit = search.firstHit(bytes);
  let start = hit > 12 ? hit - 6 : 0;
  // Not in the middle of a character.
  while (start > 0 && (bytes[start] & 0xc0) === 0x80) start--;
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes.subarray(start, start + limit));
  const line = text.replace(/\r?\n/g, "↵").replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufffd]/g, "·");
  return `${start ? "…" : ""}${line}${start + limit < bytes.length ? "…" : ""}`;
}
