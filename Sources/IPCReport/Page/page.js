"use strict";

/** The page: what is chosen, and who learns when that changes. */
class Page {
  #capture = new Capture();
  #filter = new Filter(this.#capture);
  #get = (id) => document.getElementById(id);
  /** Events that pass the filter but for the time, and those that pass all of it. */
  #passing = this.#capture.order;
  #shown = this.#capture.order;
  /** Shown events and their bytes by number of the flow. */
  #counts = new Uint32Array(this.#capture.flows.length);
  #bytes = new Float64Array(this.#capture.flows.length);
  #flows = [];
  #order = "bytes";
  #selected = -1;
  /** Query whose words are marked. */
  #marked = "";
  #timer;
  #bar;
  #graph;
  #timeline;
  #details;
  #dialogue;
  #flowGrid;
  #eventGrid;

  constructor() {
    const capture = this.#capture;
    this.#details = new Details(
      { details: this.#get("details"), views: this.#get("views"), follow: this.#get("follow") }, capture, this.#filter, {
        process: (process) => this.#toggle("process", process),
        kind: (kind) => {
          this.#filter.kinds = new Set(this.#filter.kinds.has(kind) ? [] : [kind]);
          this.#update();
        },
      });
    this.#dialogue = new Dialogue(
      {
        dialog: this.#get("dialogue"), title: this.#get("dialogue-title"), note: this.#get("dialogue-note"),
        sides: this.#get("dialogue-sides"), views: this.#get("dialogue-views"), turns: this.#get("turns"),
      }, capture, this.#filter, {
        choose: (event) => this.#select(event),
        close: () => this.#writeAddress(),
      });
    this.#bar = new FilterBar(
      { kinds: this.#get("kinds"), active: this.#get("active"), status: this.#get("status"), search: this.#get("search") },
      capture, this.#filter, () => this.#update());
    document.querySelector("main").classList.toggle("many", Arrangement.isMany(capture));
    const graphParts = { svg: this.#get("graph"), note: this.#get("graph-note"), toggleAll: this.#get("graph-groups") };
    this.#graph = new Graph(graphParts, capture, this.#filter.groups, {
      process: (process) => this.#toggle("process", process),
      group: (group) => this.#toggle("group", group),
      flow: (flow) => this.#toggleFlow(flow),
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
    this.#listen();
    this.#goToAddress();
    document.body.dataset.state = "ready";
  }

  // MARK: Parts

  #makeGrids() {
    const flow = (row) => this.#capture.flows[this.#flows[row]];
    const figures = (row) => ({ events: this.#counts[this.#flows[row]], bytes: this.#bytes[this.#flows[row]] });
    this.#flowGrid = new Grid(this.#get("flows"), "Who talks to whom", flowColumns(this.#capture, this.#filter.search, flow, figures), {
      open: (row) => {
        const { source, destination, kind, channel } = flow(row);
        this.#toggleFlow({ source, destination, kind, channel });
      },
      sort: (name) => {
        this.#order = name;
        this.#showFlows();
      },
    });
    const event = (row) => this.#shown[row];
    this.#eventGrid = new Grid(this.#get("events"), "Events", eventColumns(this.#capture, this.#filter.search, event), {
      choose: (row) => this.#select(event(row), false),
    });
  }

  #describe() {
    const capture = this.#capture;
    document.title = `${visible(capture.title)} – ipcdump report`;
    this.#get("title").textContent = visible(capture.title);
    const bytes = capture.flows.reduce((sum, flow) => sum + flow.bytes, 0);
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
      this.#writeAddress();
    });
    get("help-button").addEventListener("click", () => get("help").showModal());
    get("graph-in").addEventListener("click", () => this.#graph.view.zoom(0.7));
    get("graph-out").addEventListener("click", () => this.#graph.view.zoom(1 / 0.7));
    get("graph-fit").addEventListener("click", () => this.#graph.view.fit());
    get("graph-groups").addEventListener("click", () => this.#graph.toggleAll());
    get("zoom-in").addEventListener("click", () => this.#timeline.zoom(0.5));
    get("zoom-out").addEventListener("click", () => this.#timeline.zoom(2));
    get("zoom-fit").addEventListener("click", () => this.#timeline.fit());
    get("follow").addEventListener("click", () => this.#follow());
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
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const isTyping = event.target === this.#get("search");
    const actions = {
      "/": () => this.#get("search").focus(), "?": () => this.#get("help").showModal(),
      n: () => this.#step(1), p: () => this.#step(-1), f: () => this.#follow(), x: () => this.#view(!this.#details.isHex),
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

  #toggleFlow(flow) {
    const old = this.#filter.flow;
    const isSame = old && ["source", "destination", "kind", "channel"].every((key) => old[key] === flow[key]);
    this.#filter.flow = isSame ? null : flow;
    this.#update();
  }

  #select(event, showsRow = true) {
    if (event === this.#selected && !showsRow) return;
    this.#selected = event;
    this.#details.show(event);
    this.#timeline.select(event);
    const row = this.#shown.indexOf(event);
    if (showsRow && row >= 0) this.#eventGrid.activate(row);
    this.#writeAddress();
  }

  #step(direction) {
    if (!this.#shown.length) return;
    const row = this.#shown.indexOf(this.#selected);
    const next = row < 0 ? 0 : Math.max(0, Math.min(this.#shown.length - 1, row + direction));
    this.#select(this.#shown[next]);
  }

  /** Shows the conversation of the chosen event as a dialogue, and only that in the page behind it. */
  #follow() {
    const number = this.#selected < 0 ? -1 : this.#filter.conversations.of(this.#selected);
    if (number < 0) return;
    this.#filter.conversation = number;
    this.#update();
    this.#dialogue.open(this.#selected);
    this.#writeAddress();
  }

  #writeAddress() {
    writeAddress(this.#capture, this.#filter, this.#selected, this.#dialogue.isOpen);
  }

  get #isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Shows what the page's address says. */
  #goToAddress() {
    const { event, theme, isFollowed } = readAddress(this.#capture, this.#filter);
    this.#get("search").value = this.#filter.query;
    if (theme) document.documentElement.dataset.theme = theme;
    this.#showTheme();
    this.#update();
    if (event >= 0) this.#select(event);
    if (isFollowed) this.#follow();
    else this.#dialogue.close();
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
    if (this.#filter.query !== this.#marked) {
      this.#marked = this.#filter.query;
      this.#details.refresh();
    }
    if (isTimelineToo) {
      this.#passing = this.#filter.passing();
      this.#timeline.show(this.#passing);
    } else {
      this.#timeline.settle();
    }
    this.#shown = this.#filter.within(this.#passing);
    this.#counts.fill(0);
    this.#bytes.fill(0);
    for (const event of this.#shown) {
      this.#counts[capture.flow[event]]++;
      this.#bytes[capture.flow[event]] += capture.count[event];
    }
    this.#graph.update(this.#filter, this.#counts);
    this.#showFlows();
    this.#eventGrid.show(this.#shown.length, this.#shown.indexOf(this.#selected));
    this.#showNotes();
    this.#writeAddress();
  }

  #showFlows() {
    const capture = this.#capture;
    this.#flows = sortedFlows(capture, this.#order, this.#counts, this.#bytes);
    const { flow } = this.#filter;
    const active = flow ? this.#flows.findIndex((i) => {
      const row = capture.flows[i];
      return this.#filter.takes(flow, row.source, row.destination, row.kind, row.channel);
    }) : -1;
    this.#flowGrid.show(this.#flows.length, active);
    this.#flowGrid.markSort(this.#order);
    this.#get("flows-note").textContent = number(this.#flows.length);
  }

  #showNotes() {
    this.#bar.show(this.#shown.length);
    this.#get("events-note").textContent = number(this.#shown.length);
    this.#get("timeline-note").textContent = this.#shown.length ? this.#timeline.note : "nothing passes the filters";
  }
}

new Page();
