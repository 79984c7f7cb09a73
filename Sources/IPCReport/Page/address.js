"use strict";

/**
 * Puts what is chosen into the page's address, so that it can be kept and passed on.
 *
 * @param chosen  As `readAddress` returns it.
 */
function writeAddress(capture, filter, { event, call, isFollowed, isMethods }) {
  const words = new URLSearchParams();
  if (filter.query) words.set("q", filter.query);
  if (filter.kinds.size) words.set("type", [...filter.kinds].map((i) => capture.kinds[i].name).join(","));
  if (filter.process !== null) words.set("process", capture.processes[filter.process].pid);
  if (filter.group !== null) words.set("group", filter.group);
  if (filter.flow) {
    const { source, destination, kind, channel } = filter.flow;
    words.set("flow", [source, destination, kind, ...(channel === null ? [] : [channel])].join("."));
  }
  // By one of its events: their numbers are those of the capture.
  if (filter.conversation !== null) words.set("conversation", filter.conversations.first(filter.conversation));
  if (filter.call !== null) words.set("transfers", filter.call);
  if (filter.method) words.set("method", ["client", "server", "protocol", "method"].map((key) => filter.method[key]).join("."));
  if (isFollowed) words.set("follow", "1");
  if (filter.span) words.set("span", filter.span.map(Math.round).join(","));
  if (call >= 0) words.set("call", call);
  else if (event >= 0) words.set("event", event);
  if (isMethods) words.set("tab", "methods");
  const { theme } = document.documentElement.dataset;
  if (theme) words.set("theme", theme);
  // Some browsers let no page that is a file change its address.
  try { history.replaceState(null, "", `#${words}`); } catch { return; }
}

/**
 * Sets a filter as the page's address says; what makes no sense is left out.
 *
 * @returns The `event` and the `call` that are chosen, or −1, whether its conversation is followed and methods are shown, and the
 *          `theme`, or null.
 */
function readAddress(capture, filter) {
  const words = new URLSearchParams(location.hash.slice(1));
  filter.query = words.get("q") ?? "";
  const kinds = (key) => (words.get(key) ?? "").split(",").map((name) => capture.kinds.findIndex((kind) => kind.name === name))
    .filter((kind) => kind >= 0);
  filter.kinds = new Set(kinds("type"));
  // Addresses that were kept may name what is left out instead.
  const hidden = kinds("hide");
  if (hidden.length) capture.kinds.forEach((_, kind) => { if (!hidden.includes(kind)) filter.kinds.add(kind); });
  const process = capture.processes.findIndex((process) => String(process.pid) === words.get("process"));
  if (process >= 0) filter.process = process;
  const group = words.has("group") ? Number(words.get("group")) : -1;
  if (filter.groups.members(group).length) filter.group = group;
  const isEnd = (end) => capture.processes[end < 0 ? ~end : end] !== undefined;
  const [source, destination, kind, channel = null] = (words.get("flow") ?? "").split(".").map(Number);
  if (isEnd(source) && isEnd(destination) && capture.kinds[kind]) {
    filter.flow = { source, destination, kind, channel: capture.channels[channel] === undefined ? null : channel };
  }
  const span = (words.get("span") ?? "").split(",").map(Number);
  if (span.length === 2 && span[1] > span[0]) filter.span = span;
  const number = (key, size = capture.size) => {
    const event = Number(words.get(key) ?? -1);
    return Number.isInteger(event) && event >= 0 && event < size ? event : -1;
  };
  const { calls } = capture;
  if (number("transfers", calls.size) >= 0) filter.call = number("transfers", calls.size);
  const [client, server, protocol, method] = (words.get("method") ?? "").split(".").map(Number);
  if (capture.processes[client] && capture.processes[server] && calls.texts[protocol] !== undefined && calls.texts[method] !== undefined) {
    filter.method = { client, server: server, protocol, method };
  }
  const one = number("conversation");
  const conversation = one < 0 ? -1 : filter.conversations.of(one);
  if (conversation >= 0) filter.conversation = conversation;
  const theme = words.get("theme");
  return {
    event: number("event"),
    call: number("call", calls.size),
    isFollowed: words.has("follow"),
    isMethods: words.get("tab") === "methods" && calls.size > 0,
    theme: ["dark", "light"].includes(theme) ? theme : null,
  };
}
