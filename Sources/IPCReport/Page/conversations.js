"use strict";

/** Which events belong to one connection, pipe or terminal, in both of its directions. */
class Conversations {
  #capture;
  /** Number of the conversation of each event, −1 if it belongs to none, as signals do; made when it is needed first. */
  #numbers = null;
  /** Number of the direction of each event: of its conversation, or of whatever else has its channel's name. */
  #lanes = null;
  /** What is known of each conversation: its kind, its name, and its first event. */
  #all = [];

  constructor(capture) {
    this.#capture = capture;
  }

  /** Number of the conversation of an event, −1 if it belongs to none. */
  of(event) {
    this.#numbers ??= this.#number();
    return this.#numbers[event];
  }

  /** Number of what an event has in common with those before and behind it in its channel, in its direction. */
  lane(event) {
    this.#numbers ??= this.#number();
    return this.#lanes[event];
  }

  /** Numbers conversations in the order of time. */
  #number() {
    const capture = this.#capture;
    const numbers = new Int32Array(capture.size);
    const byKey = new Map();
    const lanes = this.#lanes = new Int32Array(capture.size);
    const byWords = new Map();
    // Many events share their fields.
    const byFields = new Map();
    for (const event of capture.order) {
      const shared = capture.field[event] * capture.kinds.length + capture.kind[event];
      if (!byFields.has(shared)) {
        const fields = this.#fields(event);
        const ends = Conversations.#ends(fields);
        const key = ends && [capture.kind[event], ...[...ends].sort()].join(" ");
        const number = ends ? byKey.get(key) ?? this.#all.length : -1;
        if (number === this.#all.length) {
          this.#all.push({ kind: capture.kind[event], first: event, name: this.#name(fields, ends, event) });
          byKey.set(key, number);
        }
        const words = ends ? `${number} ${this.side(event)}` : `- ${capture.kind[event]} ${capture.channel[event]}`;
        if (!byWords.has(words)) byWords.set(words, byWords.size);
        byFields.set(shared, [number, byWords.get(words)]);
      }
      [numbers[event], lanes[event]] = byFields.get(shared);
    }
    return numbers;
  }

  #fields(event) {
    const pairs = this.#capture.fields[this.#capture.field[event]];
    const fields = new Map();
    for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i], pairs[i + 1]);
    return fields;
  }

  /** What names the ends of a connection, the sender's first, or the one thing that all goes through; null without any. */
  static #ends(fields) {
    const get = (key) => fields.get(key);
    if (fields.has("src_port")) {
      return [`${get("src_addr") ?? ""}:${get("src_port")}`, `${get("dst_addr") ?? ""}:${get("dst_port")}`];
    }
    const sockets = ["src_inode", "dst_inode"].filter((key) => fields.has(key)).map((key) => `socket ${get(key)}`);
    if (sockets.length) return sockets;
    if (fields.has("pipe_inode")) return [get("pipe_inode")];
    if (fields.has("tty_name")) return [get("tty_name")];
    return null;
  }

  #name(fields, ends, event) {
    const channel = this.#capture.channels[this.#capture.channel[event]];
    const isAnonymous = (fields.get("pipe_name") ?? fields.get("path")) === "<anonymous>";
    const isNamed = channel && !fields.has("src_port") && !ends.includes(channel) && !isAnonymous;
    return [...(isNamed ? [channel] : []), ends.join(" ↔ ")].join(", ");
  }

  /** Kind and name of a conversation, `loopback-tcp 127.0.0.1:40000 ↔ 127.0.0.1:80`. */
  text(number) {
    const { kind, name } = this.#all[number];
    return `${this.#capture.kinds[kind].name} ${visible(name)}`;
  }

  /** Its first event. */
  first(number) { return this.#all[number].first; }

  /** Its events, by time. */
  events(number) {
    return this.#capture.order.filter((event) => this.of(event) === number);
  }

  /** Where an event comes from: what it has in common with the others of its direction. */
  side(event) {
    const fields = this.#fields(event);
    if (fields.has("src_port") || fields.has("src_inode")) return Conversations.#ends(fields)[0];
    return fields.get("direction") ?? "";
  }
}
