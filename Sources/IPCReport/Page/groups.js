"use strict";

/** Processes that run the same executable, or have the same name where that is not known; each is in one group. */
class Groups {
  #capture;
  #members = new Map();

  constructor(capture) {
    this.#capture = capture;
    /** The first process of each process's group, by which the group is known. */
    this.of = new Int32Array(capture.processes.length);
    const firsts = new Map();
    capture.processes.forEach((process, i) => {
      const key = Groups.#key(process);
      if (!firsts.has(key)) firsts.set(key, i);
      this.of[i] = firsts.get(key);
      if (!process.events) return;
      if (!this.#members.has(this.of[i])) this.#members.set(this.of[i], []);
      this.#members.get(this.of[i]).push(i);
    });
    const place = this.#neighbourhood();
    for (const members of this.#members.values()) members.sort((a, b) => place[a] - place[b]);
  }

  /** What those of a group have in common. Of `worker-1` and `worker-2`, that is what stands before the number. */
  static #key({ pid, name, executable }) {
    if (pid < 0) return "?";
    return executable ? `/${executable}` : ` ${name.replace(/[-_:/#]\d+$/, "")}`;
  }

  /** Place of each process in a walk that goes on to whom one talks with most, so that neighbours follow each other. */
  #neighbourhood() {
    const { flows, processes } = this.#capture;
    const near = processes.map(() => new Map());
    for (const { source, destination, bytes } of flows) {
      if (source === destination) continue;
      for (const [one, other] of [[source, destination], [destination, source]]) {
        near[one].set(other, (near[one].get(other) ?? 0) + bytes + 1);
      }
    }
    const place = new Int32Array(processes.length).fill(-1);
    let count = 0;
    const starts = processes.map((_, i) => i).sort((a, b) => processes[a].first - processes[b].first || a - b);
    for (const start of starts) {
      const waiting = [start];
      while (waiting.length) {
        const process = waiting.pop();
        if (place[process] >= 0) continue;
        place[process] = count++;
        const next = [...near[process]].filter(([other]) => place[other] < 0);
        next.sort((a, b) => a[1] - b[1] || processes[b[0]].first - processes[a[0]].first || b[0] - a[0]);
        for (const [other] of next) waiting.push(other);
      }
    }
    return place;
  }

  /** Groups by their first processes, those with most bytes first. */
  get all() {
    const bytes = (group) => this.members(group).reduce((sum, i) => sum + this.#capture.processes[i].bytes, 0);
    return [...this.#members.keys()].map((group) => [group, bytes(group)])
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([group]) => group);
  }

  /** Processes of a group, neighbours after each other. */
  members(group) { return this.#members.get(group) ?? []; }

  /** What a group is called. */
  name(group) {
    const { name, executable } = this.#capture.processes[group];
    if (executable) return visible(executable.slice(executable.lastIndexOf("/") + 1));
    const stem = name.replace(/[-_:/#]\d+$/, "");
    return this.members(group).every((i) => this.#capture.processes[i].name === name) ? visible(name) : `${visible(stem)}…`;
  }

  /** Name and number of processes of a group. */
  text(group) { return `${this.name(group)} × ${number(this.members(group).length)}`; }

  /** Whether a process is one end of what was chosen: that process, or `~group`, any of a group. */
  isEnd(end, process) { return end < 0 ? this.of[process] === ~end : end === process; }
}
