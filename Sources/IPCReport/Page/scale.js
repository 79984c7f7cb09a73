"use strict";

/** Where times and processes are in the timeline. */
class Scale {
  static laneHeight = 24;
  /** Room at the left for the processes, and at the right for the last event's size. */
  static gutter = 190;
  static margin = 48;
  /** Room at the top for the times. */
  static ruler = 24;
  /** The shortest time that is shown, in nanoseconds. */
  static shortest = 200;

  #capture;
  #lanes;
  #laneOf;

  /** @param lanes  Element that the lanes are drawn and scrolled in. */
  constructor(capture, lanes) {
    this.#capture = capture;
    this.#lanes = lanes;
    this.#laneOf = new Int32Array(capture.processes.length).fill(-1);
    /** Part of the time that is looked at. */
    this.span = this.whole;
    /** Processes that have a lane, from the top; and kinds that are seen. */
    this.processes = [];
    this.kinds = [];
  }

  /** All of the time, with a little room at both ends. */
  get whole() {
    const { begin, end } = this.#capture;
    const room = Math.max((end - begin) * 0.01, Scale.shortest / 2);
    return [begin - room, end + room];
  }

  /**
   * Gives a lane to each process of these events, in the order in which they were first seen.
   *
   * @param isMore  Whether what has a lane keeps it: lanes must not jump below a pointer that drags.
   */
  setEvents(events, isMore = false) {
    const capture = this.#capture;
    const isSeen = new Uint8Array(capture.processes.length);
    const isKindSeen = new Uint8Array(capture.kinds.length);
    if (isMore) {
      for (const process of this.processes) isSeen[process] = 1;
      for (const kind of this.kinds) isKindSeen[kind] = 1;
    }
    for (const event of events) {
      isSeen[capture.source[event]] = isSeen[capture.destination[event]] = 1;
      isKindSeen[capture.kind[event]] = 1;
    }
    this.kinds = capture.kinds.map((_, kind) => kind).filter((kind) => isKindSeen[kind]);
    this.processes = capture.processes.map((_, i) => i).filter((i) => isSeen[i])
      .sort((a, b) => capture.processes[a].first - capture.processes[b].first || a - b);
    this.#laneOf.fill(-1);
    this.processes.forEach((process, lane) => { this.#laneOf[process] = lane; });
  }

  /** Height of all lanes, in pixels. */
  get height() { return this.processes.length * Scale.laneHeight + Scale.ruler + 8; }

  /** Width of the time, in pixels. */
  get width() { return Math.max(this.#lanes.clientWidth - Scale.gutter - Scale.margin, 50); }

  x(time) { return Scale.gutter + (time - this.span[0]) / (this.span[1] - this.span[0]) * this.width; }

  timeAt(x) { return this.span[0] + (x - Scale.gutter) / this.width * (this.span[1] - this.span[0]); }

  /** Middle of a process's lane, from the top of what is in sight; NaN if it has none. */
  y(process) {
    const lane = this.#laneOf[process];
    return lane < 0 ? NaN : Scale.ruler + (lane + 0.5) * Scale.laneHeight - this.#lanes.scrollTop;
  }

  /** Place of a time in the strip that shows all of it, which is as wide as the lanes. */
  overviewX(time) {
    const [begin, end] = this.whole;
    return Scale.gutter + (time - begin) / (end - begin) * this.width;
  }

  overviewTime(x) {
    const [begin, end] = this.whole;
    return begin + Math.max(0, Math.min(1, (x - Scale.gutter) / this.width)) * (end - begin);
  }
}
