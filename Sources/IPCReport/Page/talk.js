"use strict";

/** Who talks to whom: the table of channels, and behind the other tab that of the methods of calls. */
class TalkPanel {
  #capture;
  #filter;
  #parts;
  #handlers;
  #methods;
  #flowGrid;
  #methodGrid;
  /** Shown events and their bytes by number of the flow; shown calls. */
  #counts = [];
  #bytes = [];
  #calls = [];
  /** Rows of both tables, and their orders. */
  #flows = [];
  #rows = [];
  #order = "bytes";
  #methodOrder = "total";

  /**
   * @param parts     Elements: `flows`, `methods`, `note`, `tabs`, `flowTab`, `methodTab`.
   * @param handlers  `flow(flow)` when one is chosen, `change()` when the filter was changed here, `tab()` when another one is
   *                  shown.
   */
  constructor(parts, capture, filter, handlers) {
    this.#parts = parts;
    this.#capture = capture;
    this.#filter = filter;
    this.#handlers = handlers;
    this.#methods = new Methods(capture);
    parts.tabs.hidden = !capture.calls.size;
    parts.flowTab.addEventListener("click", () => { this.isMethods = false; });
    parts.methodTab.addEventListener("click", () => { this.isMethods = true; });
    const flow = (row) => capture.flows[this.#flows[row]];
    const figures = (row) => ({ events: this.#counts[this.#flows[row]], bytes: this.#bytes[this.#flows[row]] });
    this.#flowGrid = new Grid(parts.flows, "Who talks to whom", flowColumns(capture, filter.search, flow, figures), {
      open: (row) => {
        const { source, destination, kind, channel } = flow(row);
        handlers.flow({ source, destination, kind, channel });
      },
      sort: (name) => {
        this.#order = name;
        this.#showFlows();
      },
    });
    this.#methodGrid = new Grid(parts.methods, "Methods of calls", this.#methods.columns(filter.search, (row) => this.#rows[row]), {
      open: (row) => this.#toggle(this.#rows[row]),
      sort: (name) => {
        this.#methodOrder = name;
        this.#showMethods();
      },
    });
  }

  /** Whether methods are shown, and not channels. */
  get isMethods() { return !this.#parts.methods.hidden; }

  set isMethods(isMethods) {
    if (isMethods && !this.#capture.calls.size) return;
    const { flows, methods, flowTab, methodTab } = this.#parts;
    [flows.hidden, methods.hidden] = [isMethods, !isMethods];
    flowTab.setAttribute("aria-selected", !isMethods);
    methodTab.setAttribute("aria-selected", isMethods);
    document.querySelector("main").classList.toggle("has-methods", isMethods);
    // What is hidden has no room for rows.
    for (const grid of [this.#flowGrid, this.#methodGrid]) grid.draw();
    this.#count();
    this.#handlers.tab();
  }

  /** Shows what passes the filters. */
  show(counts, bytes, calls) {
    [this.#counts, this.#bytes, this.#calls] = [counts, bytes, calls];
    this.#showFlows();
    this.#showMethods();
  }

  #showFlows() {
    const { flows } = this.#capture;
    this.#flows = sortedFlows(this.#capture, this.#order, this.#counts, this.#bytes);
    const { flow } = this.#filter;
    const isActive = (i) => this.#filter.takes(flow, flows[i].source, flows[i].destination, flows[i].kind, flows[i].channel);
    this.#flowGrid.show(this.#flows.length, flow ? this.#flows.findIndex(isActive) : -1);
    this.#flowGrid.markSort(this.#order);
    this.#count();
  }

  #showMethods() {
    const { method } = this.#filter;
    const rows = this.#filter.isActive ? this.#methods.of(this.#calls) : this.#methods.all;
    this.#rows = this.#methods.sort(rows, this.#methodOrder);
    this.#methodGrid.show(rows.length, method ? rows.findIndex((row) => TalkPanel.#isSame(row, method)) : -1);
    this.#methodGrid.markSort(this.#methodOrder);
    this.#count();
  }

  static #isSame(row, method) { return method !== null && Object.keys(method).every((key) => row[key] === method[key]); }

  /** Filters by a method, or no more. */
  #toggle({ client, server, protocol, method }) {
    const chosen = { client, server, protocol, method };
    // A method whose calls all were left out of the page has no number.
    if (Object.values(chosen).includes(undefined)) return;
    this.#filter.method = TalkPanel.#isSame(chosen, this.#filter.method) ? null : chosen;
    this.#handlers.change();
  }

  #count() {
    const { otherCalls } = this.#capture.calls;
    const others = this.isMethods && otherCalls && !this.#filter.isActive ? `, ${plural(otherCalls, "call")} of others left out` : "";
    this.#parts.note.textContent = `${number(this.isMethods ? this.#rows.length : this.#flows.length)}${others}`;
  }
}
