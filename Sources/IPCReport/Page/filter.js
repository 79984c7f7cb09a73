"use strict";

/** Which events are shown. */
class Filter {
  #capture;
  /** Contents as one string, a character a byte, in lower case; made when the first search needs it. */
  #text = null;

  constructor(capture) {
    this.#capture = capture;
    this.query = "";
    this.hiddenKinds = new Set();
    /** Number of a process that takes part. */
    this.process = null;
    /** Ends, kind, and perhaps the channel of talks that are shown. */
    this.talk = null;
    /** Part of the time, `[from, to]` in nanoseconds. */
    this.span = null;
  }

  get isActive() {
    return this.query !== "" || this.hiddenKinds.size > 0 || this.process !== null || this.talk !== null
      || this.span !== null;
  }

  clear() {
    this.query = "";
    this.hiddenKinds.clear();
    this.process = this.talk = this.span = null;
  }

  /** Events that pass, whenever they happened, by time. */
  passing() {
    const capture = this.#capture;
    if (!this.query && !this.hiddenKinds.size && this.process === null && !this.talk) return capture.order;
    const isFound = this.#search();
    return capture.order.filter((event) => {
      if (this.hiddenKinds.has(capture.kind[event])) return false;
      const [source, destination] = [capture.source[event], capture.destination[event]];
      if (this.process !== null && source !== this.process && destination !== this.process) return false;
      if (this.talk && !this.takes(this.talk, source, destination, capture.kind[event], capture.channel[event])) {
        return false;
      }
      return isFound(event);
    });
  }

  /** Whether an event of these ends, kind and channel belongs to a talk that was chosen. */
  takes(talk, source, destination, kind, channel) {
    return source === talk.source && destination === talk.destination && kind === talk.kind
      && (talk.channel === null || channel === talk.channel);
  }

  /** Of events that pass, sorted by time, those in the chosen part of the time. */
  within(events, span = this.span) {
    if (!span) return events;
    return events.subarray(this.lowerBound(events, span[0]), this.lowerBound(events, span[1] + 0.5));
  }

  /** Position of the first event at or after a time. */
  lowerBound(events, time) {
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#capture.time[events[middle]] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether an event has every word of the query, each in any of its texts. */
  #search() {
    const words = this.query.toLowerCase().split(/\s+/).filter((word) => word);
    if (!words.length) return () => true;
    const tests = words.map((word) => this.#test(word));
    return (event) => tests.every((test) => test(event));
  }

  #test(word) {
    const capture = this.#capture;
    const has = (text) => text.toLowerCase().includes(word);
    const kinds = capture.kinds.map((kind) => has(kind.name));
    const processes = capture.processes.map((process) => has(String(process.pid)) || has(process.name));
    const comms = capture.comms.map(has);
    const channels = capture.channels.map(has);
    const fields = capture.fields.map((fields) => fields.some((text, i) => i % 2 === 1 && has(text)));
    const contents = this.#eventsWith(word);
    return (event) =>
      kinds[capture.kind[event]] || processes[capture.source[event]] || processes[capture.destination[event]]
      || comms[capture.sourceComm[event]] || comms[capture.destinationComm[event]]
      || channels[capture.channel[event]] || fields[capture.field[event]] || contents.has(event);
  }

  /** Events whose contents have a word; letters of ASCII in either case. */
  #eventsWith(word) {
    const capture = this.#capture;
    const found = new Set();
    // Every byte is one character of this encoding.
    const decoder = new TextDecoder("latin1");
    this.#text ??= decoder.decode(capture.contents).toLowerCase();
    const needle = decoder.decode(new TextEncoder().encode(word)).toLowerCase();
    let event = 0;
    for (let at = this.#text.indexOf(needle); at >= 0; at = this.#text.indexOf(needle, at + 1)) {
      event = this.#eventAt(at);
      if (at + needle.length <= capture.contentStart[event + 1]) {
        found.add(event);
        // The next one that could be found is of another event.
        at = capture.contentStart[event + 1] - 1;
      }
    }
    return found;
  }

  /** Event that a byte of the contents belongs to. */
  #eventAt(position) {
    const starts = this.#capture.contentStart;
    let [low, high] = [0, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}
