"use strict";

/** Calls over time: below each client and its server a row a call, with a bar from the request to the answer. */
class Waterfall {
  #capture;
  #filter;
  #parts;
  #handlers;
  #grid;
  /** Client and server of calls, with these in the order of time; closed ones show no calls. */
  #pairs = [];
  #closed = new Set();
  /** Numbers of calls, and for the head of a pair `~place`. */
  #rows = [];
  #selected = -1;
  #span = [0, 1];

  /**
   * @param parts     Elements: `grid`, `note`.
   * @param handlers  `choose(call)`.
   */
  constructor(parts, capture, filter, handlers) {
    this.#parts = parts;
    this.#capture = capture;
    this.#filter = filter;
    this.#handlers = handlers;
    const fill = (draw) => (cell, row) => {
      const call = this.#rows[row];
      if (call >= 0) draw(cell, call);
      else cell.replaceChildren();
    };
    this.#grid = new Grid(parts.grid, "Calls, by client and server", [
      { title: "Call", className: "call", fill: (cell, row) => (this.#rows[row] >= 0 ? this.#fillCall(cell, this.#rows[row]) : this.#fillHead(cell, this.#pairs[~this.#rows[row]])) },
      { title: "Status", className: "outcome", fill: fill((cell, call) => fillOutcome(cell, capture.calls, call, filter.search)) },
      { title: "Took", className: "figure took", fill: fill((cell, call) => { cell.textContent = tookText(capture.calls.duration(call)); }) },
      { title: "", className: "bars", fill: fill((cell, call) => this.#fillBars(cell, call)) },
    ], {
      choose: (row) => this.#choose(this.#rows[row]),
      open: (row) => (this.#rows[row] < 0 ? this.#toggle(~this.#rows[row]) : this.#choose(this.#rows[row])),
      decorate: (element, row) => {
        const call = this.#rows[row];
        element.classList.toggle("pair", call < 0);
        element.classList.toggle("failed", call >= 0 && capture.calls.statusWord(call) === "error");
        if (call < 0) element.setAttribute("aria-expanded", !this.#closed.has(this.#pairs[~call].key));
        else element.removeAttribute("aria-expanded");
      },
    });
    new ResizeObserver(() => this.#drawRuler()).observe(parts.grid);
  }

  /** Shows these calls, which are in the order of time, in the part of the time that is looked at. */
  show(calls) {
    const { client, server } = this.#capture.calls;
    const pairs = new Map();
    let errors = 0;
    for (const call of calls) {
      const key = `${client[call]} ${server[call]}`;
      if (!pairs.has(key)) pairs.set(key, { key, client: client[call], server: server[call], calls: [], errors: 0 });
      const pair = pairs.get(key);
      pair.calls.push(call);
      if (this.#capture.calls.statusWord(call) !== "error") continue;
      pair.errors++;
      errors++;
    }
    this.#pairs = [...pairs.values()];
    this.#span = this.#filter.span ?? this.#whole(calls);
    this.#parts.note.textContent = [plural(calls.length, "call"), ...(errors ? [plural(errors, "error")] : [])].join(", ");
    this.#fillRows();
    this.#drawRuler();
  }

  /** Marks a call, and scrolls to it. */
  select(call) {
    this.#selected = call;
    const pair = this.#pairs.find(({ client, server }) => client === this.#capture.calls.client[call] && server === this.#capture.calls.server[call]);
    if (call >= 0 && pair && this.#closed.delete(pair.key)) this.#fillRows();
    this.#grid.reveal(this.#rows.indexOf(call));
  }

  /** The call that stands so many rows behind one; of none, the first one. */
  next(call, step) {
    const calls = this.#pairs.flatMap((pair) => pair.calls);
    const row = calls.indexOf(call);
    return calls[row < 0 ? 0 : Math.max(0, Math.min(calls.length - 1, row + step))] ?? -1;
  }

  #whole(calls) {
    const { begin, end } = this.#capture.calls;
    let [from, to] = [Infinity, -Infinity];
    for (const call of calls) [from, to] = [Math.min(from, begin[call]), Math.max(to, end[call])];
    const room = Math.max((to - from) * 0.01, Scale.shortest / 2);
    return calls.length ? [from - room, to + room] : [0, 1];
  }

  #fillRows() {
    this.#rows = this.#pairs.flatMap(({ key, calls }, i) => (this.#closed.has(key) ? [~i] : [~i, ...calls]));
    this.#grid.show(this.#rows.length, this.#rows.indexOf(this.#selected));
  }

  #toggle(i) {
    const { key } = this.#pairs[i];
    if (!this.#closed.delete(key)) this.#closed.add(key);
    this.#fillRows();
  }

  #choose(call) {
    if (call < 0 || call === this.#selected) return;
    this.#selected = call;
    this.#handlers.choose(call);
  }

  // MARK: Cells

  #fillHead(cell, pair) {
    const end = (i) => {
      const made = element("span", "end");
      fillProcess(made, this.#capture.processes[i], this.#filter.search);
      return made;
    };
    const amount = [plural(pair.calls.length, "call"), ...(pair.errors ? [plural(pair.errors, "error")] : [])].join(", ");
    cell.replaceChildren(
      element("span", "fold", this.#closed.has(pair.key) ? "▸" : "▾"), end(pair.client), " → ", end(pair.server),
      element("span", "amount", amount));
    cell.title = "";
  }

  #fillCall(cell, call) {
    const { calls } = this.#capture;
    fillText(cell, calls.title(call), this.#filter.search);
    cell.title = `${calls.texts[calls.protocol[call]]} ${cell.title}`;
  }

  /** A thin bar as long as the client waits, and in it a thick one for what the server is known to have worked on it. */
  #fillBars(cell, call) {
    const { calls } = this.#capture;
    const [from, to] = this.#span;
    const bar = (className, begin, end) => {
      const [left, right] = [begin, end].map((time) => Math.max(0, Math.min(1, (time - from) / (to - from))) * 100);
      const made = element("span", className);
      made.style.left = `${left}%`;
      made.style.width = `${right - left}%`;
      return made;
    };
    const bars = [bar(`wait ${calls.statusWord(call)}`, calls.begin[call], calls.end[call])];
    if (calls.work[call] >= 0) bars.push(bar(`work ${calls.statusWord(call)}`, calls.read[call], calls.read[call] + calls.work[call]));
    cell.replaceChildren(...bars);
    cell.title = `${clockText(this.#capture, calls.begin[call])} ${tookText(calls.duration(call))}`;
  }

  /** Times above the bars. */
  #drawRuler() {
    const host = this.#grid.heading(3);
    const [from, to] = this.#span;
    const start = this.#capture.begin;
    const step = niceStep((to - from) / Math.max(host.clientWidth / 90, 1));
    const ticks = [];
    for (let tick = Math.ceil((from - start) / step) * step; start + tick < to; tick += step) {
      const made = element("span", "tick", tickText(tick, step));
      made.style.left = `${(start + tick - from) / (to - from) * 100}%`;
      ticks.push(made);
    }
    host.replaceChildren(...ticks);
  }
}

/** How long a call took, in three digits; nothing if that is not known. */
function tookText(duration) { return isNaN(duration) ? "–" : spanText(duration, duration / 100); }

/** How a call went, and why if it went wrong. */
function fillOutcome(cell, calls, call, search) {
  const word = calls.statusWord(call);
  const error = visible(calls.texts[calls.error[call]]);
  const made = element("span", `status-${word}`);
  made.append(...search.mark(error || word));
  cell.replaceChildren(made);
  cell.title = error ? `${word}: ${error}` : word;
}
