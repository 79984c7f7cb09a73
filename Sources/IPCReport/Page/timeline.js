"use strict";

/** Transfers over time: a lane a process, a line from sender to receiver. */
class Timeline {
  #capture;
  #filter;
  #parts;
  #handlers;
  #scale;
  #painter;
  #events = new Uint32Array(0);
  /** Number of processes in any of the events. */
  #processes = 0;
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
    this.#scale = new Scale(capture, parts.lanes);
    this.#painter = new Painter(parts, capture, this.#scale);
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(parts.lanes);
  }

  /** Shows these events, which are in the order of time. */
  show(events) {
    this.#events = events;
    this.#scale.setEvents(events);
    this.#processes = this.#scale.processes.length;
    this.#scale.span = this.#filter.span ?? this.#scale.whole;
    this.#setLanes();
    this.draw();
  }

  /** Gives lanes to those only who send or receive in the part of the time that is looked at. */
  settle() {
    const { lanes } = this.#parts;
    const place = () => (this.#selected < 0 ? NaN : this.#scale.y(this.#capture.source[this.#selected]));
    const old = place();
    const { length } = this.#scale.processes;
    this.#setLanes();
    // None comes here that was not there while it was dragged.
    if (this.#scale.processes.length === length) return;
    // What is chosen stays where it was seen.
    if (old > Scale.ruler && old < lanes.clientHeight && place() !== old) lanes.scrollTop += (place() || old) - old;
    this.draw();
  }

  /** What is hidden because it is idle in the part of the time that is looked at. */
  get note() {
    const { length } = this.#scale.processes;
    return length < this.#processes ? `${number(length)} of ${number(this.#processes)} processes, the others are idle here` : "";
  }

  #setLanes(isMore = false) {
    this.#scale.setEvents(this.#filter.within(this.#events, this.#scale.span), isMore);
    this.#parts.size.style.height = `${this.#scale.height}px`;
  }

  draw() {
    this.#painter.draw(this.#events, this.#filter, this.#selected);
  }

  /** Marks an event, and moves so that it can be seen. */
  select(event) {
    this.#selected = event;
    if (event < 0) return this.draw();
    const time = this.#capture.time[event];
    const [from, to] = this.#scale.span;
    if (time < from || time > to) this.#look([time - (to - from) / 2, time + (to - from) / 2]);
    const { lanes } = this.#parts;
    const y = this.#scale.y(this.#capture.source[event]);
    // What the filter does not let through has no lane; then y is NaN, and neither is true.
    if (y < Scale.ruler || y > lanes.clientHeight) lanes.scrollTop += y - lanes.clientHeight / 2;
    this.draw();
  }

  /** Looks at a part of the time that is so many times as long, around one time. */
  zoom(factor, at = (this.#scale.span[0] + this.#scale.span[1]) / 2) {
    const [from, to] = this.#scale.span;
    const [begin, end] = this.#scale.whole;
    if (factor > 1 && (to - from) * factor >= end - begin) return this.fit();
    if ((to - from) * factor < Scale.shortest) return;
    const span = [at - (at - from) * factor, at + (to - at) * factor];
    this.#look(span, span, false);
  }

  /** Looks at what comes later, by a share of what is looked at. */
  move(share) {
    if (!this.#filter.span) return;
    const [from, to] = this.#scale.span;
    const [begin, end] = this.#scale.whole;
    const step = Math.max(begin - from, Math.min((to - from) * share, end - to));
    this.#look([from + step, to + step]);
  }

  /** Looks at all of the time. */
  fit() {
    this.#look(this.#scale.whole, null, false);
  }

  /** Looks at a part of the time; if lanes are kept, who is idle there has one until this has settled. */
  #look(span, chosen = span, keepsLanes = true) {
    this.#scale.span = span;
    this.#setLanes(keepsLanes);
    this.#handlers.span(chosen);
    this.draw();
  }

  #listen() {
    const { lanes, overview, tip } = this.#parts;
    const scale = this.#scale;
    lanes.addEventListener("scroll", () => this.draw());
    lanes.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) {
        this.zoom(Math.exp(event.deltaY * 0.004), scale.timeAt(event.clientX - lanes.getBoundingClientRect().left));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        this.move(event.deltaX / scale.width);
      } else {
        return;
      }
      event.preventDefault();
    }, { passive: false });
    drag(lanes, (start, x, y, isOver) => {
      if (isOver && Math.abs(x - start.x) < 4) {
        const found = this.#nearest(start.x, start.y);
        if (found >= 0) this.#handlers.choose(found);
        return;
      }
      this.move(-(x - (start.last ?? start.x)) / scale.width);
      start.last = x;
    });
    drag(overview, (start, x) => {
      if (Math.abs(x - start.x) < 4) return;
      const [from, to] = [start.x, x].sort((a, b) => a - b).map((edge) => scale.overviewTime(edge));
      if (to - from >= Scale.shortest) this.#look([from, to]);
    });
    lanes.addEventListener("dblclick", (event) => this.zoom(0.4, scale.timeAt(event.clientX - lanes.getBoundingClientRect().left)));
    lanes.addEventListener("pointermove", (event) => this.#hover(event));
    lanes.addEventListener("pointerleave", () => { tip.hidden = true; });
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
    const capture = this.#capture;
    const scale = this.#scale;
    const [first, last] = [x - 6, x + 6].map((edge) => this.#filter.lowerBound(this.#events, scale.timeAt(edge)));
    let [best, distance] = [-1, 7];
    for (const event of this.#events.subarray(first, last)) {
      const [from, to] = [scale.y(capture.source[event]), scale.y(capture.destination[event])];
      const above = Math.max(0, Math.min(from, to) - y, y - Math.max(from, to));
      const away = Math.hypot(scale.x(capture.time[event]) - x, above);
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
    const ends = [capture.source[found], capture.destination[found]].map((end) => processText(capture.processes[end]));
    const size = kind.carriesBytes ? ` · ${bytesText(capture.count[found])}` : "";
    tip.textContent = [
      ends.join(" → "), `${kind.name} ${visible(capture.channels[capture.channel[found]])}`,
      `${spanText(capture.time[found] - capture.begin)}${size}`,
    ].join("\n");
    const host = tip.parentElement.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX - host.left + 14, host.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY - host.top + 14}px`;
  }
}
