"use strict";

/** The page: what is chosen, and who is told when that changes. */
class Page {
  #capture = new Capture();
  #filter = new Filter(this.#capture);
  #get = (id) => document.getElementById(id);
  /** Events that pass the filter but for the time, and those that pass all of it. */
  #passing = this.#capture.order;
  #shown = this.#capture.order;
  /** Shown events and their bytes by number of the talk. */
  #counts = new Uint32Array(this.#capture.talks.length);
  #bytes = new Float64Array(this.#capture.talks.length);
  #talks = [];
  #order = "bytes";
  #selected = -1;
  #timer;
  #graph;
  #timeline;
  #details;
  #talkGrid;
  #eventGrid;

  constructor() {
    const capture = this.#capture;
    this.#details = new Details(this.#get("details"), this.#get("views"), capture);
    this.#graph = new Graph(this.#get("graph"), this.#get("graph-note"), capture, {
      process: (process) => this.#toggle("process", process, process),
      talk: (talk) => this.#toggleTalk(talk),
    });
    this.#timeline = new Timeline(
      {
        overview: this.#get("overview"), lanes: this.#get("lanes"), canvas: this.#get("lanes-canvas"),
        size: this.#get("lanes-size"), tip: this.#get("tip"),
      }, capture, this.#filter, {
        span: (span) => {
          this.#filter.span = span;
          this.#later(() => this.#update(false));
        },
        choose: (event) => this.#select(event),
      });
    this.#makeGrids();
    this.#describe();
    this.#makeKinds();
    this.#listen();
    this.#goToAddress();
    document.body.dataset.state = "ready";
  }

  // MARK: Parts

  #makeGrids() {
    const talk = (row) => this.#capture.talks[this.#talks[row]];
    const figures = (row) => ({ events: this.#counts[this.#talks[row]], bytes: this.#bytes[this.#talks[row]] });
    this.#talkGrid = new Grid(this.#get("talks"), "Who talks to whom", talkColumns(this.#capture, talk, figures), {
      open: (row) => {
        const { source, destination, kind, channel } = talk(row);
        this.#toggleTalk({ source, destination, kind, channel });
      },
      sort: (name) => {
        this.#order = name;
        this.#showTalks();
      },
    });
    const event = (row) => this.#shown[row];
    this.#eventGrid = new Grid(this.#get("events"), "Events", eventColumns(this.#capture, event), {
      choose: (row) => this.#select(event(row), false),
    });
  }

  #describe() {
    const capture = this.#capture;
    document.title = `${visible(capture.title)} – ipcdump report`;
    this.#get("title").textContent = visible(capture.title);
    const bytes = capture.talks.reduce((sum, talk) => sum + talk.bytes, 0);
    this.#get("facts-line").textContent = capture.size
      ? [
        `${dateText(capture)} ${clockText(capture, capture.begin).slice(0, 8)}`, spanText(capture.end - capture.begin),
        plural(capture.size, "event"), bytesText(bytes), capture.program,
      ].join(" · ")
      : `No events · ${capture.program}`;
    const notices = capture.warning ? [`${visible(capture.warning)}.`] : [];
    const lost = capture.losses.reduce((sum, loss) => sum + loss[1], 0);
    if (lost) notices.push(`${plural(lost, "record")} lost while tracing, where the timeline has dashed lines.`);
    if (capture.omitted.events) notices.push(`${plural(capture.omitted.events, "later event")} left out: a page holds ${number(capture.size)}.`);
    if (capture.omitted.contents) notices.push(`Contents of ${plural(capture.omitted.contents, "event")} left out.`);
    this.#get("notice").hidden = !notices.length;
    this.#get("notice").textContent = notices.join(" ");
  }

  #makeKinds() {
    const capture = this.#capture;
    const counts = new Array(capture.kinds.length).fill(0);
    for (const talk of capture.talks) counts[talk.kind] += talk.events;
    capture.kinds.forEach((kind, i) => {
      if (!counts[i]) return;
      const chip = element("button", `chip kind-${i % 8}`);
      chip.type = "button";
      chip.append(element("span", "dot"), element("span", "", kind.name), element("span", "amount", number(counts[i])));
      chip.dataset.kind = i;
      chip.addEventListener("click", () => {
        if (!this.#filter.hiddenKinds.delete(i)) this.#filter.hiddenKinds.add(i);
        this.#update();
      });
      this.#get("kinds").append(chip);
    });
  }

  #listen() {
    const get = this.#get;
    get("search").addEventListener("input", () => this.#later(() => {
      this.#filter.query = get("search").value.trim();
      this.#update();
    }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#showTheme());
    this.#showTheme();
    get("theme").addEventListener("click", () => {
      document.documentElement.dataset.theme = this.#isDark ? "light" : "dark";
      this.#showTheme();
      writeAddress(this.#capture, this.#filter, this.#selected);
    });
    get("help-button").addEventListener("click", () => get("help").showModal());
    get("graph-in").addEventListener("click", () => this.#graph.zoom(0.7));
    get("graph-out").addEventListener("click", () => this.#graph.zoom(1 / 0.7));
    get("zoom-in").addEventListener("click", () => this.#timeline.zoom(0.5));
    get("zoom-out").addEventListener("click", () => this.#timeline.zoom(2));
    get("zoom-fit").addEventListener("click", () => this.#timeline.fit());
    get("view-text").addEventListener("click", () => this.#view(false));
    get("view-hex").addEventListener("click", () => this.#view(true));
    document.addEventListener("keydown", (event) => this.#key(event));
    // Somebody else's address, put into this page's.
    window.addEventListener("hashchange", () => {
      this.#filter.clear();
      this.#goToAddress();
    });
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.#get("help").open) return;
    const isTyping = event.target === this.#get("search");
    const actions = {
      "/": () => this.#get("search").focus(), "?": () => this.#get("help").showModal(),
      n: () => this.#step(1), p: () => this.#step(-1), x: () => this.#view(!this.#details.isHex),
      t: () => this.#get("theme").click(),
    };
    if (event.key === "Escape") {
      this.#filter.clear();
      this.#get("search").value = "";
      this.#update();
    } else if (!isTyping && event.key in actions) {
      actions[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  }

  #view(isHex) {
    this.#details.isHex = isHex;
    this.#get("view-text").setAttribute("aria-pressed", !isHex);
    this.#get("view-hex").setAttribute("aria-pressed", isHex);
  }

  // MARK: Choosing

  #toggle(name, value) {
    this.#filter[name] = this.#filter[name] === value ? null : value;
    this.#update();
  }

  #toggleTalk(talk) {
    const old = this.#filter.talk;
    const isSame = old && this.#filter.takes(old, talk.source, talk.destination, talk.kind, talk.channel)
      && old.channel === talk.channel;
    this.#filter.talk = isSame ? null : talk;
    this.#update();
  }

  #select(event, showsRow = true) {
    if (event === this.#selected && !showsRow) return;
    this.#selected = event;
    this.#details.show(event);
    this.#timeline.select(event);
    const row = this.#shown.indexOf(event);
    if (showsRow && row >= 0) this.#eventGrid.activate(row);
    writeAddress(this.#capture, this.#filter, this.#selected);
  }

  #step(direction) {
    if (!this.#shown.length) return;
    const row = this.#shown.indexOf(this.#selected);
    const next = row < 0 ? 0 : Math.max(0, Math.min(this.#shown.length - 1, row + direction));
    this.#select(this.#shown[next]);
  }

  get #isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Shows what the page's address says. */
  #goToAddress() {
    const { event, theme } = readAddress(this.#capture, this.#filter);
    this.#get("search").value = this.#filter.query;
    if (theme) document.documentElement.dataset.theme = theme;
    this.#showTheme();
    this.#update();
    if (event >= 0) this.#select(event);
  }

  // MARK: Showing

  #showTheme() {
    this.#get("theme").textContent = this.#isDark ? "Light" : "Dark";
    colors.clear();
    this.#timeline.draw();
  }

  /** Does something when nothing more has come for a moment. */
  #later(action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, 120);
  }

  #update(isTimelineToo = true) {
    const capture = this.#capture;
    if (isTimelineToo) {
      this.#passing = this.#filter.passing();
      this.#timeline.show(this.#passing);
    }
    this.#shown = this.#filter.within(this.#passing);
    this.#counts.fill(0);
    this.#bytes.fill(0);
    for (const event of this.#shown) {
      this.#counts[capture.talk[event]]++;
      this.#bytes[capture.talk[event]] += capture.count[event];
    }
    this.#graph.update(this.#filter, this.#counts);
    this.#showTalks();
    this.#eventGrid.show(this.#shown.length, this.#shown.indexOf(this.#selected));
    this.#showFilters();
    writeAddress(this.#capture, this.#filter, this.#selected);
  }

  #showTalks() {
    const capture = this.#capture;
    this.#talks = sortedTalks(capture, this.#order, this.#counts, this.#bytes);
    const { talk } = this.#filter;
    const active = talk ? this.#talks.findIndex((i) => {
      const row = capture.talks[i];
      return this.#filter.takes(talk, row.source, row.destination, row.kind, row.channel);
    }) : -1;
    this.#talkGrid.show(this.#talks.length, active);
    this.#talkGrid.markSort(this.#order);
    this.#get("talks-note").textContent = number(this.#talks.length);
  }

  #showFilters() {
    const capture = this.#capture;
    const filter = this.#filter;
    for (const chip of this.#get("kinds").children) {
      chip.setAttribute("aria-pressed", !filter.hiddenKinds.has(Number(chip.dataset.kind)));
    }
    const chips = [];
    const add = (text, drop) => {
      const chip = element("button", "chip active", text);
      chip.type = "button";
      chip.setAttribute("aria-label", `Drop the filter ${text}`);
      chip.append(element("span", "drop", "×"));
      chip.addEventListener("click", () => {
        drop();
        this.#update();
      });
      chips.push(chip);
    };
    if (filter.query) {
      add(`“${filter.query}”`, () => { filter.query = this.#get("search").value = ""; });
    }
    if (filter.process !== null) add(processText(capture.processes[filter.process]), () => { filter.process = null; });
    if (filter.talk) {
      const { source, destination, kind, channel } = filter.talk;
      const ends = [source, destination].map((end) => processText(capture.processes[end])).join(" → ");
      const name = channel === null ? "" : ` ${visible(capture.channels[channel])}`;
      add(`${ends}, ${capture.kinds[kind].name}${name}`, () => { filter.talk = null; });
    }
    if (filter.span) {
      const [from, to] = filter.span.map((time) => time - capture.begin);
      add(`${spanText(to - from)} from ${from < 0 ? "−" : "+"}${spanText(Math.abs(from))}`, () => { filter.span = null; });
    }
    this.#get("active").replaceChildren(...chips);
    this.#get("status").textContent = filter.isActive
      ? `${number(this.#shown.length)} of ${plural(capture.size, "event")}` : "";
    this.#get("events-note").textContent = number(this.#shown.length);
    this.#get("timeline-note").textContent = this.#shown.length ? "" : "nothing passes the filters";
  }
}

new Page();
