"use strict";

/** Transfers over time: a lane a process, a line from sender to receiver. */
class Timeline {
  static laneHeight = 24;
  static gutter = 150;
  static ruler = 24;
  /** Room at the right, for the last event's size. */
  static margin = 48;
  /** More lines than these have no arrowheads. */
  static arrowLimit = 1500;
  /** More events than this for each pixel are no lines, but marks in the lanes of their ends. */
  static density = 2;
  /** The shortest time that is shown, in nanoseconds. */
  static shortest = 200;

  #capture;
  #filter;
  #parts;
  #handlers;
  #events = new Uint32Array(0);
  /** Processes and kinds of these events. */
  #lanes = [];
  #kinds = [];
  #laneOf;
  #span;
  #selected = -1;

  /**
   * @param parts     Elements: `overview`, `lanes`, `canvas`, `size`, `tip`.
   * @param handlers  `span(span)` when another part of the time is looked at, `choose(event)`.
   */
  constructor(parts, capture, filter, handlers) {
    this.#capture = capture;
    this.#filter = filter;
    this.#parts = parts;
    this.#handlers = handlers;
    this.#laneOf = new Int32Array(capture.processes.length).fill(-1);
    this.#span = this.whole;
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(parts.lanes);
  }

  /** All of the time, with a little room at both ends. */
  get whole() {
    const { begin, end } = this.#capture;
    const room = Math.max((end - begin) * 0.01, Timeline.shortest / 2);
    return [begin - room, end + room];
  }

  /** Shows these events, which are in the order of time. */
  show(events) {
    this.#events = events;
    const capture = this.#capture;
    const isSeen = new Uint8Array(capture.processes.length);
    const isKindSeen = new Uint8Array(capture.kinds.length);
    for (const event of events) {
      isSeen[capture.source[event]] = isSeen[capture.destination[event]] = 1;
      isKindSeen[capture.kind[event]] = 1;
    }
    this.#kinds = capture.kinds.map((_, kind) => kind).filter((kind) => isKindSeen[kind]);
    this.#lanes = capture.processes.map((_, i) => i).filter((i) => isSeen[i])
      .sort((a, b) => capture.processes[a].first - capture.processes[b].first || a - b);
    this.#laneOf.fill(-1);
    this.#lanes.forEach((process, lane) => { this.#laneOf[process] = lane; });
    this.#parts.size.style.height = `${this.#lanes.length * Timeline.laneHeight + Timeline.ruler + 8}px`;
    this.#span = this.#filter.span ?? this.whole;
    this.draw();
  }

  /** Marks an event, and moves so that it can be seen. */
  select(event) {
    this.#selected = event;
    const time = this.#capture.time[event];
    const [from, to] = this.#span;
    if (time < from || time > to) this.#look([time - (to - from) / 2, time + (to - from) / 2]);
    const { lanes } = this.#parts;
    const y = this.#y(this.#capture.source[event]);
    if (y < Timeline.ruler || y > lanes.clientHeight) lanes.scrollTop += y - lanes.clientHeight / 2;
    this.draw();
  }

  zoom(factor, at = (this.#span[0] + this.#span[1]) / 2) {
    const [from, to] = this.#span;
    const whole = this.whole;
    if (factor > 1 && (to - from) * factor >= whole[1] - whole[0]) return this.fit();
    if ((to - from) * factor < Timeline.shortest) return;
    this.#look([at - (at - from) * factor, at + (to - at) * factor]);
  }

  move(share) {
    const [from, to] = this.#span;
    if (!this.#filter.span) return;
    const whole = this.whole;
    const step = Math.max(whole[0] - from, Math.min((to - from) * share, whole[1] - to));
    this.#look([from + step, to + step]);
  }

  fit() {
    this.#span = this.whole;
    this.#handlers.span(null);
    this.draw();
  }

  #look(span) {
    this.#span = span;
    this.#handlers.span(span);
    this.draw();
  }

  get #width() { return Math.max(this.#parts.lanes.clientWidth - Timeline.gutter - Timeline.margin, 50); }
  #x(time) { return Timeline.gutter + (time - this.#span[0]) / (this.#span[1] - this.#span[0]) * this.#width; }
  #timeAt(x) { return this.#span[0] + (x - Timeline.gutter) / this.#width * (this.#span[1] - this.#span[0]); }
  #y(process) {
    return Timeline.ruler + (this.#laneOf[process] + 0.5) * Timeline.laneHeight - this.#parts.lanes.scrollTop;
  }

  // MARK: Drawing

  draw() {
    this.#drawOverview();
    const { lanes, canvas } = this.#parts;
    const [width, height] = [lanes.clientWidth, lanes.clientHeight];
    if (!width || !height) return;
    const pen = fit(canvas, width, height);
    const ink = { text: color("--text"), faint: color("--line"), quiet: color("--quiet"), panel: color("--panel") };
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    this.#drawLanes(pen, ink, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(Timeline.gutter, Timeline.ruler, width, height);
    pen.clip();
    const shown = this.#filter.within(this.#events, this.#span);
    if (shown.length > Timeline.density * this.#width) this.#drawActivity(pen, shown, height);
    else this.#drawTransfers(pen, shown, height);
    this.#drawLosses(pen, height);
    if (this.#selected >= 0) this.#drawSelected(pen, ink, height);
    pen.restore();
    this.#drawRuler(pen, ink, width);
  }

  #drawLanes(pen, ink, width, height) {
    this.#lanes.forEach((process, lane) => {
      const y = this.#y(process);
      if (y < 0 || y > height + Timeline.laneHeight) return;
      pen.strokeStyle = ink.faint;
      pen.beginPath();
      pen.moveTo(Timeline.gutter, Math.round(y) + 0.5);
      pen.lineTo(width, Math.round(y) + 0.5);
      pen.stroke();
      const { pid, name } = this.#capture.processes[process];
      pen.textAlign = "left";
      pen.fillStyle = this.#filter.process === process ? color("--accent") : ink.text;
      pen.fillText(clip(pen, pid < 0 ? "<unknown>" : visible(name), Timeline.gutter - 76), 14, y);
      pen.textAlign = "right";
      pen.fillStyle = ink.quiet;
      if (pid >= 0) pen.fillText(pid, Timeline.gutter - 12, y);
    });
  }

  #drawTransfers(pen, shown, height) {
    const capture = this.#capture;
    const paths = capture.kinds.map(() => new Path2D());
    const heads = capture.kinds.map(() => new Path2D());
    const drawn = new Set();
    const hasHeads = shown.length <= Timeline.arrowLimit;
    for (const event of shown) {
      const [source, destination, kind] = [capture.source[event], capture.destination[event], capture.kind[event]];
      const x = Math.round(this.#x(capture.time[event]));
      // What lies on the same pixels is drawn once.
      const key = ((x * capture.kinds.length + kind) * capture.processes.length + source) * capture.processes.length + destination;
      if (drawn.has(key)) continue;
      drawn.add(key);
      const [from, to] = [this.#y(source), this.#y(destination)];
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
      pen.strokeStyle = pen.fillStyle = color(`--kind-${kind % 8}`);
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
      const x = Math.round(this.#x(capture.time[event]));
      const kind = capture.kind[event];
      for (const end of [capture.source[event], capture.destination[event]]) {
        const key = (x * capture.kinds.length + kind) * capture.processes.length + end;
        if (drawn.has(key)) continue;
        drawn.add(key);
        const y = this.#y(end);
        if (y < 0 || y > height) continue;
        // Kinds lie below each other within the lane.
        const part = 16 / this.#kinds.length;
        marks[kind].rect(x, y - 8 + this.#kinds.indexOf(kind) * part, 1, Math.max(part, 1));
      }
    }
    marks.forEach((path, kind) => {
      pen.fillStyle = color(`--kind-${kind % 8}`);
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
      const x = this.#x(capture.time[event]) + 6;
      const text = bytesText(capture.count[event]);
      const width = pen.measureText(text).width;
      const next = i + 1 < shown.length ? this.#x(capture.time[shown[i + 1]]) : Infinity;
      if (x < end || x + width + 4 > next) continue;
      pen.fillText(text, x, (this.#y(capture.source[event]) + this.#y(capture.destination[event])) / 2);
      end = x + width + 4;
    }
  }

  #drawLosses(pen, height) {
    pen.strokeStyle = color("--loss");
    pen.setLineDash([3, 3]);
    for (const [, , , time] of this.#capture.losses) {
      const x = Math.round(this.#x(time)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  #drawSelected(pen, ink, height) {
    const capture = this.#capture;
    const x = this.#x(capture.time[this.#selected]);
    const [from, to] = [this.#y(capture.source[this.#selected]), this.#y(capture.destination[this.#selected])];
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
      pen.fillStyle = ink.panel;
      pen.fill();
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  #drawRuler(pen, ink, width) {
    pen.fillStyle = ink.panel;
    pen.fillRect(0, 0, width, Timeline.ruler);
    const [from, to] = this.#span;
    const step = niceStep((to - from) / Math.max(this.#width / 110, 1));
    pen.textAlign = "center";
    const start = this.#capture.begin;
    for (let tick = Math.ceil((from - start) / step) * step; start + tick <= to; tick += step) {
      const x = this.#x(start + tick);
      pen.fillStyle = ink.quiet;
      if (x >= Timeline.gutter && x < width - 30) pen.fillText(tickText(tick, step), x, 10);
      pen.strokeStyle = ink.faint;
      pen.beginPath();
      pen.moveTo(Math.round(x) + 0.5, 19);
      pen.lineTo(Math.round(x) + 0.5, Timeline.ruler);
      pen.stroke();
    }
  }

  #drawOverview() {
    const { overview } = this.#parts;
    const [width, height] = [overview.clientWidth, overview.clientHeight];
    if (!width) return;
    const pen = fit(overview, width, height);
    const [begin, end] = this.whole;
    const room = width - Timeline.gutter - Timeline.margin;
    const bars = new Float64Array(Math.max(1, Math.ceil(room / 3)));
    const time = this.#capture.time;
    for (const event of this.#events) {
      bars[Math.min(bars.length - 1, Math.floor((time[event] - begin) / (end - begin) * bars.length))]++;
    }
    const most = Math.max(...bars, 1);
    pen.fillStyle = color("--quiet");
    bars.forEach((count, i) => {
      // The root keeps single events visible beside bursts.
      const size = count ? Math.max(2, Math.sqrt(count / most) * (height - 6)) : 0;
      pen.fillRect(Timeline.gutter + i * 3, height - 2 - size, 2, size);
    });
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    pen.fillText("events", 14, height / 2);
    if (!this.#filter.span) return;
    const [from, to] = this.#filter.span.map((t) => Timeline.gutter + (t - begin) / (end - begin) * room);
    pen.fillStyle = color("--accent");
    pen.globalAlpha = 0.16;
    pen.fillRect(from, 0, Math.max(to - from, 2), height);
    pen.globalAlpha = 1;
    pen.fillRect(from - 1, 0, 2, height);
    pen.fillRect(Math.max(to, from + 2) - 1, 0, 2, height);
  }

  // MARK: Hands

  #listen() {
    const { lanes, overview, tip } = this.#parts;
    lanes.addEventListener("scroll", () => this.draw());
    lanes.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) {
        this.zoom(Math.exp(event.deltaY * 0.004), this.#timeAt(event.offsetX));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        this.move(event.deltaX / this.#width);
      } else {
        return;
      }
      event.preventDefault();
    }, { passive: false });
    drag(lanes, (start, x, isOver) => {
      if (isOver && Math.abs(x - start.x) < 4) {
        const found = this.#nearest(start.x, start.y);
        if (found >= 0) this.#handlers.choose(found);
        return;
      }
      this.move(-(x - start.last) / this.#width);
      start.last = x;
    });
    lanes.addEventListener("dblclick", (event) => this.zoom(0.4, this.#timeAt(event.offsetX)));
    lanes.addEventListener("pointermove", (event) => this.#hover(event));
    lanes.addEventListener("pointerleave", () => { tip.hidden = true; });
    drag(overview, (start, x) => {
      const [begin, end] = this.whole;
      const [a, b] = [start.x, x].sort((p, q) => p - q)
        .map((p) => begin + Math.max(0, Math.min(1, (p - Timeline.gutter) / (overview.clientWidth - Timeline.gutter - Timeline.margin))) * (end - begin));
      if (b - a >= Timeline.shortest && Math.abs(x - start.x) > 3) this.#look([a, b]);
    });
    lanes.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const actions = {
      ArrowLeft: () => this.move(-0.2), ArrowRight: () => this.move(0.2),
      "+": () => this.zoom(0.6), "=": () => this.zoom(0.6), "-": () => this.zoom(1 / 0.6), 0: () => this.fit(),
    };
    if (!(event.key in actions)) return;
    actions[event.key]();
    event.preventDefault();
  }

  /** Event that is drawn at a point, −1 if none is near. */
  #nearest(x, y) {
    const time = this.#capture.time;
    const [first, last] = [x - 6, x + 6].map((edge) => this.#filter.lowerBound(this.#events, this.#timeAt(edge)));
    let [best, distance] = [-1, 7];
    for (const event of this.#events.subarray(first, last)) {
      const [from, to] = [this.#y(this.#capture.source[event]), this.#y(this.#capture.destination[event])];
      const above = Math.max(0, Math.min(from, to) - y, y - Math.max(from, to));
      const away = Math.hypot(this.#x(time[event]) - x, above);
      if (away < distance) [best, distance] = [event, away];
    }
    return best;
  }

  #hover(event) {
    const { tip, lanes } = this.#parts;
    const box = lanes.getBoundingClientRect();
    const found = this.#nearest(event.clientX - box.left, event.clientY - box.top);
    tip.hidden = found < 0;
    if (found < 0) return;
    const capture = this.#capture;
    const kind = capture.kinds[capture.kind[found]];
    tip.textContent = [
      `${processText(capture.processes[capture.source[found]])} → ${processText(capture.processes[capture.destination[found]])}`,
      `${kind.name} ${visible(capture.channels[capture.channel[found]])}`,
      `${spanText(capture.time[found] - capture.begin)}${kind.carriesBytes ? ` · ${bytesText(capture.count[found])}` : ""}`,
    ].join("\n");
    const host = tip.parentElement.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX - host.left + 14, host.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY - host.top + 14}px`;
  }
}

/** Calls `move(start, x, isOver, y)` while a pointer that was put down where it is wanted is dragged over an element. */
function drag(target, move, isWanted = () => true) {
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !isWanted(event)) return;
    const box = target.getBoundingClientRect();
    const start = { x: event.clientX - box.left, y: event.clientY - box.top, last: event.clientX - box.left };
    // What is no more than scrolling stays with the browser.
    if (start.x > target.clientWidth) return;
    target.setPointerCapture(event.pointerId);
    const onMove = (event) => move(start, event.clientX - box.left, false, event.clientY - box.top);
    const onUp = (event) => {
      target.removeEventListener("pointermove", onMove);
      move(start, event.clientX - box.left, true, event.clientY - box.top);
    };
    target.addEventListener("pointermove", onMove);
    target.addEventListener("pointerup", onUp, { once: true });
  });
}

/** Makes a canvas as large as its place, sharp on every screen, and gives an empty pen. */
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

const colors = new Map();

/** Value of a colour of the style sheet in the theme that is shown. */
function color(name) {
  if (!colors.has(name)) {
    const probe = element("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    colors.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return colors.get(name);
}

/** A text that is not wider than so many pixels. */
function clip(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

/** A time since the first event. */
function tickText(time, step) {
  return Math.abs(time) < step / 2 ? "0" : `${time < 0 ? "−" : "+"}${spanText(Math.abs(time), step)}`;
}

/** A step of 1, 2 or 5 times a power of ten that is not smaller than the one given. */
function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= step);
}
