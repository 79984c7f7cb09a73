"use strict";

/** How long calls took, in buckets as `--calls --summary` has them (Sources/IPCTraffic/DelayHistogram.swift). */
class Durations {
  static #precision = 3;
  #counts = new Map();
  count = 0;
  least = Infinity;
  greatest = 0;

  add(duration) {
    const bucket = Durations.#bucket(duration);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.count++;
    this.least = Math.min(this.least, duration);
    this.greatest = Math.max(this.greatest, duration);
  }

  /** The duration that so many of a thousand do not exceed; null if there is none. */
  quantile(permille) {
    if (!this.count) return null;
    const rank = Math.max(1, Math.floor(this.count / 1000) * permille + Math.ceil(this.count % 1000 * permille / 1000));
    let passed = 0;
    for (const bucket of [...this.#counts.keys()].sort((a, b) => a - b)) {
      passed += this.#counts.get(bucket);
      if (passed >= rank) return Math.min(Math.max(Durations.#middle(bucket), this.least), this.greatest);
    }
    return this.greatest;
  }

  static #bucket(duration) {
    const high = Math.floor(duration / 2 ** 32);
    const digits = high ? 63 - Math.clz32(high) : 31 - Math.clz32(duration);
    const shift = Math.max(digits - Durations.#precision, 0);
    return shift * 2 ** Durations.#precision + Math.floor(duration / 2 ** shift);
  }

  static #middle(bucket) {
    const shift = Math.max(Math.floor(bucket / 2 ** Durations.#precision) - 1, 0);
    return (bucket - shift * 2 ** Durations.#precision) * 2 ** shift + Math.floor(2 ** shift / 2);
  }
}

/** What calls ask for, a row a method of a server that a client calls: how often, how fast, with which success. */
class Methods {
  #capture;

  constructor(capture) {
    this.#capture = capture;
    const { calls } = capture;
    const processes = new Map(capture.processes.map(({ pid }, i) => [pid, i]));
    const texts = new Map(calls.texts.map((text, i) => [text, i]));
    /** Rows for all calls, also those that the page has no room for. */
    this.all = calls.methods.map(([client, clientName, server, serverName, protocol, method, count, errors, median, p99, longest, bytes, total]) => ({
      client: processes.get(client), server: processes.get(server), clientName, serverName, protocol: texts.get(protocol), method: texts.get(method),
      names: [protocol, method], calls: count, errors, median, p99, longest, bytes, total,
    }));
  }

  /** Rows for some calls. */
  of(chosen) {
    const { calls, comms } = this.#capture;
    const rows = new Map();
    for (const call of chosen) {
      const keys = [calls.client, calls.server, calls.clientComm, calls.serverComm, calls.protocol, calls.method].map((column) => column[call]);
      const key = keys.join(" ");
      if (!rows.has(key)) {
        const [client, server, clientComm, serverComm, protocol, method] = keys;
        rows.set(key, {
          client, server, clientName: comms[clientComm], serverName: comms[serverComm], protocol, method,
          names: [calls.texts[protocol], calls.texts[method]], calls: 0, errors: 0, longest: null, bytes: 0, total: 0, durations: new Durations(),
        });
      }
      const row = rows.get(key);
      row.calls++;
      if (calls.statusWord(call) === "error") row.errors++;
      row.bytes += calls.requestBytes[call] + calls.responseBytes[call];
      const duration = calls.duration(call);
      if (isNaN(duration)) continue;
      row.durations.add(duration);
      row.longest = Math.max(row.longest ?? 0, duration);
      row.total += duration;
    }
    for (const row of rows.values()) [row.median, row.p99] = [500, 990].map((permille) => row.durations.quantile(permille));
    return [...rows.values()];
  }

  /** Sorts rows by an order's name. */
  sort(rows, order) {
    const figures = (a, b) => b.total - a.total || b.calls - a.calls;
    const names = { client: (row) => row.clientName, server: (row) => row.serverName, method: (row) => row.names.join(" ") };
    const name = names[order];
    if (name) return rows.sort((a, b) => name(a).localeCompare(name(b)) || figures(a, b));
    return rows.sort((a, b) => (order === "total" ? 0 : (b[order] ?? -1) - (a[order] ?? -1)) || figures(a, b));
  }

  /** Columns of the table; `row` gives what stands in one of its rows. */
  columns(search, row) {
    const process = (cell, i, name) => fillProcess(cell, { ...this.#capture.processes[i], name }, search);
    const figure = (title, key, text) => ({ title, className: `figure ${key}`, sort: key, fill: (cell, i) => { cell.textContent = text(row(i)[key]); } });
    const time = (value) => tookText(value ?? NaN);
    return [
      { title: "Client", className: "end", sort: "client", fill: (cell, i) => process(cell, row(i).client, row(i).clientName) },
      { title: "Server", className: "end", sort: "server", fill: (cell, i) => process(cell, row(i).server, row(i).serverName) },
      { title: "Method", className: "method", sort: "method", fill: (cell, i) => Methods.#fillMethod(cell, row(i), search) },
      figure("Calls", "calls", number), figure("Errors", "errors", number), figure("Median", "median", time), figure("p99", "p99", time),
      figure("Max", "longest", time), figure("Bytes", "bytes", bytesText), figure("Total", "total", time),
    ];
  }

  static #fillMethod(cell, { names }, search) {
    const [protocol, method] = names.map(visible);
    const quiet = element("span", "pid");
    quiet.append(...search.mark(protocol));
    cell.replaceChildren(quiet, " ", ...search.mark(method));
    cell.title = `${protocol} ${method}`;
  }
}
