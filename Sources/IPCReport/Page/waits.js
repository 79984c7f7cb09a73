"use strict";

/** Who waited for whom when the trace was looked at: what `ipcdump why --json` tells, with what will never end. */
class Waits {
  /** Most processes that are drawn: those that are stuck or have to do with a leak, then the others. */
  static nodeLimit = 120;

  /**
   * Processes: `pid`, `name`, what their threads wait for in words, and whether they are in a deadlock (`isDead`), in or behind one
   * (`isStuck`), and of a leak.
   */
  nodes = [];
  /** Who waits for whom, as positions of nodes: `source`, `destination`, `words`, and `mark`: "", "stuck" or "leak". */
  edges = [];
  /** What will never end and what seems forgotten, in sentences. */
  sentences = [];
  /** When it was looked, as the trace's machine told the time. */
  time = "";
  /** Processes that are not drawn. */
  omitted = 0;

  #byPid = new Map();

  constructor(facts) {
    const data = Waits.#parse(facts.waits);
    this.sentences = facts.waitSentences.split("\n").filter((line) => line);
    if (!data) return;
    this.time = String(data.time ?? "").slice(11, 19);
    const list = (value) => (Array.isArray(value) ? value.filter((entry) => entry && typeof entry === "object") : []);
    const pids = (value) => (Array.isArray(value) ? value : []);
    const edges = new Map();
    const put = (source, destination, words, mark) => {
      const key = `${source.pid} ${destination.pid} ${mark === "leak"}`;
      const edge = edges.get(key) ?? { source, destination, words: [], mark };
      edge.words.push(words);
      edges.set(key, edge);
    };
    const stuck = new Map();
    list(data.deadlocks).forEach((deadlock, i) => {
      for (const pid of pids(deadlock.pids)) {
        stuck.set(pid, i);
        this.#node(pid, "").isDead = true;
      }
      for (const pid of [...pids(deadlock.pids), ...pids(deadlock.blocked)]) this.#node(pid, "").isStuck = true;
    });
    for (const wait of list(data.waits)) {
      const node = this.#node(wait.pid, wait.comm);
      const targets = list(wait.on);
      const span = wait.waiting_ns > 0 ? `, ${tookText(wait.waiting_ns)}` : "";
      node.waits.push(`${targets.length > 1 ? `${wait.call}: ${wait.mode} of ${targets.length}` : Waits.#words(wait, targets[0] ?? {})}${span}`);
      for (const target of targets) {
        for (const ender of list(target.by)) {
          const end = this.#node(ender.pid, ender.comm);
          const inOne = stuck.has(node.pid) && stuck.get(node.pid) === stuck.get(end.pid);
          put(node, end, `${Waits.#words(wait, target)}: could ${ender.does}${ender.fd === undefined ? "" : ` (fd ${ender.fd})`}`, inOne ? "stuck" : "");
        }
      }
    }
    for (const leak of list(data.leaks)) {
      const reader = this.#node(leak.reader?.pid, leak.reader?.comm);
      for (const holder of list(leak.holders)) {
        const node = this.#node(holder.pid, holder.comm);
        reader.isLeak = node.isLeak = true;
        put(reader, node, `pipe ${leak.channel}: left open (fd ${holder.fd})`, "leak");
      }
    }
    this.#choose([...edges.values()]);
  }

  get isEmpty() { return !this.nodes.length && !this.sentences.length; }

  /** A capture may come from anybody. */
  static #parse(text) {
    if (!text) return null;
    try {
      const data = JSON.parse(text);
      return data && typeof data === "object" ? data : null;
    } catch { return null; }
  }

  /** What a thread does, `read pipe [77]`. */
  static #words(wait, target) {
    return [wait.call, target.type === "stopped" && wait.call === "other" ? "" : target.type, target.channel].filter((word) => word).join(" ");
  }

  #node(pid, name) {
    const node = this.#byPid.get(pid) ?? { pid, name: "", waits: [], isDead: false, isStuck: false, isLeak: false };
    // What is no process is nobody's neighbour.
    if (Number.isInteger(pid)) this.#byPid.set(pid, node);
    node.name ||= String(name ?? "");
    return node;
  }

  /** Keeps as many nodes as can be read, the most important first. */
  #choose(edges) {
    const rank = (node) => (node.isDead ? 0 : node.isStuck ? 1 : node.isLeak ? 2 : 3);
    const all = [...this.#byPid.values()].sort((a, b) => rank(a) - rank(b));
    this.nodes = all.slice(0, Waits.nodeLimit);
    this.omitted = all.length - this.nodes.length;
    const place = new Map(this.nodes.map((node, i) => [node, i]));
    this.edges = edges.filter(({ source, destination }) => place.has(source) && place.has(destination))
      .map((edge) => ({ ...edge, source: place.get(edge.source), destination: place.get(edge.destination) }));
  }
}

/** The graph of who waits for whom, and what it comes to. */
class WaitPanel {
  #waits;
  #parts;
  #handlers;

  /**
   * @param parts     Elements: `panel`, `svg`, `note`, `list`.
   * @param handlers  `process(pid)` when one is chosen.
   */
  constructor(parts, waits, handlers) {
    this.#parts = parts;
    this.#waits = waits;
    this.#handlers = handlers;
    parts.panel.hidden = waits.isEmpty;
    if (waits.isEmpty) return;
    const amount = waits.nodes.length === 1 ? "1 process" : `${number(waits.nodes.length)} processes`;
    parts.note.textContent = [amount, ...(waits.time ? [`at ${waits.time}`] : []), ...(waits.omitted ? [`${number(waits.omitted)} more left out`] : [])].join(", ");
    for (const sentence of waits.sentences) {
      const [, word, rest] = /^(DEADLOCK|LEAK)?([^]*)$/.exec(sentence);
      const line = element("li", word ? word.toLowerCase() : "");
      line.append(...(word ? [element("b", "", word)] : []), visible(rest));
      parts.list.append(line);
    }
    if (!waits.sentences.length) parts.list.append(element("li", "", "All of these waits can still end."));
    if (waits.nodes.length) this.#draw();
  }

  #draw() {
    const { svg } = this.#parts;
    const nodes = this.#waits.nodes.map((node) => {
      const title = `${visible(node.name) || "?"} ${node.pid}`;
      const lines = node.waits.slice(0, 2).map((words) => WaitPanel.#short(visible(words)));
      if (node.waits.length > lines.length) lines.push(`and ${plural(node.waits.length - lines.length, "more thread")}`);
      const width = Math.max(Arrangement.textWidth(title, "600 13px"), ...lines.map((line) => Arrangement.textWidth(line, "12px"))) + 24;
      return { ...node, title, lines, width, height: 26 + 16 * lines.length, x: 0, y: 0 };
    });
    const { edges } = this.#waits;
    const view = new GraphView(svg);
    const [width, height] = view.room;
    const forward = new Set();
    layOut(nodes, edges.map(({ source, destination }) => {
      forward.add(`${source} ${destination}`);
      return { source, destination, weight: 0.5, isBack: forward.has(`${destination} ${source}`) };
    }), width / height);
    svg.replaceChildren();
    const marks = shape("defs", {}, svg);
    for (const mark of ["", "stuck", "leak"]) {
      const marker = shape("marker", {
        id: `wait-arrow${mark}`, viewBox: "0 0 10 10", refX: 7, refY: 5, markerWidth: 12, markerHeight: 12, markerUnits: "userSpaceOnUse",
        orient: "auto",
      }, marks);
      shape("path", { d: "M0 1 L10 5 L0 9 z", class: `wait-head ${mark}` }, marker);
    }
    for (const { source, destination, words, mark } of edges) {
      const group = shape("g", { class: `wait-edge ${mark}` }, svg);
      const isAlone = source !== destination && !edges.some((edge) => edge.source === destination && edge.destination === source);
      const path = curve(nodes[source], nodes[destination], isAlone ? null : 0);
      shape("path", { d: path, class: "line", "marker-end": `url(#wait-arrow${mark})` }, group);
      shape("path", { d: path, class: "reach" }, group);
      shape("title", {}, group).textContent = [`${nodes[source].title} waits for ${nodes[destination].title}`, ...words.map(visible)].join("\n");
    }
    for (const node of nodes) this.#drawNode(node);
    const sides = (side, size, way) => nodes.map((node) => node[side] + way * node[size] / 2);
    const [left, top] = [Math.min(...sides("x", "width", -1)), Math.min(...sides("y", "height", -1))];
    const [right, bottom] = [Math.max(...sides("x", "width", 1)), Math.max(...sides("y", "height", 1))];
    // A wait for oneself rises above the node.
    view.begin([left - 12, top - 34, right - left + 24, bottom - top + 46], nodes[0]);
  }

  #drawNode(node) {
    const group = shape("g", {
      class: `node ${node.isDead ? "stuck dead" : node.isStuck ? "stuck" : node.isLeak ? "leaky" : ""}`, transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
      role: "button", tabindex: 0, "aria-label": [node.title, ...(node.isDead ? ["in a deadlock"] : node.isStuck ? ["stuck"] : []), ...node.waits.map(visible)].join(", "),
    }, this.#parts.svg);
    shape("rect", { x: -node.width / 2, y: -node.height / 2, width: node.width, height: node.height, rx: 9 }, group);
    shape("text", { class: "name", y: -node.height / 2 + 18 }, group).textContent = node.title;
    node.lines.forEach((line, i) => { shape("text", { class: "pid", y: -node.height / 2 + 34 + 16 * i }, group).textContent = line; });
    shape("title", {}, group).textContent = [node.title, ...node.waits.map(visible)].join("\n");
    const choose = () => this.#handlers.process(node.pid);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      choose();
      event.preventDefault();
    });
  }

  static #short(text) { return text.length > 44 ? `${text.slice(0, 43)}…` : text; }
}
