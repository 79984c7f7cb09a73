"use strict";

/** Looks for words in all that is known of events and calls, and marks them where they are shown. */
class Search {
  #capture;
  #words = [];
  /** Any of the words, as they are shown; null if there are none. */
  #pattern = null;
  /** The words as the bytes that stand for them, a character a byte. */
  #needles = [];
  /** Contents as one string, a character a byte, in lower case; made when the first search needs it. */
  #text = null;
  /** Contents that only calls have, in the same form, and the places of those of all calls, as `#slicesOf` has them. */
  #callText = null;
  #slices = null;

  /** Every byte is one character of this encoding. */
  static #letters = new TextDecoder("latin1");

  constructor(capture) {
    this.#capture = capture;
    this.query = "";
  }

  /** Words to look for, with spaces between them. */
  set query(query) {
    this.#words = query.toLowerCase().split(/\s+/).filter((word) => word);
    this.#needles = this.#words.map((word) => Search.#letters.decode(new TextEncoder().encode(word)).toLowerCase());
    const longestFirst = [...this.#words].sort((a, b) => b.length - a.length);
    this.#pattern = longestFirst.length
      ? new RegExp(longestFirst.map((word) => visible(word).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "giu") : null;
  }

  /** Whether there is nothing to look for. */
  get isEmpty() { return !this.#words.length; }

  /** A function that tells whether an event has every word, each in any of its texts. */
  test() {
    const tests = this.#words.map((word, i) => this.#test(word, this.#needles[i]));
    return (event) => tests.every((test) => test(event));
  }

  #test(word, needle) {
    const capture = this.#capture;
    const has = (text) => text.toLowerCase().includes(word);
    const kinds = capture.kinds.map((kind) => has(kind.name));
    const processes = capture.processes.map((process) => has(String(process.pid)) || has(process.name));
    const comms = capture.comms.map(has);
    const channels = capture.channels.map(has);
    const fields = capture.fields.map((fields) => fields.some((text, i) => i % 2 === 1 && has(text)));
    const contents = this.#eventsWith(needle);
    return (event) =>
      kinds[capture.kind[event]] || processes[capture.source[event]] || processes[capture.destination[event]]
      || comms[capture.sourceComm[event]] || comms[capture.destinationComm[event]]
      || channels[capture.channel[event]] || fields[capture.field[event]] || contents.has(event);
  }

  /** A function that tells whether a call has every word. */
  testCalls() {
    const tests = this.#words.map((word, i) => this.#testCalls(word, this.#needles[i]));
    return (call) => tests.every((test) => test(call));
  }

  #testCalls(word, needle) {
    const capture = this.#capture;
    const { calls } = capture;
    const has = (text) => text.toLowerCase().includes(word);
    const kinds = capture.kinds.map((kind) => has(kind.name));
    const processes = capture.processes.map((process) => has(String(process.pid)) || has(process.name));
    const comms = capture.comms.map(has);
    const channels = capture.channels.map(has);
    const texts = calls.texts.map(has);
    const statuses = calls.statuses.map(has);
    const contents = this.#callsWith(needle);
    return (call) =>
      kinds[calls.kind[call]] || processes[calls.client[call]] || processes[calls.server[call]]
      || comms[calls.clientComm[call]] || comms[calls.serverComm[call]] || channels[calls.channel[call]]
      || texts[calls.protocol[call]] || texts[calls.method[call]] || texts[calls.target[call]] || texts[calls.id[call]]
      || texts[calls.error[call]] || statuses[calls.status[call]] || contents.has(call);
  }

  /** Calls whose contents have a word. */
  #callsWith(needle) {
    const { calls } = this.#capture;
    const found = new Set();
    this.#callText ??= Search.#letters.decode(calls.contents).toLowerCase();
    this.#slices ??= [false, true].map((isOwn) => this.#slicesOf(isOwn));
    [this.#allText, this.#callText].forEach((text, i) => {
      // Each part of the text is looked through once, since the slices come in its order.
      let hit = -1;
      for (const { call, start, end } of this.#slices[i]) {
        if (hit < start) hit = text.indexOf(needle, start);
        if (hit < 0) break;
        if (hit + needle.length <= end) found.add(call);
      }
    });
    return found;
  }

  /** Where the contents of requests and answers are: in those of events, or in those of calls (`isOwn`). */
  #slicesOf(isOwn) {
    const { calls } = this.#capture;
    const slices = [];
    const add = (call, start, length) => {
      if (length === noContent || !length || start < 0 !== isOwn) return;
      const first = isOwn ? -1 - start : start;
      slices.push({ call, start: first, end: first + length });
    };
    for (let call = 0; call < calls.size; call++) {
      add(call, calls.requestStart[call], calls.requestLength[call]);
      add(call, calls.responseStart[call], calls.responseLength[call]);
    }
    return slices.sort((a, b) => a.start - b.start);
  }

  get #allText() { return this.#text ??= Search.#letters.decode(this.#capture.contents).toLowerCase(); }

  /** Events whose contents have a word; letters of ASCII in either case. */
  #eventsWith(needle) {
    const capture = this.#capture;
    const found = new Set();
    const text = this.#allText;
    let event = 0;
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
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

  /** A text in pieces, those of which that were looked for are marked. */
  mark(text) {
    if (!this.#pattern) return [text];
    const pieces = [];
    let end = 0;
    for (const match of text.matchAll(this.#pattern)) {
      if (match.index > end) pieces.push(text.slice(end, match.index));
      end = match.index + match[0].length;
      pieces.push(element("mark", "", match[0]));
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  }

  /** Position of the first byte of what was looked for, −1 if it is not there. */
  firstHit(bytes) {
    if (!this.#words.length) return -1;
    const text = Search.#letters.decode(bytes).toLowerCase();
    const places = this.#needles.map((needle) => text.indexOf(needle)).filter((place) => place >= 0);
    return places.length ? Math.min(...places) : -1;
  }

  /** For each byte whether it belongs to what was looked for; null if none does. */
  hits(bytes) {
    if (!this.#words.length) return null;
    const text = Search.#letters.decode(bytes).toLowerCase();
    const isHit = new Uint8Array(bytes.length);
    for (const needle of this.#needles) {
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
        isHit.fill(1, at, at + needle.length);
      }
    }
    return isHit.includes(1) ? isHit : null;
  }
}
