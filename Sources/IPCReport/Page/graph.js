"use strict";

/** Graph of processes, or of groups of them where they are many, and of the kinds of channels between them. */
class Graph {
  /** Most nodes and edges that are drawn unasked; of the edges, those with most bytes. */
  static nodeLimit = 40;
  /** Most processes of a group that is opened unasked. */
  static memberLimit = 12;
  static edgeLimit = 600;

  #capture;
  #groups;
  #svg;
  #parts;
  #handlers;
  /** Part of the drawing that is looked at. */
  view;
  #arrangement;
  /** Groups that are open, and how many are distinguished. */
  #open = new Set();
  #limit = 4;
  /** Edges: ends as places of nodes, kind, figures, element. */
  #edges = [];
  /** Elements of the nodes, in their order; edge of each flow, −1 if it is not drawn. */
  #elements = [];
  #edgeOfFlow = new Int32Array(0);
  #focused = 0;
  /** How the filters stand. */
  #shown = () => {};

  /**
   * @param parts     Elements: `svg`, `note`, `toggleAll`.
   * @param handlers  `process(number)`, `group(number)` and `flow(flow)` when one is chosen.
   */
  constructor(parts, capture, groups, handlers) {
    this.#parts = parts;
    this.#svg = parts.svg;
    this.view = new GraphView(parts.svg);
    this.#capture = capture;
    this.#groups = groups;
    this.#handlers = handlers;
    this.#begin();
    this.#listen();
  }

  // MARK: Groups

  /** Arranges anew: as many groups as can be read are distinguished, and as many of those are open. */
  #begin() {
    const [width, height] = this.view.room;
    this.#limit = Math.max(4, Math.min(Graph.nodeLimit, Math.round(width * height / 11_000)));
    let made = this.#make(new Set());
    while (made.isGrouped && this.#limit > 4 && !this.view.canShow(made.extent)) {
      this.#limit -= 2;
      made = this.#make(new Set());
    }
    this.#open = new Set();
    for (const group of made.groups) {
      if (group === Arrangement.others || this.#groups.members(group).length > Graph.memberLimit) continue;
      const next = this.#make(new Set([...this.#open, group]));
      if (next.nodes.length > Graph.nodeLimit || !this.view.canShow(next.extent)) break;
      made = next;
      this.#open.add(group);
    }
    this.#show(made);
  }

  /** Opens a group, or closes it. */
  toggle(group) {
    if (!this.#open.delete(group)) this.#open.add(group);
    this.#show(this.#make(this.#open));
    const i = this.#arrangement.nodes.findIndex((node) => node.group === group);
    this.view.begin(this.#arrangement.extent, this.#arrangement.nodes[i]);
    this.#focus(i);
  }

  /** Opens all groups, or closes all if one is open. */
  toggleAll() {
    this.#open = new Set(this.#open.size ? [] : this.#arrangement.groups);
    this.#show(this.#make(this.#open));
  }

  #make(open) {
    const [width, height] = this.view.room;
    return new Arrangement(this.#capture, this.#groups, open, this.#limit, width / height);
  }

  #show(arrangement) {
    this.#arrangement = arrangement;
    this.#collect();
    this.#draw();
    this.view.begin(arrangement.extent, arrangement.nodes.reduce((a, b) => (a && a.bytes >= b.bytes ? a : b), null));
    this.#describe();
    this.#shown();
  }

  #describe() {
    const { count, groups, nodes, isGrouped } = this.#arrangement;
    const tops = nodes.filter((node) => !node.frame).length;
    const left = this.#arrangement.edgeCount - this.#edges.length;
    this.#parts.note.textContent = [isGrouped ? `${number(count)} in ${number(tops)} groups` : number(count),
      ...(left > 0 ? [`${plural(left, "thin edge")} left out`] : [])].join(", ");
    this.#parts.toggleAll.hidden = !groups.length;
    this.#parts.toggleAll.textContent = this.#open.size ? "Close groups" : "Open groups";
  }

  // MARK: Drawing

  /** Adds up the flows between nodes. */
  #collect() {
    const { nodeOf } = this.#arrangement;
    const edges = new Map();
    const { flows } = this.#capture;
    flows.forEach((flow, i) => {
      const [from, to] = [nodeOf[flow.source], nodeOf[flow.destination]];
      if (from < 0 || to < 0) return;
      const key = `${from} ${to} ${flow.kind}`;
      const edge = edges.get(key) ?? { from, to, kind: flow.kind, events: 0, bytes: 0, flows: [] };
      edge.events += flow.events;
      edge.bytes += flow.bytes;
      edge.flows.push(i);
      edges.set(key, edge);
    });
    this.#arrangement.edgeCount = edges.size;
    this.#edges = [...edges.values()].sort((a, b) => b.bytes - a.bytes || b.events - a.events).slice(0, Graph.edgeLimit);
    const most = Math.max(1, ...this.#edges.map((edge) => edge.bytes));
    // Edges between the same two nodes lie beside each other.
    const between = new Map();
    this.#edgeOfFlow = new Int32Array(flows.length).fill(-1);
    // Many edges are thinner.
    const part = Math.min(1, 40 / this.#edges.length);
    this.#edges.forEach((edge, i) => {
      edge.weight = part * Math.log2(1 + edge.bytes) / Math.log2(1 + most) || 0;
      edge.pair = [edge.from, edge.to].sort((a, b) => a - b).join(" ");
      edge.lane = between.get(edge.pair) ?? 0;
      between.set(edge.pair, edge.lane + 1);
      for (const flow of edge.flows) this.#edgeOfFlow[flow] = i;
    });
    for (const edge of this.#edges) edge.isAlone = edge.from !== edge.to && between.get(edge.pair) === 1;
  }

  #draw() {
    const svg = this.#svg;
    const { nodes } = this.#arrangement;
    svg.replaceChildren();
    drawArrowheads(this.#capture, svg);
    const frames = shape("g", {}, svg);
    const edges = shape("g", {}, svg);
    const front = shape("g", {}, svg);
    for (const edge of this.#edges) {
      const ends = [edge.from, edge.to].map((end) => this.#text(nodes[end]));
      const kind = this.#capture.kinds[edge.kind];
      const size = kind.carriesBytes ? `, ${bytesText(edge.bytes)}` : "";
      edge.element = drawEdge(edge, nodes, `${ends.join(" → ")}\n${kind.name}: ${plural(edge.events, "event")}${size}`, edges);
      edge.element.addEventListener("click", () => this.#chooseEdge(edge));
    }
    this.#elements = nodes.map((node, i) => {
      const title = `${this.#title(node)}\n${plural(node.events, "event")}, ${bytesText(node.bytes)}`;
      const made = drawNode(node, title, node.type === "open" ? frames : front);
      made.addEventListener("click", () => this.#choose(i));
      made.addEventListener("focus", () => { this.#focused = i; });
      made.addEventListener("pointerenter", () => this.#point(i));
      made.addEventListener("pointerleave", () => this.#point(-1));
      return made;
    });
    for (const node of nodes) {
      if (node.group !== undefined) drawToggle(node, front).addEventListener("click", () => this.toggle(node.group));
    }
    this.#focused = 0;
    this.#elements[0]?.setAttribute("tabindex", 0);
  }

  #text(node) {
    return node.process === undefined ? `${node.name} (${node.detail})` : processText(this.#capture.processes[node.process]);
  }

  #title(node) {
    if (node.process !== undefined) return processTitle(this.#capture.processes[node.process]);
    const executable = node.group < 0 ? "" : this.#capture.processes[node.group].executable;
    return [this.#text(node), ...(executable ? [visible(executable)] : [])].join("\n");
  }

  /** Lets the edges of a node stand out; of none, all are alike. */
  #point(i) {
    this.#svg.classList.toggle("pointing", i >= 0);
    for (const edge of this.#edges) edge.element.classList.toggle("near", edge.from === i || edge.to === i);
  }

  // MARK: Choosing

  #choose(i) {
    const node = this.#arrangement.nodes[i];
    if (node.process !== undefined) this.#handlers.process(node.process);
    else if (node.group === Arrangement.others) this.toggle(node.group);
    else this.#handlers.group(node.group);
  }

  #chooseEdge(edge) {
    const [source, destination] = [edge.from, edge.to].map((end) => this.#arrangement.nodes[end])
      .map((node) => node.process ?? (node.group === Arrangement.others ? null : ~node.group));
    // The others have no name by which the filter could know them.
    if (source === null || destination === null) return;
    this.#handlers.flow({ source, destination, kind: edge.kind, channel: null });
  }

  #focus(i) {
    this.#elements[this.#focused]?.setAttribute("tabindex", -1);
    this.#focused = Math.max(0, i);
    this.#elements[this.#focused]?.setAttribute("tabindex", 0);
    this.#elements[this.#focused]?.focus();
  }

  #listen() {
    this.#svg.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const node = this.#arrangement.nodes[this.#focused];
    if (event.key in steps) {
      this.#focus((this.#focused + steps[event.key] + this.#elements.length) % this.#elements.length);
    } else if (event.key === "Enter" || event.key === " ") {
      this.#choose(this.#focused);
    } else if (event.key === "e" && (node?.frame ?? node)?.group !== undefined) {
      this.toggle((node.frame ?? node).group);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Fades what the filter lets nothing through of; `counts` has the number of shown events of each flow. */
  update(filter, counts) {
    this.#shown = () => {
      const { nodes, nodeOf } = this.#arrangement;
      const isEdgeLive = new Uint8Array(this.#edges.length);
      const isLive = new Uint8Array(nodes.length);
      this.#capture.flows.forEach((flow, i) => {
        if (!counts[i]) return;
        if (this.#edgeOfFlow[i] >= 0) isEdgeLive[this.#edgeOfFlow[i]] = 1;
        for (const end of [flow.source, flow.destination]) if (nodeOf[end] >= 0) isLive[nodeOf[end]] = 1;
      });
      this.#edges.forEach((edge, i) => {
        edge.element.classList.toggle("faded", !isEdgeLive[i]);
        const [{ source, destination, kind }] = edge.flows.map((flow) => this.#capture.flows[flow]);
        edge.element.classList.toggle("chosen", !!filter.flow && filter.takes({ ...filter.flow, channel: null }, source, destination, kind));
      });
      nodes.forEach((node, i) => {
        const isFaded = node.type === "open" ? !node.inside.some((_, j) => isLive[i + 1 + j]) : !isLive[i];
        this.#elements[i].classList.toggle("faded", isFaded);
        this.#elements[i].setAttribute("aria-pressed",
          node.process !== undefined ? filter.process === node.process : filter.group !== null && filter.group === node.group);
      });
    };
    this.#shown();
  }
}
