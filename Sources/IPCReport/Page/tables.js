"use strict";

/**
 * Columns of the table of who talks to whom.
 *
 * @param flow     Flow of a row.
 * @param figures  Its shown `events` and `bytes`.
 */
function flowColumns(capture, search, flow, figures) {
  const process = (cell, i) => fillProcess(cell, capture.processes[i], search);
  return [
    { title: "From", className: "end", sort: "from", fill: (cell, row) => process(cell, flow(row).source) },
    { title: "To", className: "end", sort: "to", fill: (cell, row) => process(cell, flow(row).destination) },
    { title: "Type", className: "kind", sort: "type", fill: (cell, row) => fillKind(cell, capture, flow(row).kind, search) },
    { title: "Channel", className: "wide", fill: (cell, row) => fillText(cell, visible(capture.channels[flow(row).channel]), search) },
    { title: "Events", className: "figure", sort: "events", fill: (cell, row) => { cell.textContent = number(figures(row).events); } },
    {
      title: "Bytes", className: "figure", sort: "bytes",
      fill: (cell, row) => fillBytes(cell, capture, flow(row).kind, figures(row).bytes),
    },
  ];
}

/**
 * Columns of the table of events.
 *
 * @param event  Number of the event of a row.
 */
function eventColumns(capture, search, event) {
  const process = (cell, i) => fillProcess(cell, capture.processes[i], search);
  return [
    { title: "Time", className: "time", fill: (cell, row) => fillTime(cell, clockText(capture, capture.time[event(row)])) },
    { title: "Type", className: "kind", fill: (cell, row) => fillKind(cell, capture, capture.kind[event(row)], search) },
    { title: "From", className: "end", fill: (cell, row) => process(cell, capture.source[event(row)]) },
    { title: "To", className: "end", fill: (cell, row) => process(cell, capture.destination[event(row)]) },
    {
      title: "Channel", className: "wide channel",
      fill: (cell, row) => fillText(cell, visible(capture.channels[capture.channel[event(row)]]), search),
    },
    {
      title: "Bytes", className: "figure",
      fill: (cell, row) => fillBytes(cell, capture, capture.kind[event(row)], capture.count[event(row)]),
    },
    { title: "Contents", className: "preview", fill: (cell, row) => fillPreview(cell, capture, event(row), search) },
  ];
}

/** Positions of flows of which anything is shown, by an order's name; `counts` and `bytes` are by position. */
function sortedFlows(capture, order, counts, bytes) {
  const { flows } = capture;
  const name = (end) => capture.processes[end].name.toLowerCase();
  const figures = (a, b) => bytes[b] - bytes[a] || counts[b] - counts[a] || a - b;
  const orders = {
    bytes: figures,
    events: (a, b) => counts[b] - counts[a] || figures(a, b),
    from: (a, b) => name(flows[a].source).localeCompare(name(flows[b].source)) || figures(a, b),
    to: (a, b) => name(flows[a].destination).localeCompare(name(flows[b].destination)) || figures(a, b),
    type: (a, b) => flows[a].kind - flows[b].kind || figures(a, b),
  };
  return flows.map((_, i) => i).filter((i) => counts[i]).sort(orders[order]);
}

function fillText(cell, text, search) {
  cell.replaceChildren(...search.mark(text));
  cell.title = text;
}

/** The nanoseconds are left out where there is little room. */
function fillTime(cell, text) {
  cell.replaceChildren(text.slice(0, -3), element("span", "fine", text.slice(-3)));
  cell.title = text;
}

/** The name is cut off where there is no room for all of it, the pid never. */
function fillProcess(cell, process, search) {
  cell.title = processTitle(process);
  if (process.pid < 0) return cell.replaceChildren(element("span", "unknown", "<unknown>"));
  const [name, pid] = [element("span", "comm"), element("span", "pid")];
  name.append(...search.mark(visible(process.name)));
  pid.append(...search.mark(String(process.pid)));
  cell.replaceChildren(name, " ", pid);
}

function fillKind(cell, capture, kind, search) {
  cell.replaceChildren(element("span", `dot kind-${kind}`), ...search.mark(capture.kinds[kind].name));
}

function fillBytes(cell, capture, kind, bytes) {
  cell.textContent = capture.kinds[kind].carriesBytes ? bytesText(bytes) : "–";
}

/** What must not be overlooked about an event, and the beginning of its contents, or the part that was looked for. */
function fillPreview(cell, capture, event, search) {
  const bytes = capture.content(event);
  const flags = remarks(capture, event).map((words) => element("span", "flag", words));
  cell.replaceChildren(...flags, ...(bytes?.length ? search.mark(previewText(bytes, search)) : []));
  cell.title = cell.textContent;
}

function remarks(capture, event) {
  const traits = capture.traits[event];
  const words = [];
  if (traits & Trait.inferredSource) words.push("source inferred");
  if (traits & Trait.inferredSourceThread) words.push("thread inferred");
  if (traits & Trait.inferredOrder) words.push("order inferred");
  if (traits & Trait.inferredDestination) words.push("destination inferred");
  if (traits & Trait.undelivered) words.push("never received");
  return words;
}
