"use strict";

/** The filters that are on, each of which can be dropped, and the types, which can be chosen. */
class FilterBar {
  #parts;
  #capture;
  #filter;
  #change;

  /**
   * @param parts   Elements: `kinds`, `active`, `status`, `search`.
   * @param change  Called when a filter was changed here.
   */
  constructor(parts, capture, filter, change) {
    this.#parts = parts;
    this.#capture = capture;
    this.#filter = filter;
    this.#change = change;
    this.#makeKinds();
  }

  #makeKinds() {
    const capture = this.#capture;
    const counts = new Array(capture.kinds.length).fill(0);
    for (const flow of capture.flows) counts[flow.kind] += flow.events;
    capture.kinds.forEach((kind, i) => {
      if (!counts[i]) return;
      const chip = element("button", `chip kind-${i}`);
      chip.type = "button";
      chip.title = `Show only ${kind.name}, or that as well; with Shift, all but that`;
      chip.append(element("span", "dot"), element("span", "", kind.name), element("span", "amount", number(counts[i])));
      chip.dataset.kind = i;
      chip.addEventListener("click", (event) => {
        if (event.shiftKey) this.#leaveOut(i);
        else if (!this.#filter.kinds.delete(i)) this.#filter.kinds.add(i);
        this.#change();
      });
      this.#parts.kinds.append(chip);
    });
  }

  /** Shows all types that were shown but one. */
  #leaveOut(kind) {
    const { kinds } = this.#filter;
    if (!kinds.size) for (const chip of this.#parts.kinds.children) kinds.add(Number(chip.dataset.kind));
    kinds.delete(kind);
  }

  /** Shows the filters as they are; so many events and calls pass them. */
  show(count, callCount) {
    const capture = this.#capture;
    const filter = this.#filter;
    this.#parts.kinds.classList.toggle("chosen", filter.kinds.size > 0);
    for (const chip of this.#parts.kinds.children) {
      chip.setAttribute("aria-pressed", filter.kinds.has(Number(chip.dataset.kind)));
    }
    const chips = [];
    const add = (text, drop) => chips.push(this.#chip(text, drop));
    if (filter.query) add(`“${filter.query}”`, () => { filter.query = this.#parts.search.value = ""; });
    if (filter.process !== null) add(processText(capture.processes[filter.process]), () => { filter.process = null; });
    if (filter.group !== null) add(filter.groups.text(filter.group), () => { filter.group = null; });
    if (filter.flow) {
      const { source, destination, kind, channel } = filter.flow;
      const ends = [source, destination].map((end) => (end < 0 ? filter.groups.text(~end) : processText(capture.processes[end]))).join(" → ");
      const name = channel === null ? "" : ` ${visible(capture.channels[channel])}`;
      add(`${ends}, ${capture.kinds[kind].name}${name}`, () => { filter.flow = null; });
    }
    if (filter.conversation !== null) add(filter.conversations.text(filter.conversation), () => { filter.conversation = null; });
    if (filter.call !== null) add(capture.calls.title(filter.call), () => { filter.call = null; });
    if (filter.method) {
      const { client, server, protocol, method } = filter.method;
      const ends = [client, server].map((end) => processText(capture.processes[end])).join(" → ");
      const words = [protocol, method].map((text) => visible(capture.calls.texts[text])).join(" ");
      add(`${ends}, ${words}`, () => { filter.method = null; });
    }
    if (filter.span) {
      const [from, to] = filter.span.map((time) => time - capture.begin);
      add(`${spanText(to - from)} from ${from < 0 ? "−" : "+"}${spanText(Math.abs(from))}`, () => { filter.span = null; });
    }
    this.#parts.active.replaceChildren(...chips);
    const counts = [[count, capture.size, "event"], ...(capture.calls.size ? [[callCount, capture.calls.size, "call"]] : [])];
    const words = counts.map(([shown, all, what]) => `${number(shown)} of ${plural(all, what)}`);
    this.#parts.status.textContent = filter.isActive ? words.join(", ") : "";
  }

  #chip(text, drop) {
    const chip = element("button", "chip active");
    chip.type = "button";
    chip.setAttribute("aria-label", `Drop the filter ${text}`);
    chip.append(element("span", "words", text), element("span", "drop", "×"));
    chip.addEventListener("click", () => {
      drop();
      this.#change();
    });
    return chip;
  }
}
