"use strict";

/** What is known of one event, and its contents; or of one call, and what was asked and answered. */
class Details {
  /** Most calls that an event names. */
  static #callLimit = 20;

  #capture;
  #filter;
  #parts;
  #handlers;
  #event = -1;
  #call = -1;
  #isHex = false;

  /**
   * @param parts     Elements: `title`, `details`, `views`, and `follow`, which shows the conversation.
   * @param handlers  `process(number)`, `kind(number)`, `call(number)` and `event(number)` when one is chosen, `transfers(call)`
   *                  when only those are to be shown.
   */
  constructor(parts, capture, filter, handlers) {
    this.#parts = parts;
    this.#capture = capture;
    this.#filter = filter;
    this.#handlers = handlers;
    this.show(-1);
  }

  get isHex() { return this.#isHex; }

  set isHex(isHex) {
    this.#isHex = isHex;
    this.refresh();
  }

  show(event) {
    this.#begin(event, -1);
    if (event < 0) {
      const what = this.#capture.calls.size ? "an event or a call in the tables" : "an event in the table";
      this.#parts.details.append(element("p", "hint", `Choose ${what} or in the timeline to see all of it, and its contents.`));
      return;
    }
    const bytes = this.#capture.content(event);
    this.#parts.details.append(this.#facts(event), ...this.#notes(event, bytes).map((note) => element("p", "hint", note)));
    this.#appendContents(bytes);
    this.#scrollToHit();
  }

  /** Shows a call, with what was asked and answered. */
  showCall(call) {
    const { calls } = this.#capture;
    this.#begin(calls.transfers(call, 0)[0] ?? calls.transfers(call, 1)[0] ?? -1, call);
    this.#parts.details.append(this.#callFacts(call));
    for (const [side, name, count] of [[0, "Request", calls.requestBytes[call]], [1, "Response", calls.responseBytes[call]]]) {
      const bytes = calls.content(call, side);
      if (!bytes) continue;
      const shown = bytes.length < count ? `the first ${number(bytes.length)} of ${plural(count, "byte")}` : plural(count, "byte");
      this.#parts.details.append(element("h3", "", `${name}, ${shown}`));
      this.#appendContents(bytes, indented);
    }
    if (calls.traits[call] & CallTrait.leftOut) {
      this.#parts.details.append(element("p", "hint", "Contents of it are left out of this page, which has no room for more."));
    }
    this.#scrollToHit();
  }

  #begin(event, call) {
    const { title, details, views, follow } = this.#parts;
    [this.#event, this.#call] = [event, call];
    title.textContent = call < 0 ? "Event" : "Call";
    views.hidden = true;
    follow.hidden = event < 0 || this.#filter.conversations.of(event) < 0;
    details.replaceChildren();
  }

  #appendContents(bytes, arrange) {
    if (!bytes?.length) return;
    this.#parts.views.hidden = false;
    this.#parts.details.append(contentsElement(bytes, this.#isHex, this.#filter.search, arrange));
  }

  #scrollToHit() {
    const { details } = this.#parts;
    const hit = details.querySelector(".contents mark");
    if (!hit) return;
    const below = hit.getBoundingClientRect().bottom - details.getBoundingClientRect().bottom;
    if (below > 0) details.scrollTop += below + details.clientHeight / 2;
  }

  /** Shows it anew, after what it is looked at for has changed. */
  refresh() {
    if (this.#call >= 0) this.showCall(this.#call);
    else this.show(this.#event);
  }

  #callFacts(call) {
    const capture = this.#capture;
    const { calls } = capture;
    const [list, add] = this.#list();
    const text = (column) => visible(calls.texts[column[call]]);
    const isFlagged = (trait) => (calls.traits[call] & trait) !== 0;
    const end = (i) => [this.#choice(processText(capture.processes[i]), () => this.#handlers.process(i))];
    const optional = (name, value) => { if (value) add(name, value); };
    add("Method", [text(calls.protocol), text(calls.method)].join(" "));
    optional("Target", text(calls.target));
    optional("Id", text(calls.id));
    add("Status", calls.statusWord(call), isFlagged(CallTrait.truncated) ? "truncated" : "");
    optional("Error", text(calls.error));
    add("Client", end(calls.client[call]), isFlagged(CallTrait.inferred) ? "inferred" : "");
    add("Server", end(calls.server[call]));
    add("Began", `${dateText(capture)} ${clockText(capture, calls.begin[call])}`);
    if (!isNaN(calls.duration(call))) add("Took", spanText(calls.duration(call), 1));
    if (calls.work[call] >= 0) add("At the server", spanText(calls.work[call], 1));
    add("Channel", [this.#choice(capture.kinds[calls.kind[call]].name, () => this.#handlers.kind(calls.kind[call])), ` ${visible(capture.channels[calls.channel[call]])}`]);
    add("Bytes", `${number(calls.requestBytes[call])} > ${number(calls.responseBytes[call])}`);
    const events = [0, 1].map((side) => calls.transfers(call, side));
    const goTo = ([event], name) => this.#choice(name, () => this.#handlers.event(event), "Show the first of them in the table of events");
    const parts = events.flatMap((list, side) => (list.length ? [goTo(list, plural(list.length, "event")), side ? " of the answer, " : " of the request, "] : []));
    if (parts.length) add("Transfers", [...parts, this.#choice("only these", () => this.#handlers.transfers(call), "Show nothing but these events")]);
    return list;
  }

  /** A list of facts, and what adds one to it. */
  #list() {
    const list = element("dl", "facts-list");
    const add = (name, value, note = "") => {
      list.append(element("dt", "", name));
      const definition = element("dd");
      if (typeof value === "string") definition.append(...this.#filter.search.mark(value));
      else definition.append(...value);
      if (note) definition.append(" ", element("span", "flag", note));
      list.append(definition);
    };
    return [list, add];
  }

  #facts(event) {
    const capture = this.#capture;
    const kind = capture.kinds[capture.kind[event]];
    const [list, add] = this.#list();
    const traits = capture.traits[event];
    const end = (process, thread, comm, inferred) => {
      const { pid, name } = capture.processes[process];
      const own = capture.comms[comm] !== name ? `${visible(capture.comms[comm])} ` : "";
      const threadText = thread >= 0 && thread !== pid ? ` (thread ${own}${thread})` : own && pid >= 0 ? ` (as ${own.trim()})` : "";
      const choice = this.#choice(processText(capture.processes[process]), () => this.#handlers.process(process));
      return [[choice, ...this.#filter.search.mark(threadText)], inferred];
    };
    add("Time", `${dateText(capture)} ${clockText(capture, capture.time[event])}`);
    add("Since start", spanText(capture.time[event] - capture.begin, 1));
    if (capture.delay[event] >= 0) add("Delay", `${spanText(capture.delay[event], 1)} from write to read`);
    add("Type", [this.#choice(kind.name, () => this.#handlers.kind(capture.kind[event]))]);
    add("From", ...end(capture.source[event], capture.sourceThread[event], capture.sourceComm[event],
      traits & Trait.inferredSource ? "inferred" : traits & Trait.inferredSourceThread ? "thread inferred" : ""));
    add("To", ...end(capture.destination[event], capture.destinationThread[event], capture.destinationComm[event],
      traits & Trait.inferredDestination ? "inferred" : ""));
    if (kind.carriesBytes) {
      const remark = traits & Trait.undelivered ? "never received" : traits & Trait.inferredOrder ? "order inferred" : "";
      add("Bytes", number(capture.count[event]), remark);
    }
    const fields = capture.fields[capture.field[event]];
    for (let i = 0; i < fields.length; i += 2) add(fields[i], visible(fields[i + 1]));
    const calls = capture.calls.of(event);
    const more = calls.length - Details.#callLimit;
    const choices = calls.slice(0, Details.#callLimit).flatMap(({ call, side }) => [
      this.#choice(capture.calls.title(call), () => this.#handlers.call(call), "Show this call"), side ? " (answer) " : " (request) ",
    ]);
    if (calls.length) add(calls.length > 1 ? "Calls" : "Call", [...choices, ...(more > 0 ? [`and ${number(more)} more`] : [])]);
    return list;
  }

  /** What filters at a click, or goes elsewhere. */
  #choice(text, choose, title = "Filter by this") {
    const choice = element("button", "choice");
    choice.type = "button";
    choice.title = title;
    choice.append(...this.#filter.search.mark(text));
    choice.addEventListener("click", choose);
    return choice;
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
