"use strict";

/** The part of the graph that is looked at. */
class GraphView {
  /** Pixels for a unit of the drawing below which its labels cannot be read. */
  static readable = 0.8;

  #svg;
  /** Left, top, width and height of all, and of what is looked at. */
  #extent = [0, 0, 1, 1];
  #view = [0, 0, 1, 1];
  /** Node that is looked at where all is too much, and whether somebody chose something else to look at. */
  #target = null;
  #isChosen = false;

  constructor(svg) {
    this.#svg = svg;
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      this.zoom(Math.exp(event.deltaY * 0.004));
      event.preventDefault();
    }, { passive: false });
    drag(svg, (start, x, y) => {
      start.view ??= this.#view;
      const [left, top, width, height] = start.view;
      const [wide, high] = this.room;
      const scale = Math.max(width / wide, height / high);
      this.#look([left - (x - start.x) * scale, top - (y - start.y) * scale, width, height]);
      this.#isChosen = true;
    }, (event) => event.target === svg);
    let size = this.room.join();
    new ResizeObserver(() => {
      if (this.room.join() === size) return;
      size = this.room.join();
      if (!this.#isChosen) this.begin(this.#extent, this.#target);
    }).observe(svg);
  }

  /** Room for the drawing, in pixels. */
  get room() {
    const { paddingLeft, paddingBottom } = getComputedStyle(this.#svg);
    return [Math.max(this.#svg.clientWidth - 2 * parseFloat(paddingLeft), 200), Math.max(this.#svg.clientHeight - parseFloat(paddingBottom), 150)];
  }

  /** Whether a drawing of this extent can be read when all of it is shown, or almost, if that is `nearly` enough. */
  canShow([, , width, height], nearly = 1) {
    const room = this.room;
    return Math.min(room[0] / width, room[1] / height) >= GraphView.readable * nearly;
  }

  /** Looks at all of a new drawing if that can be read, else at one of its nodes. */
  begin(extent, target) {
    this.#extent = extent;
    this.#target = target;
    this.fit();
    if (!target || this.canShow(extent, 0.8)) return;
    const [left, top, width, height] = this.#whole;
    const [wide, high] = this.room.map((room) => room / GraphView.readable);
    const start = (middle, size, from, all) => (size >= all ? from + (all - size) / 2 : Math.max(from, Math.min(middle - size / 2, from + all - size)));
    this.#look([start(target.x, wide, left, width), start(target.y, high, top, height), wide, high]);
  }

  /** All of the graph, with room around few nodes, which are not blown up. */
  get #whole() {
    const [left, top, width, height] = this.#extent;
    const [wide, high] = this.room.map((room, i) => Math.max(room, [width, height][i]));
    return [left - (wide - width) / 2, top - (high - height) / 2, wide, high];
  }

  /** Looks at all of the graph. */
  fit() {
    this.#look(this.#whole);
    this.#isChosen = false;
  }

  /** Looks at a part that is so many times as large; all of it if that is not less. */
  zoom(factor) {
    const [left, top, width, height] = this.#view;
    const whole = this.#whole;
    if (width * factor >= whole[2] && height * factor >= whole[3]) return this.fit();
    if (width * factor < 120) return;
    this.#look([left + width * (1 - factor) / 2, top + height * (1 - factor) / 2, width * factor, height * factor]);
    this.#isChosen = true;
  }

  #look(view) {
    this.#view = view;
    this.#svg.setAttribute("viewBox", view.map((value) => value.toFixed(2)).join(" "));
  }
}
