"use strict";

/** Makes an element of a drawing. */
function shape(tag, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

/** Heads of the arrows, one a kind. */
function drawArrowheads(capture, parent) {
  const marks = shape("defs", {}, parent);
  capture.kinds.forEach((_, kind) => {
    const marker = shape("marker", {
      id: `arrow-${kind}`, viewBox: "0 0 10 10", refX: 7, refY: 5, markerWidth: 12, markerHeight: 12,
      markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
    }, marks);
    shape("path", { d: "M0 1 L10 5 L0 9 z", class: `fill-${kind}` }, marker);
  });
}

/** A group or a process: its name, and its pid or how many there are. */
function drawNode(node, title, parent) {
  const hasToggle = node.type === "open" || node.type === "closed";
  const group = shape("g", {
    class: `node ${node.type}`, transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
    role: "button", tabindex: -1, "aria-pressed": false, "aria-label": title.replaceAll("\n", ", "),
  }, parent);
  if (hasToggle) {
    group.setAttribute("aria-expanded", node.type === "open");
    group.dataset.group = node.group;
  }
  const [left, top] = [-node.width / 2, -node.height / 2];
  const box = (step) => shape("rect", {
    x: left + step, y: top + step, width: node.width, height: node.height, rx: 9,
  }, group);
  // A closed group is a pile.
  if (node.type === "closed") [8, 4].forEach(box);
  box(0);
  if (node.type === "open") {
    shape("text", { class: "name start", x: left + 12, y: top + 20 }, group).textContent = node.name;
    const { width } = node;
    shape("text", { class: "pid end", x: left + width - 36, y: top + 20 }, group).textContent = node.detail;
  } else {
    const isOneLine = !node.name || !node.detail;
    const x = hasToggle ? -10 : 0;
    if (node.name) shape("text", { class: "name", x, y: isOneLine ? 5 : -3 }, group).textContent = node.name;
    if (node.detail) shape("text", { class: "pid", x, y: isOneLine ? 4 : 13 }, group).textContent = node.detail;
  }
  shape("title", {}, group).textContent = title;
  return group;
}

/** What opens and closes a group by a click; before the edges, which may cross it. */
function drawToggle(node, parent) {
  const isOpen = node.type === "open";
  const y = node.y + (isOpen ? 16 - node.height / 2 : 0);
  const toggle = shape("g", { class: "toggle", transform: `translate(${node.x + node.width / 2 - 18} ${y})` }, parent);
  toggle.dataset.group = node.group;
  shape("circle", { r: 9 }, toggle);
  shape("path", { d: isOpen ? "M-4 0 H4" : "M-4 0 H4 M0 -4 V4" }, toggle);
  shape("title", {}, toggle).textContent = isOpen ? "Close this group (e)" : "Open this group (e)";
  return toggle;
}

/** An arrow of a kind, the wider the more went there. */
function drawEdge(edge, nodes, title, parent) {
  const path = curve(nodes[edge.from], nodes[edge.to], edge.isAlone ? null : edge.lane);
  const group = shape("g", { class: "edge" }, parent);
  shape("path", {
    d: path, class: `line stroke-${edge.kind}`, "stroke-width": (1.2 + 3.2 * edge.weight).toFixed(2),
    "marker-end": `url(#arrow-${edge.kind})`,
  }, group);
  shape("path", { d: path, class: "reach" }, group);
  shape("title", {}, group).textContent = title;
  return group;
}

/** Path from the border of one node to that of another, bent to the side by its lane; straight if that is null. */
function curve(a, b, lane) {
  if (a === b) {
    const [x, y] = [a.x + a.width / 2 - 14, a.y - a.height / 2];
    const rise = 26 + 12 * lane;
    return `M${x - 12} ${y} C${x - 16} ${y - rise} ${x + 22} ${y - rise} ${x + 8} ${y - 1}`;
  }
  // Both directions bend to their own right, so they do not meet.
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const distance = Math.hypot(dx, dy) || 1;
  const bend = lane === null ? 0 : 14 + 15 * lane;
  const middle = { x: (a.x + b.x) / 2 + dy / distance * bend, y: (a.y + b.y) / 2 - dx / distance * bend };
  const start = border(a, middle, 0);
  const end = border(b, middle, 5);
  return `M${start.x.toFixed(1)} ${start.y.toFixed(1)} Q${middle.x.toFixed(1)} ${middle.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
}

/** Where the line from a node's middle to a point leaves the node. */
function border(node, point, gap) {
  const [dx, dy] = [point.x - node.x, point.y - node.y];
  const scale = Math.min(
    (node.width / 2 + gap) / Math.max(Math.abs(dx), 0.01), (node.height / 2 + gap) / Math.max(Math.abs(dy), 0.01));
  return { x: node.x + dx * scale, y: node.y + dy * scale };
}
