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
  /** Calls that pass the filter. */
  #calls = this.#capture.calls.order;
  /** Chosen event, chosen call, and the events of that. */
  #selected = -1;
  #call = -1;
  #transfers = new Set();
  /** Query whose words are marked. */
  #marked = "";
  #timer;
  #bar;
  #graph;
  #timeline;
  #details;
  #dialogue;
  #waterfall;
  #talk;
  #eventGrid;

  constructor() {
    const capture = this.#capture;
    this.#details = new Details(
      {
        title: this.#get("details-title"), details: this.#get("details"), views: this.#get("views"), follow: this.#get("follow"),
      }, capture, this.#filter, {
        process: (process) => this.#toggle("process", process),
        kind: (kind) => {
          this.#filter.kinds = new Set(this.#filter.kinds.has(kind) ? [] : [kind]);
          this.#update();
        },
        call: (call) => this.#chooseCall(call),
        event: (event) => this.#select(event),
        transfers: (call) => this.#toggle("call", call),
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
    this.#waterfall = new Waterfall({ grid: this.#get("calls"), note: this.#get("calls-note") }, capture, this.#filter, {
      choose: (call) => this.#chooseCall(call, false),
    });
    document.querySelector("main").classList.toggle("has-calls", capture.calls.size > 0);
    this.#get("calls-panel").hidden = !capture.calls.size;
    const { waits } = capture;
    document.querySelector("main").classList.toggle("has-waits", !waits.isEmpty);
    new WaitPanel({
      panel: this.#get("waits-panel"), svg: this.#get("waits"), note: this.#get("waits-note"), list: this.#get("verdicts"),
    }, waits, {
      process: (pid) => {
        const process = capture.processes.findIndex((process) => process.pid === pid);
        if (process >= 0) this.#toggle("process", process);
      },
    });
    this.#makeGrids();
    describe(capture, this.#get);
    this.#listen();
    this.#goToAddress();
    document.body.dataset.state = "ready";
  }

  // MARK: Parts

  #makeGrids() {
    this.#talk = new TalkPanel(
      {
        flows: this.#get("flows"), methods: this.#get("methods"), note: this.#get("flows-note"), tabs: this.#get("flow-tabs"),
        flowTab: this.#get("tab-flows"), methodTab: this.#get("tab-methods"),
      }, this.#capture, this.#filter, {
        flow: (flow) => this.#toggleFlow(flow),
        change: () => this.#update(),
        tab: () => this.#writeAddress(),
      });
    const event = (row) => this.#shown[row];
    this.#eventGrid = new Grid(this.#get("events"), "Events", eventColumns(this.#capture, this.#filter.search, event), {
      choose: (row) => this.#select(event(row), false),
      decorate: (element, row) => element.classList.toggle("of-call", this.#transfers.has(event(row))),
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
      n: () => this.#step(1), p: () => this.#step(-1), j: () => this.#stepCall(1), k: () => this.#stepCall(-1), g: () => this.#change(),
      m: () => { this.#talk.isMethods = !this.#talk.isMethods; }, f: () => this.#follow(), x: () => this.#view(!this.#details.isHex),
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
    if (event === this.#selected && this.#call < 0 && !showsRow) return;
    this.#selected = event;
    this.#markCall(-1);
    this.#details.show(event);
    this.#timeline.select(event);
    this.#eventGrid.reveal(this.#shown.indexOf(event));
    this.#writeAddress();
  }

  /** Shows a call, and where its first transfer is; its row, too, unless it was chosen there. */
  #chooseCall(call, showsRow = true) {
    this.#markCall(call, showsRow);
    const [first = -1] = this.#transfers;
    this.#selected = first;
    this.#details.showCall(call);
    this.#timeline.select(first);
    this.#eventGrid.reveal(this.#shown.indexOf(first));
    this.#writeAddress();
  }

  #markCall(call, showsRow = true) {
    const { calls } = this.#capture;
    const isChanged = call !== this.#call;
    this.#call = call;
    this.#transfers = new Set(call < 0 ? [] : [...calls.transfers(call, 0), ...calls.transfers(call, 1)]);
    if (isChanged && showsRow) this.#waterfall.select(call);
  }

  #stepCall(step) {
    const next = this.#waterfall.next(this.#call, step);
    if (next >= 0) this.#chooseCall(next);
  }

  /** Goes from the chosen call to its first transfer, and from a transfer to its call. */
  #change() {
    if (this.#call >= 0 && this.#selected >= 0) return this.#select(this.#selected);
    const [found] = this.#selected < 0 ? [] : this.#capture.calls.of(this.#selected);
    if (found) this.#chooseCall(found.call);
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
    writeAddress(this.#capture, this.#filter, {
      event: this.#selected, call: this.#call, isFollowed: this.#dialogue.isOpen, isMethods: this.#talk.isMethods,
    });
  }

  get #isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Shows what the page's address says. */
  #goToAddress() {
    const { event, call, theme, isFollowed, isMethods } = readAddress(this.#capture, this.#filter);
    this.#get("search").value = this.#filter.query;
    if (theme) document.documentElement.dataset.theme = theme;
    this.#showTheme();
    this.#talk.isMethods = isMethods;
    this.#update();
    if (call >= 0) this.#chooseCall(call);
    else if (event >= 0) this.#select(event);
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
    this.#calls = this.#filter.passingCalls();
    this.#waterfall.show(this.#calls);
    this.#talk.show(this.#counts, this.#bytes, this.#calls);
    this.#eventGrid.show(this.#shown.length, this.#shown.indexOf(this.#selected));
    this.#showNotes();
    this.#writeAddress();
  }

  #showNotes() {
    this.#bar.show(this.#shown.length, this.#calls.length);
    this.#get("events-note").textContent = number(this.#shown.length);
    this.#get("timeline-note").textContent = this.#shown.length ? this.#timeline.note : "nothing passes the filters";
  }
}

new Page();
