"use strict";

/** Puts what is chosen into the page's address, so that it can be kept and passed on. */
function writeAddress(capture, filter, selected) {
  const words = new URLSearchParams();
  if (filter.query) words.set("q", filter.query);
  if (filter.hiddenKinds.size) words.set("hide", [...filter.hiddenKinds].map((i) => capture.kinds[i].name).join(","));
  if (filter.process !== null) words.set("process", capture.processes[filter.process].pid);
  if (filter.talk) {
    const { source, destination, kind, channel } = filter.talk;
    words.set("talk", [source, destination, kind, ...(channel === null ? [] : [channel])].join("."));
  }
  if (filter.span) words.set("span", filter.span.map(Math.round).join(","));
  if (selected >= 0) words.set("event", selected);
  const { theme } = document.documentElement.dataset;
  if (theme) words.set("theme", theme);
  // Some browsers let no page that is a file change its address.
  try { history.replaceState(null, "", `#${words}`); } catch { return; }
}

/**
 * Sets a filter as the page's address says; what makes no sense is left out.
 *
 * @returns The `event` that is chosen, or −1, and the `theme`, or null.
 */
function readAddress(capture, filter) {
  const words = new URLSearchParams(location.hash.slice(1));
  filter.query = words.get("q") ?? "";
  for (const name of (words.get("hide") ?? "").split(",")) {
    const kind = capture.kinds.findIndex((kind) => kind.name === name);
    if (kind >= 0) filter.hiddenKinds.add(kind);
  }
  const process = capture.processes.findIndex((process) => String(process.pid) === words.get("process"));
  if (process >= 0) filter.process = process;
  const [source, destination, kind, channel = null] = (words.get("talk") ?? "").split(".").map(Number);
  if (capture.processes[source] && capture.processes[destination] && capture.kinds[kind]) {
    filter.talk = { source, destination, kind, channel: capture.channels[channel] === undefined ? null : channel };
  }
  const span = (words.get("span") ?? "").split(",").map(Number);
  if (span.length === 2 && span[1] > span[0]) filter.span = span;
  const event = Number(words.get("event") ?? -1);
  const theme = words.get("theme");
  return {
    event: Number.isInteger(event) && event >= 0 && event < capture.size ? event : -1,
    theme: ["dark", "light"].includes(theme) ? theme : null,
  };
}
