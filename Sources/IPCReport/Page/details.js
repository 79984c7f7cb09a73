"use strict";

/** What is known of one event, and its contents. */
class Details {
  #capture;
  #filter;
  #parts;
  #handlers;
  #event = -1;
  #isHex = false;

  /**
   * @param parts     Elements: `details`, `views`, and `follow`, which shows the conversation.
   * @param handlers  `process(number)` and `kind(number)` when one is chosen.
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
    this.show(this.#event);
  }

  show(event) {
    const { details, views, follow } = this.#parts;
    this.#event = event;
    views.hidden = true;
    follow.hidden = event < 0 || this.#filter.conversations.of(event) < 0;
    details.replaceChildren();
    if (event < 0) {
      details.append(element("p", "hint", "Choose an event in the table or in the timeline to see all of it, and its contents."));
      return;
    }
    details.append(this.#facts(event));
    const bytes = this.#capture.content(event);
    views.hidden = !bytes?.length;
    for (const note of this.#notes(event, bytes)) details.append(element("p", "hint", note));
    if (!bytes?.length) return;
    const contents = contentsElement(bytes, this.#isHex, this.#filter.search);
    details.append(contents);
    const hit = contents.querySelector("mark");
    if (!hit) return;
    const below = hit.getBoundingClientRect().bottom - details.getBoundingClientRect().bottom;
    if (below > 0) details.scrollTop += below + details.clientHeight / 2;
  }

  /** Shows the event anew, after what it is looked at for has changed. */
  refresh() { this.show(this.#event); }

  #facts(event) {
    const capture = this.#capture;
    const kind = capture.kinds[capture.kind[event]];
    const list = element("dl", "facts-list");
    const add = (name, value, note = "") => {
      list.append(element("dt", "", name));
      const definition = element("dd");
      if (typeof value === "string") definition.append(...this.#filter.search.mark(value));
      else definition.append(...value);
      if (note) definition.append(" ", element("span", "flag", note));
      list.append(definition);
    };
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
    return list;
  }

  /** What filters at a click. */
  #choice(text, choose) {
    const choice = element("button", "choice");
    choice.type = "button";
    choice.title = "Filter by this";
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
