"use strict";

/**
 * Columns of the table of who talks to whom.
 *
 * @param talk     Talk of a row.
 * @param figures  Its shown `events` and `bytes`.
 */
function talkColumns(capture, talk, figures) {
  return [
    { title: "From", className: "end", sort: "from", fill: (cell, row) => fillProcess(cell, capture.processes[talk(row).source]) },
    { title: "To", className: "end", sort: "to", fill: (cell, row) => fillProcess(cell, capture.processes[talk(row).destination]) },
    { title: "Type", className: "kind", sort: "type", fill: (cell, row) => fillKind(cell, capture, talk(row).kind) },
    { title: "Channel", className: "wide", fill: (cell, row) => fillText(cell, visible(capture.channels[talk(row).channel])) },
    { title: "Events", className: "figure", sort: "events", fill: (cell, row) => { cell.textContent = number(figures(row).events); } },
    {
      title: "Bytes", className: "figure", sort: "bytes",
      fill: (cell, row) => fillBytes(cell, capture, talk(row).kind, figures(row).bytes),
    },
  ];
}

/**
 * Columns of the table of events.
 *
 * @param event  Number of the event of a row.
 */
function eventColumns(capture, event) {
  const process = (cell, i) => fillProcess(cell, capture.processes[i]);
  return [
    { title: "Time", className: "time", fill: (cell, row) => { cell.textContent = clockText(capture, capture.time[event(row)]); } },
    { title: "Type", className: "kind", fill: (cell, row) => fillKind(cell, capture, capture.kind[event(row)]) },
    { title: "From", className: "end", fill: (cell, row) => process(cell, capture.source[event(row)]) },
    { title: "To", className: "end", fill: (cell, row) => process(cell, capture.destination[event(row)]) },
    {
      title: "Channel", className: "wide",
      fill: (cell, row) => fillText(cell, visible(capture.channels[capture.channel[event(row)]])),
    },
    {
      title: "Bytes", className: "figure",
      fill: (cell, row) => fillBytes(cell, capture, capture.kind[event(row)], capture.count[event(row)]),
    },
    { title: "Remarks", className: "remarks", fill: (cell, row) => fillText(cell, remarks(capture, event(row))) },
  ];
}

/** Positions of talks of which anything is shown, by an order's name; `counts` and `bytes` are by position. */
function sortedTalks(capture, order, counts, bytes) {
  const { talks } = capture;
  const name = (end) => capture.processes[end].name.toLowerCase();
  const figures = (a, b) => bytes[b] - bytes[a] || counts[b] - counts[a] || a - b;
  const orders = {
    bytes: figures,
    events: (a, b) => counts[b] - counts[a] || figures(a, b),
    from: (a, b) => name(talks[a].source).localeCompare(name(talks[b].source)) || figures(a, b),
    to: (a, b) => name(talks[a].destination).localeCompare(name(talks[b].destination)) || figures(a, b),
    type: (a, b) => talks[a].kind - talks[b].kind || figures(a, b),
  };
  return talks.map((_, i) => i).filter((i) => counts[i]).sort(orders[order]);
}

function fillText(cell, text) {
  cell.textContent = text;
  cell.title = text;
}

function fillProcess(cell, process) {
  cell.title = processText(process);
  if (process.pid < 0) cell.replaceChildren(element("span", "unknown", "<unknown>"));
  else cell.replaceChildren(element("span", "comm", visible(process.name)), " ", element("span", "pid", String(process.pid)));
}

function fillKind(cell, capture, kind) {
  cell.replaceChildren(element("span", `dot kind-${kind % 8}`), capture.kinds[kind].name);
}

function fillBytes(cell, capture, kind, bytes) {
  cell.textContent = capture.kinds[kind].carriesBytes ? bytesText(bytes) : "–";
}

/** What must not be overlooked about an event. */
function remarks(capture, event) {
  const traits = capture.traits[event];
  const words = [];
  if (traits & Trait.inferredSource) words.push("source inferred");
  if (traits & Trait.inferredDestination) words.push("destination inferred");
  if (traits & Trait.undelivered) words.push("never received");
  return words.join(", ");
}
