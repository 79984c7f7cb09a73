"use strict";

/** All that went through one channel, in both directions, as a dialogue. */
class Dialogue {
  /** Most turns, and most characters of contents, that are put into the page at once. */
  static turnLimit = 400;
  static textLimit = 1 << 19;
  /** Most bytes that one turn shows; who sends on has another one. */
  static turnBytes = 1 << 14;

  #capture;
  #filter;
  #parts;
  #handlers;
  /** Turns: `side` 0 or 1, ends, events in the order of time, bytes of them. */
  #turns = [];
  /** The turns that are in the page. */
  #shown = [0, 0];
  #side = null;
  #isHex = false;

  /**
   * @param parts     Elements: `dialog`, `title`, `note`, `sides`, `views`, `turns`.
   * @param handlers  `choose(event)` when one is to be shown in the page, `close()`.
   */
  constructor(parts, capture, filter, handlers) {
    this.#parts = parts;
    this.#capture = capture;
    this.#filter = filter;
    this.#handlers = handlers;
    parts.dialog.addEventListener("close", () => handlers.close());
    parts.dialog.addEventListener("keydown", (event) => this.#key(event));
    [false, true].forEach((isHex, i) => parts.views.children[i].addEventListener("click", () => this.#view(isHex)));
    [null, 0, 1].forEach((side, i) => parts.sides.children[i].addEventListener("click", () => {
      this.#side = side;
      this.#show();
    }));
  }

  get isOpen() { return this.#parts.dialog.open; }

  /** Shows the conversation of an event, which is in sight then. */
  open(event) {
    const number = this.#filter.conversations.of(event);
    const events = this.#filter.conversations.events(number);
    this.#turns = this.#collect(events);
    this.#side = null;
    this.#parts.title.textContent = this.#filter.conversations.text(number);
    this.#describe(events);
    this.#show(this.#turns.findIndex((turn) => turn.events.includes(event)));
    if (!this.isOpen) this.#parts.dialog.showModal();
    this.#parts.turns.focus();
    this.#parts.turns.querySelector(".current")?.scrollIntoView({ block: "start" });
  }

  close() { this.#parts.dialog.close(); }

  /** Puts events of one direction and the same ends that follow each other into one turn. */
  #collect(events) {
    const capture = this.#capture;
    const turns = [];
    let first = null;
    for (const event of events) {
      const from = this.#filter.conversations.side(event);
      first ??= from;
      const side = from === first ? 0 : 1;
      const [source, destination] = [capture.source[event], capture.destination[event]];
      let turn = turns.at(-1);
      if (!turn || turn.side !== side || turn.source !== source || turn.destination !== destination
        || turn.bytes >= Dialogue.turnBytes) {
        turn = { side, source, destination, events: [], bytes: 0, count: 0 };
        turns.push(turn);
      }
      turn.events.push(event);
      turn.bytes += capture.content(event)?.length ?? 0;
      turn.count += capture.count[event];
    }
    return turns;
  }

  #describe(events) {
    const capture = this.#capture;
    const sums = [0, 1].map((side) => {
      const turns = this.#turns.filter((turn) => turn.side === side);
      if (!turns.length) return null;
      const ends = (key) => [...new Set(turns.map((turn) => turn[key]))];
      const name = (key) => {
        const [one, ...others] = ends(key);
        return processText(capture.processes[one]) + (others.length ? ` and ${plural(others.length, "other")}` : "");
      };
      return { words: `${name("source")} → ${name("destination")}`, bytes: turns.reduce((sum, turn) => sum + turn.count, 0) };
    });
    this.#parts.note.textContent = `${plural(events.length, "event")}, ${plural(this.#turns.length, "turn")}`;
    [...this.#parts.sides.children].forEach((button, i) => {
      const sum = i === 0 ? null : sums[i - 1];
      button.hidden = !sums[1] || (i > 0 && !sum);
      if (sum) button.textContent = `${sum.words} · ${bytesText(sum.bytes)}`;
    });
  }

  #view(isHex) {
    this.#isHex = isHex;
    this.#show();
  }

  /** Fills the dialogue around one of its turns. */
  #show(turn = 0) {
    [false, true].forEach((isHex, i) => this.#parts.views.children[i].setAttribute("aria-pressed", isHex === this.#isHex));
    [null, 0, 1].forEach((side, i) => this.#parts.sides.children[i].setAttribute("aria-pressed", side === this.#side));
    const start = Math.max(0, turn - Dialogue.turnLimit / 4);
    this.#shown = [start, start];
    this.#parts.turns.replaceChildren();
    this.#more(turn);
  }

  /** Puts the next turns into the page. */
  #more(current = -1) {
    const host = this.#parts.turns;
    host.querySelector(":scope > .more")?.remove();
    let [place, room] = [this.#shown[1], Dialogue.textLimit];
    const limit = place + Dialogue.turnLimit;
    if (place > 0 && place === this.#shown[0]) {
      host.append(this.#button(`Show from the beginning, ${plural(place, "turn")} earlier`, () => this.#show()));
    }
    for (; place < this.#turns.length && place < limit && (room > 0 || place <= current); place++) {
      const turn = this.#turns[place];
      if (this.#side !== null && turn.side !== this.#side) continue;
      const made = this.#turn(turn);
      made.classList.toggle("current", place === current);
      host.append(made);
      room -= made.textContent.length;
    }
    this.#shown[1] = place;
    if (place < this.#turns.length) {
      host.append(this.#button(`Show more, ${plural(this.#turns.length - place, "turn")} to come`, () => this.#more()));
    }
  }

  #button(text, action) {
    const button = element("button", "quiet more", text);
    button.type = "button";
    button.addEventListener("click", action);
    return button;
  }

  #turn(turn) {
    const capture = this.#capture;
    const made = element("article", `turn side-${turn.side}`);
    const [event] = turn.events;
    const head = element("button", "turn-head");
    head.type = "button";
    head.title = "Show this event in the page";
    const ends = [turn.source, turn.destination].map((end) => processText(capture.processes[end]));
    head.append(element("span", "time", clockText(capture, capture.time[event])), ...this.#filter.search.mark(ends.join(" → ")),
      element("span", "amount", [...(turn.events.length > 1 ? [plural(turn.events.length, "event")] : []), bytesText(turn.count)].join(" · ")));
    head.addEventListener("click", () => {
      this.close();
      this.#handlers.choose(event);
    });
    made.append(head);
    this.#appendContents(turn, made);
    return made;
  }

  /** Appends what was captured of a turn; what was not is named where it lacks. */
  #appendContents(turn, made) {
    const capture = this.#capture;
    let pieces = [];
    const flush = () => {
      const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      pieces = [];
      if (bytes.length) made.append(contentsElement(bytes, this.#isHex, this.#filter.search));
    };
    for (const event of turn.events) {
      const bytes = capture.content(event);
      if (bytes) pieces.push(bytes);
      const lacking = capture.count[event] - (bytes?.length ?? 0);
      if (lacking > 0) {
        flush();
        made.append(element("p", "lacking", `${bytesText(lacking)} not in this page`));
      }
      if (capture.traits[event] & Trait.undelivered) {
        flush();
        made.append(element("p", "lacking", "never received"));
      }
    }
    flush();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key !== "x") return;
    this.#view(!this.#isHex);
    event.preventDefault();
  }
}
