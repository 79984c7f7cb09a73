"use strict";

/** Bits of the column `traits`: those of Event.Traits (Sources/IPCModel/Event.swift), and the report's own. */
const Trait = {
  inferredSource: 1, inferredDestination: 2, undelivered: 4, incomplete: 8, inferredSourceThread: 32, inferredOrder: 64, leftOut: 128,
};

/** Length of the contents of an event that has none. */
const noContent = 0xffffffff;

/** What was traced: facts, and an array for each column, by the number of the event. Nothing changes after it is read. */
class Capture {
  constructor() {
    const facts = JSON.parse(document.getElementById("facts").textContent);
    this.title = facts.title;
    this.program = facts.program;
    this.warning = facts.warning;
    /** Nanoseconds since 1970 of the time 0. */
    this.start = BigInt(facts.start);
    /** Minutes that the local time of the traced machine was ahead of UTC. */
    this.zone = facts.zone;
    /** Kinds: `name`, and whether their transfers carry bytes. */
    this.kinds = facts.kinds;
    /** Processes: `[pid, name]`, and where they are known the path of the executable and the command line. */
    this.processes = facts.processes.map(([pid, name, executable = "", commandLine = ""]) => ({ pid, name, executable, commandLine }));
    this.comms = facts.comms;
    this.channels = facts.channels;
    /** Fields beside the count: `[key, value, key, value, …]`, shared by many events. */
    this.fields = facts.fields;
    /** What was lost: `[type, count, bytes, time]`. */
    this.losses = facts.losses;
    /** What found no room in the page: number of events, of events whose contents did not, and of calls. */
    this.omitted = facts.omitted;

    this.time = new Float64Array(column("time"));
    this.count = new Float64Array(column("count"));
    /** Nanoseconds from the write to the read; −1 if they are not known. */
    this.delay = new Float64Array(column("delay"));
    this.source = new Uint32Array(column("source"));
    this.destination = new Uint32Array(column("destination"));
    this.sourceThread = new Int32Array(column("sourceThread"));
    this.destinationThread = new Int32Array(column("destinationThread"));
    this.sourceComm = new Uint32Array(column("sourceComm"));
    this.destinationComm = new Uint32Array(column("destinationComm"));
    this.channel = new Uint32Array(column("channel"));
    this.field = new Uint32Array(column("field"));
    this.contentLength = new Uint32Array(column("contentLength"));
    this.kind = new Uint8Array(column("kind"));
    this.traits = new Uint8Array(column("traits"));
    this.contents = new Uint8Array(column("contents"));
    this.size = this.time.length;

    this.contentStart = new Float64Array(this.size + 1);
    for (let i = 0; i < this.size; i++) {
      const length = this.contentLength[i];
      this.contentStart[i + 1] = this.contentStart[i] + (length === noContent ? 0 : length);
    }
    /** Events by time: some are reported later than they happened. */
    this.order = Uint32Array.from({ length: this.size }, (_, i) => i);
    if (this.time.some((time, i) => i > 0 && time < this.time[i - 1])) {
      this.order.sort((a, b) => this.time[a] - this.time[b] || a - b);
    }
    this.end = this.size ? this.time[this.order[this.size - 1]] : 0;
    this.begin = this.size ? this.time[this.order[0]] : 0;
    this.#sumUp();
    /** Which events belong together, and requests with their answers. */
    this.conversations = new Conversations(this);
    this.calls = new Calls(this, facts);
    this.waits = new Waits(facts);
  }

  /** Captured bytes of an event; null if it has none. */
  content(event) {
    if (this.contentLength[event] === noContent) return null;
    return this.contents.subarray(this.contentStart[event], this.contentStart[event + 1]);
  }

  /** Adds up who talks to whom: events of the same ends, kind and channel are one flow. */
  #sumUp() {
    const numbers = new Map();
    /** Flows: ends as numbers of processes, kind, channel, and all that went there. */
    this.flows = [];
    /** Number of the flow of each event. */
    this.flow = new Uint32Array(this.size);
    for (const process of this.processes) Object.assign(process, { bytes: 0, events: 0, first: Infinity });
    for (let i = 0; i < this.size; i++) {
      const [source, destination] = [this.source[i], this.destination[i]];
      const key = `${source} ${destination} ${this.kind[i]} ${this.channel[i]}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = this.flows.length;
        numbers.set(key, number);
        this.flows.push({ source, destination, kind: this.kind[i], channel: this.channel[i], events: 0, bytes: 0 });
      }
      this.flow[i] = number;
      this.flows[number].events++;
      this.flows[number].bytes += this.count[i];
      for (const end of source === destination ? [source] : [source, destination]) {
        const process = this.processes[end];
        process.bytes += this.count[i];
        process.events++;
        process.first = Math.min(process.first, this.time[i]);
      }
    }
  }
}

/** Bytes of a column, which the page carries in base64. */
function column(name) {
  const element = document.getElementById(`column-${name}`);
  const text = element.textContent;
  element.remove();
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text).buffer;
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes.buffer;
}
