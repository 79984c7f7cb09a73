"use strict";

/** Graph of processes and of the kinds of channels between them. */
class Graph {
  /** Most processes that are drawn, those with most bytes first. */
  static limit = 40;

  #capture;
  #svg;
  #handlers;
  /** Nodes: number of the process, place, element. */
  #nodes = [];
  /** Edges: ends and kind of the talks in them, element. */
  #edges = [];
  #focused = 0;
  /** What of the graph is looked at, and all of it: left, top, width, height. */
  #view = [0, 0, 1, 1];
  #whole = [0, 0, 1, 1];

  /** @param handlers  `process(number)` and `talk(talk)` when one is chosen. */
  constructor(svg, note, capture, handlers) {
    this.#svg = svg;
    this.#capture = capture;
    this.#handlers = handlers;
    this.#collect();
    layOut(this.#nodes, this.#edges.map((edge) => ({
      source: edge.from, destination: edge.to, weight: edge.weight, isBack: edge.isBack,
    })), 1.5);
    const all = capture.processes.filter((process) => process.events).length;
    note.textContent = this.#nodes.length < all
      ? `${this.#nodes.length} of ${number(all)}, those with most bytes` : number(all);
    this.#draw();
    svg.addEventListener("keydown", (event) => this.#key(event));
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      this.zoom(Math.exp(event.deltaY * 0.004));
      event.preventDefault();
    }, { passive: false });
    drag(svg, (start, x, y) => {
      start.view ??= this.#view;
      const [left, top, width, height] = start.view;
      const scale = Math.max(width / svg.clientWidth, height / svg.clientHeight);
      this.#look([left - (x - start.x) * scale, top - (y - start.y) * scale, width, height]);
    }, (event) => event.target === svg);
  }

  /** Looks at a part that is so many times as large; all of it if that is not less. */
  zoom(factor) {
    const [left, top, width, height] = this.#view;
    if (width * factor >= this.#whole[2]) return this.#look(this.#whole);
    if (width * factor < 120) return;
    this.#look([left + width * (1 - factor) / 2, top + height * (1 - factor) / 2, width * factor, height * factor]);
  }

  #look(view) {
    this.#view = view;
    this.#svg.setAttribute("viewBox", view.join(" "));
  }

  #collect() {
    const capture = this.#capture;
    const shown = capture.processes.map((process, i) => ({ process, i })).filter(({ process }) => process.events)
      .sort((a, b) => b.process.bytes - a.process.bytes || b.process.events - a.process.events)
      .slice(0, Graph.limit).sort((a, b) => a.process.first - b.process.first || a.i - b.i);
    const places = new Map(shown.map(({ i }, place) => [i, place]));
    const most = Math.max(...shown.map(({ process }) => process.bytes), 1);
    this.#nodes = shown.map(({ process, i }) => {
      const name = process.pid < 0 ? "unknown" : visible(process.name);
      const size = Math.log2(1 + process.bytes) / Math.log2(1 + most) || 0;
      return {
        number: i, process, name, x: 0, y: 0, height: 36 + 12 * size,
        width: Math.max(64, 8 * Math.max(name.length, String(process.pid).length) + 24) + 12 * size,
      };
    });
    const edges = new Map();
    for (const talk of capture.talks) {
      const [from, to] = [places.get(talk.source), places.get(talk.destination)];
      if (from === undefined || to === undefined) continue;
      const key = `${from} ${to} ${talk.kind}`;
      const edge = edges.get(key) ?? { ...talk, channel: null, from, to, events: 0, bytes: 0 };
      edge.events += talk.events;
      edge.bytes += talk.bytes;
      edges.set(key, edge);
    }
    this.#edges = [...edges.values()];
    // Edges between the same two processes lie beside each other.
    const between = new Map();
    const first = new Map();
    for (const edge of this.#edges) {
      edge.weight = Math.log2(1 + edge.bytes) / Math.log2(1 + most) || 0;
      const key = edge.from < edge.to ? `${edge.from} ${edge.to}` : `${edge.to} ${edge.from}`;
      edge.lane = between.get(key) ?? 0;
      between.set(key, edge.lane + 1);
      // Who answers does not pull the other way.
      edge.isBack = first.has(key) && first.get(key) !== edge.from;
      if (!first.has(key)) first.set(key, edge.from);
      edge.pair = key;
    }
    for (const edge of this.#edges) edge.isAlone = between.get(edge.pair) === 1;
  }

  #draw() {
    const svg = this.#svg;
    const [left, right] = [Math.min, Math.max].map((f, i) => f(...this.#nodes.map((n) => n.x + (i ? 1 : -1) * n.width / 2)));
    const [top, bottom] = [Math.min, Math.max].map((f, i) => f(...this.#nodes.map((n) => n.y + (i ? 1 : -1) * n.height / 2)));
    if (!this.#nodes.length) return;
    // Few nodes are not blown up.
    const [width, height] = [Math.max(right - left + 32, 520), Math.max(bottom - top + 40, 320)];
    this.#whole = [(left + right - width) / 2, (top + bottom - height) / 2, width, height];
    this.#look(this.#whole);
    const make = (tag, attributes, parent = svg) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      parent.append(made);
      return made;
    };
    const marks = make("defs", {});
    this.#capture.kinds.forEach((_, kind) => {
      const marker = make("marker", {
        id: `arrow-${kind}`, viewBox: "0 0 10 10", refX: 7, refY: 5, markerWidth: 12, markerHeight: 12,
        markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
      }, marks);
      make("path", { d: "M0 1 L10 5 L0 9 z", class: `fill-${kind}` }, marker);
    });
    for (const edge of this.#edges) this.#drawEdge(edge, make);
    this.#nodes.forEach((node, i) => this.#drawNode(node, i, make));
  }

  #drawEdge(edge, make) {
    const path = curve(this.#nodes[edge.from], this.#nodes[edge.to], edge.isAlone ? null : edge.lane);
    const kind = this.#capture.kinds[edge.kind];
    const group = make("g", { class: "edge" });
    make("path", {
      d: path, class: `line stroke-${edge.kind}`, "stroke-width": (1.2 + 3.2 * edge.weight).toFixed(2),
      "marker-end": `url(#arrow-${edge.kind})`,
    }, group);
    make("path", { d: path, class: "reach" }, group);
    const ends = [edge.source, edge.destination].map((end) => processText(this.#capture.processes[end]));
    const size = kind.carriesBytes ? `, ${bytesText(edge.bytes)}` : "";
    make("title", {}, group).textContent = `${ends.join(" → ")}\n${kind.name}: ${plural(edge.events, "event")}${size}`;
    group.addEventListener("click", () => {
      const { source, destination, kind } = edge;
      this.#handlers.talk({ source, destination, kind, channel: null });
    });
    edge.element = group;
  }

  #drawNode(node, i, make) {
    const { process } = node;
    const group = make("g", {
      class: process.pid < 0 ? "node unknown" : "node", transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
      role: "button", tabindex: i === 0 ? 0 : -1, "aria-pressed": false,
      "aria-label": `${processText(process)}, ${plural(process.events, "event")}, ${bytesText(process.bytes)}`,
    });
    make("rect", {
      x: -node.width / 2, y: -node.height / 2, width: node.width, height: node.height, rx: 9,
    }, group);
    make("text", { class: "name", y: process.pid < 0 ? 5 : -2 }, group).textContent = node.name;
    if (process.pid >= 0) make("text", { class: "pid", y: 13 }, group).textContent = process.pid;
    make("title", {}, group).textContent =
      `${processText(process)}\n${plural(process.events, "event")}, ${bytesText(process.bytes)}`;
    group.addEventListener("click", () => this.#choose(i));
    group.addEventListener("focus", () => { this.#focused = i; });
    node.element = group;
  }

  #choose(i) {
    this.#handlers.process(this.#nodes[i].number);
  }

  #key(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in steps) {
      this.#nodes[this.#focused].element.setAttribute("tabindex", -1);
      this.#focused = (this.#focused + steps[event.key] + this.#nodes.length) % this.#nodes.length;
      this.#nodes[this.#focused].element.setAttribute("tabindex", 0);
      this.#nodes[this.#focused].element.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      this.#choose(this.#focused);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Fades what the filter lets nothing through of; `counts` has the number of shown events of each talk. */
  update(filter, counts) {
    const live = new Set();
    const processes = new Set();
    this.#capture.talks.forEach((talk, i) => {
      if (!counts[i]) return;
      live.add(`${talk.source} ${talk.destination} ${talk.kind}`);
      processes.add(talk.source).add(talk.destination);
    });
    for (const edge of this.#edges) {
      edge.element.classList.toggle("faded", !live.has(`${edge.source} ${edge.destination} ${edge.kind}`));
      edge.element.classList.toggle("chosen", !!filter.talk
        && filter.takes({ ...filter.talk, channel: null }, edge.source, edge.destination, edge.kind));
    }
    for (const node of this.#nodes) {
      node.element.classList.toggle("faded", !processes.has(node.number));
      node.element.setAttribute("aria-pressed", filter.process === node.number);
    }
  }
}

/** Path from the border of one node to that of another, bent to the side by its lane; straight if that is null. */
function curve(a, b, lane) {
  if (a === b) {
    const [x, y] = [a.x + a.width / 2 - 14, a.y - a.height / 2];
    const rise = 26 + 12 * lane;
    return `M${x - 12} ${y} C${x - 16} ${y - rise} ${x + 22} ${y - rise} ${x + 8} ${y - 1}`;
  }
  // Both directions bend to their own right, so they do not meet.
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const distance = Math.hypot(dx, dy) || 1;
  const bend = lane === null ? 0 : 14 + 15 * lane;
  const middle = { x: (a.x + b.x) / 2 + dy / distance * bend, y: (a.y + b.y) / 2 - dx / distance * bend };
  const start = border(a, middle, 0);
  const end = border(b, middle, 5);
  return `M${start.x.toFixed(1)} ${start.y.toFixed(1)} Q${middle.x.toFixed(1)} ${middle.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
}

/** Where the line from a node's middle to a point leaves the node. */
function border(node, point, gap) {
  const [dx, dy] = [point.x - node.x, point.y - node.y];
  const scale = Math.min(
    (node.width / 2 + gap) / Math.max(Math.abs(dx), 0.01), (node.height / 2 + gap) / Math.max(Math.abs(dy), 0.01));
  return { x: node.x + dx * scale, y: node.y + dy * scale };
}
