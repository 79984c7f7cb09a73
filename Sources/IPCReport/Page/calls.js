"use strict";

/** Bits of the calls' column `traits` (Sources/IPCReport/CallColumns.swift). */
const CallTrait = { timed: 1, truncated: 2, inferred: 4, leftOut: 8 };

/** Requests with their answers: an array for each column, by the number of the call. Nothing changes after it is read. */
class Calls {
  static #columns = {
    begin: Float64Array, read: Float64Array, end: Float64Array, work: Float64Array, requestBytes: Float64Array,
    responseBytes: Float64Array, client: Uint32Array, server: Uint32Array, clientComm: Uint32Array, serverComm: Uint32Array,
    channel: Uint32Array, kind: Uint8Array, protocol: Uint32Array, method: Uint32Array, target: Uint32Array, id: Uint32Array,
    error: Uint32Array, requestFirst: Uint32Array, requestBehind: Uint32Array, responseFirst: Uint32Array,
    responseBehind: Uint32Array, requestStart: Float64Array, requestLength: Uint32Array, responseStart: Float64Array,
    responseLength: Uint32Array, status: Uint8Array, traits: Uint8Array, contents: Uint8Array,
  };

  #capture;
  /** Events of each direction of a conversation, by their numbers; and its messages, by their first events. */
  #lanes = null;
  #messages = null;

  constructor(capture, facts) {
    this.#capture = capture;
    for (const [name, Numbers] of Object.entries(Calls.#columns)) this[name] = new Numbers(column(`call-${name}`));
    this.texts = facts.callTexts;
    /** How calls went: the words of the numbers in `status`. */
    this.statuses = facts.statuses;
    /** All calls by method: `[pid, name, pid, name, protocol, method, calls, errors, median, p99, max, bytes]`. */
    this.methods = facts.methods;
    /** Calls of other methods. */
    this.otherCalls = facts.otherCalls;
    this.size = this.begin.length;
    /** Calls by time. */
    this.order = Uint32Array.from({ length: this.size }, (_, i) => i).sort((a, b) => this.begin[a] - this.begin[b] || a - b);
  }

  /** How long a call took, in nanoseconds; NaN if that is not known. */
  duration(call) { return this.traits[call] & CallTrait.timed ? this.end[call] - this.begin[call] : NaN; }

  /** The word for how it went. */
  statusWord(call) { return this.statuses[this.status[call]]; }

  /** What was asked for, and of what: `tools/call search`. */
  title(call) {
    const words = [this.texts[this.method[call]] || this.texts[this.protocol[call]], this.texts[this.target[call]]];
    return visible(words.filter((word) => word).join(" "));
  }

  /** Bytes of the request or the response (`side` 0 or 1); null if there are none. */
  content(call, side) {
    const [start, length] = side ? [this.responseStart[call], this.responseLength[call]] : [this.requestStart[call], this.requestLength[call]];
    if (length === noContent) return null;
    return start < 0 ? this.contents.subarray(-1 - start, -1 - start + length) : this.#capture.contents.subarray(start, start + length);
  }

  /** Numbers of the events that carried the request or the response. */
  transfers(call, side) {
    const [first, behind] = side ? [this.responseFirst[call], this.responseBehind[call]] : [this.requestFirst[call], this.requestBehind[call]];
    if (behind <= first) return [];
    const lane = this.#lane(this.#capture.conversations.lane(first));
    return lane.slice(place(lane, first), place(lane, behind));
  }

  /** Calls that an event belongs to, each with the side of it. */
  of(event) {
    this.#messages ??= this.#collect();
    const messages = this.#messages.get(this.#capture.conversations.lane(event)) ?? [];
    const found = [];
    // Messages lie one behind the other, but for those of several streams: `reach` tells how far back there are any.
    for (let i = place(messages.map((message) => message.first), event + 1) - 1; i >= 0 && messages[i].reach > event; i--) {
      if (messages[i].behind > event) found.unshift(messages[i]);
    }
    return found;
  }

  #lane(number) {
    if (!this.#lanes) {
      this.#lanes = [];
      for (let event = 0; event < this.#capture.size; event++) {
        const lane = this.#capture.conversations.lane(event);
        if (lane >= 0) (this.#lanes[lane] ??= []).push(event);
      }
    }
    return this.#lanes[number] ?? [];
  }

  #collect() {
    const all = new Map();
    for (let call = 0; call < this.size; call++) {
      for (const side of [0, 1]) {
        const [first, behind] = side ? [this.responseFirst[call], this.responseBehind[call]] : [this.requestFirst[call], this.requestBehind[call]];
        if (behind <= first) continue;
        const lane = this.#capture.conversations.lane(first);
        if (!all.has(lane)) all.set(lane, []);
        all.get(lane).push({ call, side, first, behind });
      }
    }
    for (const messages of all.values()) {
      messages.sort((a, b) => a.first - b.first || a.call - b.call);
      let reach = 0;
      for (const message of messages) message.reach = reach = Math.max(reach, message.behind);
    }
    return all;
  }
}

/** Position of the first number of a sorted list that is not below a limit. */
function place(numbers, limit) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
