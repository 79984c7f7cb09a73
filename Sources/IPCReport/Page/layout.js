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
  const columns = Math.max(1, Math.ceil(Math.sqrt(nodes.length * ratio / 2)));
  const ranks = rankNodes(nodes.length, edges);
  const inRank = new Map();
  nodes.forEach((node, i) => {
    const place = inRank.get(ranks[i]) ?? 0;
    inRank.set(ranks[i], place + 1);
    node.x = ranks[i] * 190 + (place % 2) * 12;
    node.y = (place - (place % 2 ? -1 : 1) * place / 2) * 62 + (i % columns);
  });
  const rounds = nodes.length > 80 ? 150 : 300;
  for (let round = 0; round < rounds; round++) {
    const heat = 1 - round / rounds;
    const moves = nodes.map(() => ({ x: 0, y: 0 }));
    repel(nodes, moves);
    for (const edge of edges) attract(nodes, moves, edge);
    nodes.forEach((node, i) => {
      moves[i].x -= node.x * 0.002;
      moves[i].y -= node.y * 0.004 * ratio;
      const length = Math.hypot(moves[i].x, moves[i].y) || 1;
      const step = Math.min(length, 24 * heat + 1) / length;
      node.x += moves[i].x * step;
      node.y += moves[i].y * step;
    });
  }
  for (let round = 0; round < 60 && separate(nodes); round++);
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

function repel(nodes, moves) {
  for (let a = 0; a < nodes.length; a++) {
    for (let b = a + 1; b < nodes.length; b++) {
      // Labels are wider than high, so nodes may come nearer above each other.
      const x = (nodes[a].x - nodes[b].x) / 1.7;
      const y = nodes[a].y - nodes[b].y || 0.1;
      const square = Math.max(x * x + y * y, 16);
      if (square > 160_000) continue;
      const force = 2600 / square;
      moves[a].x += x * force; moves[a].y += y * force;
      moves[b].x -= x * force; moves[b].y -= y * force;
    }
  }
}

function attract(nodes, moves, { source, destination, weight, isBack }) {
  if (source === destination) return;
  const [a, b] = [nodes[source], nodes[destination]];
  const x = b.x - a.x;
  const y = b.y - a.y;
  const distance = Math.hypot(x, y) || 1;
  const force = (distance - 150) * (0.02 + 0.03 * weight) / distance;
  // A sender that stands right of its receiver is moved to the left.
  const flow = isBack ? 0 : Math.max(0, 120 - x) * 0.03;
  moves[source].x += x * force - flow; moves[source].y += y * force;
  moves[destination].x -= x * force - flow; moves[destination].y -= y * force;
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
