"use strict";

/**
 * A text with the JSON in it in lines that people can read, as `--text` writes it: all of it, or what stands behind the empty
 * line of a header. Nothing but white space between the values is changed, so that it may have been cut off.
 */
function indented(text) {
  const start = bodyStart(text);
  if (!/^\s*[{[]/.test(text.slice(start))) return text;
  let [lines, depth, previous] = [text.slice(0, start), 0, ""];
  const breakLine = () => { lines += `\n${"  ".repeat(Math.max(0, Math.min(depth, 32)))}`; };
  for (const [token] of text.slice(start).matchAll(/"(?:[^"\\]|\\[^])*"?|[^\s\0"]/g)) {
    const isFirst = previous === "{" || previous === "[";
    if (token === "}" || token === "]") {
      depth--;
      if (!isFirst) breakLine();
    } else if (isFirst) {
      breakLine();
    }
    lines += token;
    if (token === "{" || token === "[") depth++;
    else if (token === ",") breakLine();
    else if (token === ":") lines += " ";
    previous = token;
  }
  return `${lines}\n`;
}

/** Where the body begins. */
function bodyStart(text) {
  if (/^\s*[{[]/.test(text)) return 0;
  const end = /\n\r?\n/.exec(text);
  return end ? end.index + end[0].length : text.length;
}
