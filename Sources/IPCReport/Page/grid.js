"use strict";

/** Table of which only the rows in sight exist, so that a million of them cost nothing. */
class Grid {
  /** Height of a row, in pixels, as in the style sheet. */
  static rowHeight = 26;
  /** Browsers draw nothing beyond some 16 to 33 million pixels. */
  static heightLimit = 15_000_000;

  #host;
  #body;
  #space;
  #head;
  #rows = [];
  #columns;
  #size = 0;
  #active = -1;
  #handlers;

  /**
   * @param host      Element that it fills.
   * @param label     What it is, for people who hear the page.
   * @param columns   `{ title, className, fill(cell, row), sort }`; `sort` names an order.
   * @param handlers  `choose(row)` when a row becomes the active one, `open(row)` at Enter and at a click, `sort(name)`,
   *                  `decorate(element, row)` to show what kind of row it is.
   */
  constructor(host, label, columns, handlers) {
    this.#host = host;
    this.#columns = columns;
    this.#handlers = handlers;
    this.#head = element("div", "grid-head");
    this.#head.setAttribute("role", "row");
    for (const column of columns) this.#head.append(this.#heading(column));
    this.#body = element("div", "grid-body");
    this.#body.setAttribute("role", "rowgroup");
    this.#space = element("div", "grid-space");
    this.#body.append(this.#space);
    host.setAttribute("role", "grid");
    host.setAttribute("aria-label", label);
    host.setAttribute("aria-colcount", columns.length);
    host.tabIndex = 0;
    host.append(this.#head, this.#body);
    this.#body.addEventListener("scroll", () => this.draw());
    host.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.draw()).observe(this.#body);
  }

  #heading(column) {
    const cell = element("div", `cell ${column.className}`);
    cell.setAttribute("role", "columnheader");
    if (column.sort) {
      const button = element("button", "sort", column.title);
      button.type = "button";
      button.tabIndex = -1;
      button.addEventListener("click", () => this.#handlers.sort(column.sort));
      cell.append(button);
      cell.dataset.sort = column.sort;
    } else {
      cell.textContent = column.title;
    }
    return cell;
  }

  /** Heading of a column. */
  heading(column) { return this.#head.children[column]; }

  /** Number of rows. */
  get size() { return this.#size; }

  /** Shows so many rows; the active one is the one given, or none. */
  show(size, active = -1) {
    this.#size = size;
    this.#active = active;
    this.#host.setAttribute("aria-rowcount", size + 1);
    this.#space.style.height = `${Math.min(size * Grid.rowHeight, Grid.heightLimit)}px`;
    this.draw();
  }

  /** Marks the column that rows are sorted by. */
  markSort(name) {
    for (const cell of this.#head.children) {
      if (cell.dataset.sort) cell.setAttribute("aria-sort", cell.dataset.sort === name ? "descending" : "none");
    }
  }

  /** Makes a row the active one, scrolls to it if it is out of sight, and says so. */
  activate(row, opens = false) {
    if (row < 0 || row >= this.#size) return;
    this.reveal(row);
    this.#handlers.choose?.(row);
    if (opens) this.#handlers.open?.(row);
  }

  /** Makes a row the active one, and scrolls to it if it is out of sight; −1 for none. */
  reveal(row) {
    this.#active = row;
    if (row < 0) return this.draw();
    const [first, last] = this.#inSight();
    if (row < first + 1 || row > last - 2) {
      const middle = row - Math.floor((last - first) / 2);
      const near = row < first || row > last ? middle : row < first + 1 ? row : row - (last - first) + 2;
      this.#body.scrollTop = Math.max(0, near) * Grid.rowHeight * this.#scale();
    }
    this.draw();
  }

  /** Pixels to scroll for each pixel of rows. */
  #scale() {
    const room = this.#body.clientHeight;
    const rows = this.#size * Grid.rowHeight;
    if (rows <= Grid.heightLimit) return 1;
    return (Grid.heightLimit - room) / (rows - room);
  }

  #inSight() {
    const first = Math.floor(this.#body.scrollTop / this.#scale() / Grid.rowHeight);
    return [first, first + Math.ceil(this.#body.clientHeight / Grid.rowHeight)];
  }

  /** Fills the rows that are in sight. */
  draw() {
    const [first, last] = this.#inSight();
    const count = Math.max(0, Math.min(last + 1, this.#size) - first);
    while (this.#rows.length < count) this.#rows.push(this.#makeRow());
    const top = this.#body.scrollTop - (this.#body.scrollTop / this.#scale()) % Grid.rowHeight;
    this.#rows.forEach((element, i) => {
      element.hidden = i >= count;
      if (i < count) this.#fill(element, first + i, top + i * Grid.rowHeight);
    });
  }

  #makeRow() {
    const row = element("div", "row");
    row.setAttribute("role", "row");
    row.id = `${this.#host.id}-row-${this.#rows.length}`;
    for (const column of this.#columns) {
      const cell = element("div", `cell ${column.className}`);
      cell.setAttribute("role", "gridcell");
      row.append(cell);
    }
    row.addEventListener("click", () => this.activate(Number(row.dataset.row), true));
    this.#body.append(row);
    return row;
  }

  #fill(row, number, top) {
    row.dataset.row = number;
    row.style.transform = `translateY(${top}px)`;
    row.setAttribute("aria-rowindex", number + 2);
    row.setAttribute("aria-selected", number === this.#active);
    if (number === this.#active) this.#host.setAttribute("aria-activedescendant", row.id);
    this.#columns.forEach((column, i) => column.fill(row.children[i], number));
    this.#handlers.decorate?.(row, number);
  }

  #key(event) {
    if (event.target !== this.#host || event.ctrlKey || event.altKey || event.metaKey) return;
    const [first, last] = this.#inSight();
    const page = Math.max(1, last - first - 2);
    const targets = {
      ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, PageDown: this.#active + page,
      PageUp: this.#active - page, Home: 0, End: this.#size - 1,
    };
    if (event.key in targets) {
      this.activate(Math.max(0, Math.min(this.#size - 1, targets[event.key])));
    } else if (event.key === "Enter" && this.#active >= 0) {
      this.#handlers.open?.(this.#active);
    } else {
      return;
    }
    event.preventDefault();
  }
}
