"use strict";

/** What is known of one event, and its contents. */
class Details {
  /** Most characters of a view that are put into the page at once. */
  static limit = 1 << 20;

  #capture;
  #host;
  #views;
  #event = -1;
  #isHex = false;

  constructor(host, views, capture) {
    this.#host = host;
    this.#views = views;
    this.#capture = capture;
    this.show(-1);
  }

  get isHex() { return this.#isHex; }

  set isHex(isHex) {
    this.#isHex = isHex;
    this.show(this.#event);
  }

  show(event) {
    this.#event = event;
    this.#views.hidden = true;
    this.#host.replaceChildren();
    if (event < 0) {
      this.#host.append(element("p", "hint", "Choose an event in the table or in the timeline to see all of it, and its contents."));
      return;
    }
    this.#host.append(this.#facts(event));
    const bytes = this.#capture.content(event);
    this.#views.hidden = !bytes?.length;
    for (const note of this.#notes(event, bytes)) this.#host.append(element("p", "hint", note));
    if (!bytes?.length) return;
    const text = this.#isHex ? hexDump(bytes) : plainText(bytes);
    this.#host.append(element("pre", this.#isHex ? "contents hex" : "contents", text.slice(0, Details.limit)));
  }

  #facts(event) {
    const capture = this.#capture;
    const kind = capture.kinds[capture.kind[event]];
    const list = element("dl", "facts-list");
    const add = (name, value, note = "") => {
      list.append(element("dt", "", name));
      const definition = element("dd", "", value);
      if (note) definition.append(" ", element("span", "flag", note));
      list.append(definition);
    };
    const traits = capture.traits[event];
    const end = (process, thread, comm, isInferred) => {
      const { pid, name } = capture.processes[process];
      const own = capture.comms[comm] !== name ? `${visible(capture.comms[comm])} ` : "";
      const threadText = thread >= 0 && thread !== pid ? ` (thread ${own}${thread})` : own && pid >= 0 ? ` (as ${own.trim()})` : "";
      return [processText(capture.processes[process]) + threadText, isInferred ? "inferred" : ""];
    };
    add("Time", `${dateText(capture)} ${clockText(capture, capture.time[event])}`);
    add("Since start", spanText(capture.time[event] - capture.begin, 1));
    if (capture.delay[event] >= 0) add("Delay", `${spanText(capture.delay[event], 1)} from write to read`);
    add("Type", kind.name);
    add("From", ...end(capture.source[event], capture.sourceThread[event], capture.sourceComm[event], traits & Trait.inferredSource));
    add("To", ...end(capture.destination[event], capture.destinationThread[event], capture.destinationComm[event],
      traits & Trait.inferredDestination));
    if (kind.carriesBytes) {
      add("Bytes", number(capture.count[event]), traits & Trait.undelivered ? "never received" : "");
    }
    const fields = capture.fields[capture.field[event]];
    for (let i = 0; i < fields.length; i += 2) add(fields[i], visible(fields[i + 1]));
    return list;
  }

  #notes(event, bytes) {
    const capture = this.#capture;
    if (capture.traits[event] & Trait.leftOut) return ["Its contents are left out of this page, which has no room for more."];
    if (!bytes) return [];
    if (bytes.length < capture.count[event]) {
      return [`The first ${plural(bytes.length, "byte")} of ${number(capture.count[event])}:`];
    }
    return [];
  }
}
