"use strict";

/** Which events and calls are shown. */
class Filter {
  #capture;
  #query = "";

  constructor(capture) {
    this.#capture = capture;
    /** What looks for the query's words, and marks them. */
    this.search = new Search(capture);
    /** Whose events belong together. */
    this.conversations = capture.conversations;
    /** Numbers of the only kinds that are shown; all are if it is empty. */
    this.kinds = new Set();
    /** Which processes are alike. */
    this.groups = new Groups(capture);
    /** Number of a process that takes part, and of the first process of a group of which one does. */
    this.process = null;
    this.group = null;
    /** Ends, which may be groups (`Groups.isEnd`), kind, and perhaps the channel of flows that are shown. */
    this.flow = null;
    /** Number of a conversation. */
    this.conversation = null;
    /** Number of a call whose transfers are shown, and `client`, `server`, `protocol` and `method` of calls, as numbers. */
    this.call = null;
    this.method = null;
    /** Part of the time, `[from, to]` in nanoseconds. */
    this.span = null;
  }

  /** Words that an event must have, with spaces between them. */
  get query() { return this.#query; }

  set query(query) {
    this.#query = query;
    this.search.query = query;
  }

  get isActive() { return this.#isNarrow || this.span !== null; }

  /** Whether a filter is on beside that by time. */
  get #isNarrow() {
    return !this.search.isEmpty || this.kinds.size > 0 || this.process !== null || this.group !== null
      || this.flow !== null || this.conversation !== null || this.call !== null || this.method !== null;
  }

  clear() {
    this.query = "";
    this.kinds.clear();
    this.process = this.group = this.flow = this.conversation = this.call = this.method = this.span = null;
  }

  /** Events that pass, whenever they happened, by time. */
  passing() {
    const capture = this.#capture;
    if (!this.#isNarrow) return capture.order;
    const isFound = this.search.test();
    const ofCalls = this.#transfers();
    return capture.order.filter((event) => {
      if (this.kinds.size && !this.kinds.has(capture.kind[event])) return false;
      const [source, destination] = [capture.source[event], capture.destination[event]];
      if (this.process !== null && source !== this.process && destination !== this.process) return false;
      if (this.group !== null && this.groups.of[source] !== this.group && this.groups.of[destination] !== this.group) return false;
      if (this.flow && !this.takes(this.flow, source, destination, capture.kind[event], capture.channel[event])) {
        return false;
      }
      if (this.conversation !== null && this.conversations.of(event) !== this.conversation) return false;
      if (ofCalls && !ofCalls.has(event)) return false;
      return isFound(event);
    });
  }

  /** Calls that pass and were under way in the chosen part of the time, by time. */
  passingCalls() {
    const { calls } = this.#capture;
    if (!this.isActive) return calls.order;
    const isFound = this.search.testCalls();
    return calls.order.filter((call) => {
      const [client, server, kind, channel] = [calls.client[call], calls.server[call], calls.kind[call], calls.channel[call]];
      if (this.span && (calls.end[call] < this.span[0] || calls.begin[call] > this.span[1])) return false;
      if (this.kinds.size && !this.kinds.has(kind)) return false;
      if (this.process !== null && client !== this.process && server !== this.process) return false;
      if (this.group !== null && this.groups.of[client] !== this.group && this.groups.of[server] !== this.group) return false;
      if (this.flow && !this.takes(this.flow, client, server, kind, channel) && !this.takes(this.flow, server, client, kind, channel)) return false;
      if (this.conversation !== null && !this.#isOf(this.conversation, call)) return false;
      if (this.call !== null && call !== this.call) return false;
      return this.#isCalled(call) && isFound(call);
    });
  }

  /** Whether a call is one of the chosen method. */
  #isCalled(call) {
    const { calls } = this.#capture;
    return !this.method || ["client", "server", "protocol", "method"].every((key) => calls[key][call] === this.method[key]);
  }

  #isOf(conversation, call) {
    const { calls } = this.#capture;
    return [0, 1].some((side) => calls.transfers(call, side).slice(0, 1).some((event) => this.conversations.of(event) === conversation));
  }

  /** Events of the chosen calls; null if none are chosen. */
  #transfers() {
    if (this.call === null && !this.method) return null;
    const { calls } = this.#capture;
    const chosen = calls.order.filter((call) => (this.call === null || call === this.call) && this.#isCalled(call));
    const events = new Set();
    for (const call of chosen) for (const side of [0, 1]) for (const event of calls.transfers(call, side)) events.add(event);
    return events;
  }

  /** Whether an event of these ends, kind and channel belongs to a flow that was chosen. */
  takes(flow, source, destination, kind, channel) {
    return this.groups.isEnd(flow.source, source) && this.groups.isEnd(flow.destination, destination) && kind === flow.kind
      && (flow.channel === null || channel === flow.channel);
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
}
