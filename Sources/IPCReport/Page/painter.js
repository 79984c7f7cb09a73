"use strict";

/** Draws the timeline onto its canvases. */
class Painter {
  /** More lines than these have no arrowheads. */
  static arrowLimit = 1500;
  /** More events than this for each pixel are no lines, but marks in the lanes of their ends. */
  static density = 2;

  #parts;
  #capture;
  #scale;

  constructor(parts, capture, scale) {
    this.#parts = parts;
    this.#capture = capture;
    this.#scale = scale;
  }

  /** Draws events, which are in the order of time; `selected` is the one that is marked, or −1. */
  draw(events, filter, selected) {
    this.#drawOverview(events, filter.span);
    const { lanes, canvas } = this.#parts;
    const [width, height] = [lanes.clientWidth, lanes.clientHeight];
    if (!width || !height) return;
    const pen = fit(canvas, width, height);
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    this.#drawLanes(pen, filter.process, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(Scale.gutter, Scale.ruler, width, height);
    pen.clip();
    const shown = filter.within(events, this.#scale.span);
    if (shown.length > Painter.density * this.#scale.width) this.#drawActivity(pen, shown, height);
    else this.#drawTransfers(pen, shown, height);
    this.#drawLosses(pen, height);
    if (selected >= 0 && !isNaN(this.#scale.y(this.#capture.source[selected]))) this.#drawSelected(pen, selected, height);
    pen.restore();
    this.#drawRuler(pen, width);
  }

  #drawLanes(pen, chosen, width, height) {
    this.#scale.processes.forEach((process, lane) => {
      const y = this.#scale.y(process);
      if (y < 0 || y > height + Scale.laneHeight) return;
      pen.strokeStyle = color("--line");
      pen.beginPath();
      pen.moveTo(Scale.gutter, Math.round(y) + 0.5);
      pen.lineTo(width, Math.round(y) + 0.5);
      pen.stroke();
      const { pid, name } = this.#capture.processes[process];
      pen.textAlign = "right";
      pen.fillStyle = color("--quiet");
      if (pid >= 0) pen.fillText(pid, Scale.gutter - 12, y);
      const room = Scale.gutter - 34 - (pid < 0 ? 0 : pen.measureText(pid).width);
      pen.textAlign = "left";
      pen.fillStyle = chosen === process ? color("--accent") : color("--text");
      pen.fillText(clip(pen, pid < 0 ? "<unknown>" : visible(name), room), 14, y);
    });
  }

  #drawTransfers(pen, shown, height) {
    const capture = this.#capture;
    const paths = capture.kinds.map(() => new Path2D());
    const heads = capture.kinds.map(() => new Path2D());
    const drawn = new Set();
    const hasHeads = shown.length <= Painter.arrowLimit;
    for (const event of shown) {
      const [source, destination, kind] = [capture.source[event], capture.destination[event], capture.kind[event]];
      const x = Math.round(this.#scale.x(capture.time[event]));
      // What lies on the same pixels is drawn once.
      const key = ((x * capture.kinds.length + kind) * capture.processes.length + source) * capture.processes.length + destination;
      if (drawn.has(key)) continue;
      drawn.add(key);
      const [from, to] = [this.#scale.y(source), this.#scale.y(destination)];
      if (Math.max(from, to) < 0 || Math.min(from, to) > height) continue;
      if (from === to) {
        heads[kind].rect(x - 2, from - 2, 4, 4);
        continue;
      }
      paths[kind].moveTo(x + 0.5, from);
      paths[kind].lineTo(x + 0.5, to);
      if (!hasHeads) continue;
      const way = Math.sign(to - from);
      heads[kind].rect(x - 1, from - 1.5, 3, 3);
      heads[kind].moveTo(x + 0.5, to);
      heads[kind].lineTo(x - 3.5, to - way * 7);
      heads[kind].lineTo(x + 4.5, to - way * 7);
      heads[kind].closePath();
    }
    capture.kinds.forEach((_, kind) => {
      pen.strokeStyle = pen.fillStyle = color(`--kind-${kind}`);
      pen.lineWidth = hasHeads ? 1.4 : 1;
      pen.globalAlpha = hasHeads ? 1 : 0.65;
      pen.stroke(paths[kind]);
      pen.globalAlpha = 1;
      pen.fill(heads[kind]);
    });
    this.#drawSizes(pen, shown);
  }

  /** Shows when each process sent or received anything. */
  #drawActivity(pen, shown, height) {
    const capture = this.#capture;
    const marks = capture.kinds.map(() => new Path2D());
    const drawn = new Set();
    for (const event of shown) {
      const x = Math.round(this.#scale.x(capture.time[event]));
      const kind = capture.kind[event];
      for (const end of [capture.source[event], capture.destination[event]]) {
        const key = (x * capture.kinds.length + kind) * capture.processes.length + end;
        if (drawn.has(key)) continue;
        drawn.add(key);
        const y = this.#scale.y(end);
        if (y < 0 || y > height) continue;
        // Kinds lie below each other within the lane.
        const part = 16 / this.#scale.kinds.length;
        marks[kind].rect(x, y - 8 + this.#scale.kinds.indexOf(kind) * part, 1, Math.max(part, 1));
      }
    }
    marks.forEach((path, kind) => {
      pen.fillStyle = color(`--kind-${kind}`);
      pen.fill(path);
    });
  }

  /** Tells the bytes of transfers that stand alone. */
  #drawSizes(pen, shown) {
    if (shown.length > 60) return;
    const capture = this.#capture;
    let end = -Infinity;
    pen.textAlign = "left";
    pen.fillStyle = color("--quiet");
    for (const [i, event] of shown.entries()) {
      if (!capture.kinds[capture.kind[event]].carriesBytes) continue;
      const x = this.#scale.x(capture.time[event]) + 6;
      const text = bytesText(capture.count[event]);
      const width = pen.measureText(text).width;
      const next = i + 1 < shown.length ? this.#scale.x(capture.time[shown[i + 1]]) : Infinity;
      if (x < end || x + width + 4 > next) continue;
      pen.fillText(text, x, (this.#scale.y(capture.source[event]) + this.#scale.y(capture.destination[event])) / 2);
      end = x + width + 4;
    }
  }

  #drawLosses(pen, height) {
    pen.strokeStyle = color("--loss");
    pen.setLineDash([3, 3]);
    for (const [, , , time] of this.#capture.losses) {
      const x = Math.round(this.#scale.x(time)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  #drawSelected(pen, selected, height) {
    const capture = this.#capture;
    const x = this.#scale.x(capture.time[selected]);
    const [from, to] = [this.#scale.y(capture.source[selected]), this.#scale.y(capture.destination[selected])];
    pen.strokeStyle = color("--accent");
    pen.globalAlpha = 0.35;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
    pen.stroke();
    pen.globalAlpha = 1;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.moveTo(x, from);
    pen.lineTo(x, to);
    pen.stroke();
    for (const y of [from, to]) {
      pen.beginPath();
      pen.arc(x, y, 5, 0, 7);
      pen.fillStyle = color("--panel");
      pen.fill();
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  #drawRuler(pen, width) {
    pen.fillStyle = color("--panel");
    pen.fillRect(0, 0, width, Scale.ruler);
    const [from, to] = this.#scale.span;
    const step = niceStep((to - from) / Math.max(this.#scale.width / 110, 1));
    pen.textAlign = "center";
    const start = this.#capture.begin;
    for (let tick = Math.ceil((from - start) / step) * step; start + tick <= to; tick += step) {
      const x = this.#scale.x(start + tick);
      pen.fillStyle = color("--quiet");
      if (x >= Scale.gutter && x < width - 30) pen.fillText(tickText(tick, step), x, 10);
      pen.strokeStyle = color("--line");
      pen.beginPath();
      pen.moveTo(Math.round(x) + 0.5, 19);
      pen.lineTo(Math.round(x) + 0.5, Scale.ruler);
      pen.stroke();
    }
  }

  #drawOverview(events, span) {
    const { overview } = this.#parts;
    const [width, height] = [overview.clientWidth, overview.clientHeight];
    if (!width) return;
    const pen = fit(overview, width, height);
    const scale = this.#scale;
    const bars = new Float64Array(Math.ceil(scale.width / 3));
    for (const event of events) {
      const bar = Math.floor((scale.overviewX(this.#capture.time[event]) - Scale.gutter) / 3);
      bars[Math.max(0, Math.min(bars.length - 1, bar))]++;
    }
    const most = Math.max(...bars, 1);
    pen.fillStyle = color("--quiet");
    bars.forEach((count, i) => {
      // The root keeps single events visible beside bursts.
      const size = count ? Math.max(2, Math.sqrt(count / most) * (height - 6)) : 0;
      pen.fillRect(Scale.gutter + i * 3, height - 2 - size, 2, size);
    });
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    pen.fillText("events", 14, height / 2);
    if (!span) return;
    const [from, to] = span.map((time) => scale.overviewX(time));
    pen.fillStyle = color("--accent");
    pen.globalAlpha = 0.16;
    pen.fillRect(from, 0, Math.max(to - from, 2), height);
    pen.globalAlpha = 1;
    pen.fillRect(from - 1, 0, 2, height);
    pen.fillRect(Math.max(to, from + 2) - 1, 0, 2, height);
  }
}
