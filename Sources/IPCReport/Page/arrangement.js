"use strict";

/**
 * What the graph draws, and where: processes, and groups of them that are open, with their processes inside, or closed.
 * Few processes are not grouped. Of too many groups, those with least bytes are one group, the others.
 */
class Arrangement {
  /** Most processes that are not grouped. */
  static few = 14;
  /** Most processes that an open group shows. */
  static memberLimit = 200;
  /** Width by height of what is in an open group. */
  static insideRatio = 1.8;
  /** The group of the others, which has no process of its own. */
  static others = -1;

  static #pen = document.createElement("canvas").getContext("2d");

  #capture;
  #groups;
  /** Groups that are drawn as such, by their first processes, and how many of them. */
  #tops = [];
  #others = [];

  /**
   * @param open   First processes of the groups that are open.
   * @param limit  Most groups that are distinguished.
   * @param ratio  Width by height of what it is shown in.
   */
  constructor(capture, groups, open, limit, ratio) {
    this.#capture = capture;
    this.#groups = groups;
    const active = capture.processes.map((_, i) => i).filter((i) => capture.processes[i].events);
    this.isGrouped = Arrangement.isMany(capture);
    /** Number of processes. */
    this.count = active.length;
    if (!this.isGrouped) {
      this.#tops = active.sort((a, b) => capture.processes[a].first - capture.processes[b].first || a - b).map((i) => ({ members: [i] }));
    } else {
      const all = groups.all.map((group) => ({ group, members: groups.members(group) }));
      const kept = all.length > limit ? all.slice(0, limit - 1) : all;
      this.#others = all.slice(kept.length).flatMap(({ members }) => members);
      if (this.#others.length) kept.push({ group: Arrangement.others, members: this.#others });
      const first = ({ members }) => members.reduce((least, i) => Math.min(least, capture.processes[i].first), Infinity);
      this.#tops = kept.map((top) => ({ ...top, first: first(top) })).sort((a, b) => a.first - b.first);
    }
    /** All that is drawn: frames of open groups before what is in them. */
    this.nodes = [];
    /** Node that a process is drawn in, −1 if it is in none. */
    this.nodeOf = new Int32Array(capture.processes.length).fill(-1);
    const boxes = this.#tops.map((top) => this.#box(top, open));
    layOut(boxes, this.#between(boxes), ratio);
    for (const box of boxes) this.#place(box);
    this.#measure();
  }

  /** Groups of more than one process, those with fewest first. */
  get groups() {
    if (!this.isGrouped) return [];
    return this.#tops.filter(({ members }) => members.length > 1).sort((a, b) => a.members.length - b.members.length)
      .map(({ group }) => group);
  }

  /** Whether there are so many processes that they are grouped. */
  static isMany({ processes }) { return processes.filter((process) => process.events).length > Arrangement.few; }

  static textWidth(text, font) {
    Arrangement.#pen.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
    return Arrangement.#pen.measureText(text).width;
  }

  /** What stands for a group or a process among the others; an open group with its processes in it. */
  #box({ group, members }, open) {
    if (members.length === 1) return this.#process(members[0]);
    const sum = (key) => members.reduce((sum, i) => sum + this.#capture.processes[i][key], 0);
    const name = group === Arrangement.others ? "others" : this.#groups.name(group);
    const node = {
      type: open.has(group) ? "open" : "closed", group, members, name, detail: `${number(members.length)} processes`,
      bytes: sum("bytes"), events: sum("events"), x: 0, y: 0,
    };
    const width = Math.max(Arrangement.textWidth(name, "600 13px"), Arrangement.textWidth(node.detail, "12px")) + 56;
    if (node.type === "closed") return Object.assign(node, { width, height: 46 });
    node.inside = members.slice(0, Arrangement.memberLimit).map((i) => this.#process(i, group !== Arrangement.others));
    if (node.inside.length < members.length) node.detail = `${number(node.inside.length)} of ${node.detail}`;
    const size = this.#fill(node.inside);
    const head = Arrangement.textWidth(name, "600 13px") + Arrangement.textWidth(node.detail, "12px") + 70;
    return Object.assign(node, { width: Math.max(size.width + 20, head), height: size.height + 44 });
  }

  /** A process; within its group, the name of that is not shown again. */
  #process(i, isInside = false) {
    const process = this.#capture.processes[i];
    const isUnknown = process.pid < 0;
    const ownName = isUnknown ? "unknown" : visible(process.commandLine || process.name);
    const pid = isUnknown ? "" : String(process.pid);
    const isShort = isInside && !process.commandLine && (isUnknown || process.name === this.#capture.processes[this.#groups.of[i]].name);
    const name = isShort ? "" : ownName.length > 40 ? `${ownName.slice(0, 39)}…` : ownName;
    const width = Math.max(Arrangement.textWidth(name, "600 13px"), Arrangement.textWidth(pid, "12px"));
    return {
      type: isUnknown ? "unknown" : "process", process: i, members: [i], name, detail: pid,
      bytes: process.bytes, events: process.events, x: 0, y: 0, width: Math.max(isInside ? 0 : 64, width + 24), height: isShort ? 24 : 42,
    };
  }

  /** Places the processes of an open group around their middle, neighbours beside each other; the size of all. */
  #fill(nodes) {
    const edges = this.#between(nodes).filter(({ source, destination }) => source !== destination);
    const gap = edges.length ? 26 : 8;
    const [width, height] = ["width", "height"].map((side) => Math.max(...nodes.map((node) => node[side])) + gap);
    if (edges.length && edges.length <= 1.5 * nodes.length) {
      layOut(nodes, edges, Arrangement.insideRatio);
      const size = Arrangement.#center(nodes);
      // Long chains are easier to look at in rows.
      if (size.width * size.height < 3 * nodes.length * width * height) return size;
    }
    const columns = Math.max(1, Math.ceil(Math.sqrt(nodes.length * Arrangement.insideRatio * height / width)));
    nodes.forEach((node, i) => {
      node.x = (i % columns) * width;
      node.y = Math.floor(i / columns) * height;
    });
    return Arrangement.#center(nodes);
  }

  /** Moves nodes so that 0, 0 is in the middle of them; their size. */
  static #center(nodes) {
    const [left, top] = [Math.min(...nodes.map((n) => n.x - n.width / 2)), Math.min(...nodes.map((n) => n.y - n.height / 2))];
    const width = Math.max(...nodes.map((n) => n.x + n.width / 2)) - left;
    const height = Math.max(...nodes.map((n) => n.y + n.height / 2)) - top;
    for (const node of nodes) {
      node.x -= left + width / 2;
      node.y -= top + height / 2;
    }
    return { width, height };
  }

  /** Edges between some nodes: how much they send, and who began. */
  #between(nodes) {
    const place = new Map(nodes.flatMap((node, i) => node.members.map((process) => [process, i])));
    const edges = new Map();
    for (const flow of this.#capture.flows) {
      const [source, destination] = [place.get(flow.source), place.get(flow.destination)];
      if (source === undefined || destination === undefined) continue;
      const key = `${source} ${destination}`;
      const edge = edges.get(key) ?? { source, destination, bytes: 0, isBack: edges.has(`${destination} ${source}`) };
      edge.bytes += flow.bytes;
      edges.set(key, edge);
    }
    const most = Math.max(1, ...[...edges.values()].map((edge) => edge.bytes));
    return [...edges.values()].map((edge) => ({ ...edge, weight: Math.log2(1 + edge.bytes) / Math.log2(1 + most) }));
  }

  #place(box) {
    for (const node of [box, ...(box.inside ?? [])]) {
      if (node !== box) {
        node.x += box.x;
        node.y += box.y + 12;
        node.frame = box;
      }
      for (const process of node.members) this.nodeOf[process] = node.type === "open" ? -1 : this.nodes.length;
      this.nodes.push(node);
    }
  }

  /** Left, top, width and height of all. */
  #measure() {
    const edges = (side, size, way) => this.nodes.map((node) => node[side] + way * node[size] / 2);
    const [left, top] = [Math.min(0, ...edges("x", "width", -1)), Math.min(0, ...edges("y", "height", -1))];
    const [right, bottom] = [Math.max(0, ...edges("x", "width", 1)), Math.max(0, ...edges("y", "height", 1))];
    // Arrows from a node to itself rise above it.
    this.extent = [left - 12, top - 34, right - left + 24, bottom - top + 46];
  }
}
