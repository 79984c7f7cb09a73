"use strict";

/**
 * Places nodes: those that talk near each other, senders left of receivers, none upon another. The same graph always
 * looks the same.
 *
 * @param nodes  Gets `x` and `y`; each has a `width` and a `height`, in the same unit.
 * @param edges  `{ source, destination, weight }`, positions in `nodes`; the weight is from 0 to 1.
 * @param ratio  Width by height of what it is shown in.
 */
function layOut(nodes, edges, ratio) {
  const groups = connected(nodes.length, edges);
  for (const group of groups) {
    const place = new Map(group.map((node, i) => [node, i]));
    layOutGroup(group.map((node) => nodes[node]), edges.filter((edge) => place.has(edge.source))
      .map((edge) => ({ ...edge, source: place.get(edge.source), destination: place.get(edge.destination) })), ratio);
  }
  pack(groups.map((group) => group.map((node) => nodes[node])), ratio);
}

/** Groups of nodes between which there is no edge, in the order of their first nodes. */
function connected(count, edges) {
  const leader = Array.from({ length: count }, (_, i) => i);
  const find = (node) => {
    while (leader[node] !== node) node = leader[node] = leader[leader[node]];
    return node;
  };
  for (const { source, destination } of edges) {
    const [a, b] = [find(source), find(destination)];
    leader[Math.max(a, b)] = Math.min(a, b);
  }
  const groups = new Map();
  for (let node = 0; node < count; node++) {
    const first = find(node);
    if (!groups.has(first)) groups.set(first, []);
    groups.get(first).push(node);
  }
  return [...groups.values()];
}

function layOutGroup(nodes, edges, ratio) {
  const ranks = rankNodes(nodes.length, edges);
  const columns = [];
  ranks.forEach((rank, i) => (columns[rank] ??= []).push(i));
  const stand = columns.filter((column) => column);
  let x = 0;
  for (const column of stand) {
    const width = Math.max(...column.map((i) => nodes[i].width));
    column.forEach((node, place) => {
      nodes[node].x = x + width / 2;
      nodes[node].y = (place - (column.length - 1) / 2) * 60;
    });
    x += width + 56;
  }
  // More nodes in a column look better around what they talk to.
  const columnLimit = Math.max(3, Math.min(7, Math.round(11 / ratio)));
  if (stand.every((column) => column.length <= columnLimit)) straighten(nodes, edges, stand);
  else spread(nodes, edges, Math.max(1.2, 1.1 * ratio));
  for (let round = 0; round < 80 && separate(nodes); round++);
  for (const [i, node] of nodes.entries()) clear(node, nodes.slice(0, i));
}

/** Moves a node to the nearest place where it lies upon none of the others, for which moving them apart was not enough. */
function clear(node, others) {
  const isFree = (x, y) => others.every((other) =>
    Math.abs(x - other.x) >= (node.width + other.width) / 2 + 6 || Math.abs(y - other.y) >= (node.height + other.height) / 2 + 6);
  const { x, y } = node;
  for (let step = 0; !isFree(node.x, node.y); step++) {
    // On a spiral around where it was.
    node.x = x + 4 * Math.sqrt(step) * Math.cos(step * 2.4) * 1.7;
    node.y = y + 4 * Math.sqrt(step) * Math.sin(step * 2.4);
  }
}

/** Moves nodes up or down within their columns, towards those that they talk to. */
function straighten(nodes, edges, columns) {
  for (let round = 0; round < 24; round++) {
    const wishes = nodes.map(() => []);
    for (const { source, destination } of edges) {
      if (source === destination) continue;
      wishes[source].push(nodes[destination].y);
      wishes[destination].push(nodes[source].y);
    }
    for (const column of columns) {
      for (const i of column) {
        if (!wishes[i].length) continue;
        nodes[i].y = (nodes[i].y + wishes[i].reduce((sum, y) => sum + y, 0) / wishes[i].length) / 2;
      }
      const middle = column.reduce((sum, i) => sum + nodes[i].y, 0) / column.length;
      column.sort((a, b) => nodes[a].y - nodes[b].y || a - b);
      column.forEach((i, place) => {
        const above = nodes[column[place - 1]];
        if (above) nodes[i].y = Math.max(nodes[i].y, above.y + (above.height + nodes[i].height) / 2 + 18);
      });
      const shift = middle - column.reduce((sum, i) => sum + nodes[i].y, 0) / column.length;
      for (const i of column) nodes[i].y += shift;
    }
  }
}

/** Lets nodes push each other away, and edges pull them together, in what is `stretch` times as wide as high. */
function spread(nodes, edges, stretch) {
  nodes.forEach((node, i) => {
    // On a spiral, a golden angle apart, so that no two begin at one place.
    node.x = 36 * Math.sqrt(i) * Math.cos(i * 2.4) * stretch;
    node.y = 36 * Math.sqrt(i) * Math.sin(i * 2.4);
  });
  const rounds = 250;
  for (let round = 0; round < rounds; round++) {
    const moves = nodes.map(() => ({ x: 0, y: 0 }));
    repel(nodes, moves, stretch);
    for (const edge of edges) attract(nodes, moves, edge, stretch);
    nodes.forEach((node, i) => {
      const length = Math.hypot(moves[i].x, moves[i].y) || 1;
      const step = Math.min(length, 24 * (1 - round / rounds) + 1) / length;
      node.x += moves[i].x * step;
      node.y += moves[i].y * step;
    });
  }
}

/** Puts groups of nodes into rows, the largest first, so that all of them together are as wide as `ratio` asks for. */
function pack(groups, ratio) {
  const gap = 36;
  const boxes = groups.map((nodes) => {
    const left = Math.min(...nodes.map((node) => node.x - node.width / 2));
    const top = Math.min(...nodes.map((node) => node.y - node.height / 2));
    const width = Math.max(...nodes.map((node) => node.x + node.width / 2)) - left + gap;
    const height = Math.max(...nodes.map((node) => node.y + node.height / 2)) - top + gap;
    return { nodes, left, top, width, height };
  });
  boxes.sort((a, b) => b.height - a.height);
  const area = boxes.reduce((sum, box) => sum + box.width * box.height, 0);
  const wide = Math.max(Math.sqrt(area * ratio) * 1.3, ...boxes.map((box) => box.width));
  let [x, y, high] = [0, 0, 0];
  for (const box of boxes) {
    if (x > 0 && x + box.width > wide) [x, y, high] = [0, y + high, 0];
    for (const node of box.nodes) {
      node.x += x - box.left;
      node.y += y - box.top;
    }
    x += box.width;
    high = Math.max(high, box.height);
  }
}

/** How many steps a node is behind those that send to it, as far as the sending goes in no circle. */
function rankNodes(count, edges) {
  const ranks = new Array(count).fill(0);
  for (let round = 0; round < Math.min(count, 8); round++) {
    let isChanged = false;
    for (const { source, destination, isBack } of edges) {
      if (source === destination || isBack || ranks[destination] > ranks[source]) continue;
      ranks[destination] = Math.min(ranks[source] + 1, 8);
      isChanged = true;
    }
    if (!isChanged) break;
  }
  return ranks;
}

function repel(nodes, moves, stretch) {
  for (let a = 0; a < nodes.length; a++) {
    for (let b = a + 1; b < nodes.length; b++) {
      const x = (nodes[a].x - nodes[b].x) / stretch;
      const y = nodes[a].y - nodes[b].y || 0.1;
      const square = Math.max(x * x + y * y, 16);
      if (square > 160_000) continue;
      const force = 1500 / square;
      moves[a].x += x * force; moves[a].y += y * force;
      moves[b].x -= x * force; moves[b].y -= y * force;
    }
  }
}

function attract(nodes, moves, { source, destination, weight }, stretch) {
  if (source === destination) return;
  const [a, b] = [nodes[source], nodes[destination]];
  const x = b.x - a.x;
  const y = b.y - a.y;
  // As far apart in either direction as the nodes are wide and high.
  const distance = Math.hypot(2 * x / (1 + stretch), y) || 1;
  const force = (distance - 105) * (0.02 + 0.03 * weight) / distance;
  moves[source].x += x * force; moves[source].y += y * force;
  moves[destination].x -= x * force; moves[destination].y -= y * force;
}

/** Moves nodes off each other; whether any had to. */
function separate(nodes) {
  let isMoved = false;
  for (let a = 0; a < nodes.length; a++) {
    for (let b = a + 1; b < nodes.length; b++) {
      const x = nodes[b].x - nodes[a].x;
      const y = nodes[b].y - nodes[a].y;
      const overX = (nodes[a].width + nodes[b].width) / 2 + 14 - Math.abs(x);
      const overY = (nodes[a].height + nodes[b].height) / 2 + 14 - Math.abs(y);
      if (overX <= 0 || overY <= 0) continue;
      isMoved = true;
      if (overX < overY) {
        nodes[a].x -= Math.sign(x || 1) * overX / 2; nodes[b].x += Math.sign(x || 1) * overX / 2;
      } else {
        nodes[a].y -= Math.sign(y || 1) * overY / 2; nodes[b].y += Math.sign(y || 1) * overY / 2;
      }
    }
  }
  return isMoved;
}
