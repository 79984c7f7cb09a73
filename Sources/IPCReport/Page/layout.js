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

/** Puts nodes that are all connected into columns, by how many steps they are behind those that send. */
function layOutGroup(nodes, edges, ratio) {
  const ranks = rankNodes(nodes.length, edges);
  const byRank = [];
  ranks.forEach((rank, i) => (byRank[rank] ??= []).push(i));
  // As high as all of them should be, and some more, for not every column is full.
  const limit = Math.max(3, Math.min(12, Math.round(2.5 * Math.sqrt(nodes.length / ratio))));
  const columns = byRank.filter((column) => column).flatMap((column) => parts(column, limit));
  let x = 0;
  for (const column of columns) {
    const width = Math.max(...column.map((i) => nodes[i].width));
    column.forEach((node, place) => {
      nodes[node].x = x + width / 2;
      nodes[node].y = (place - (column.length - 1) / 2) * 60;
    });
    x += width + 56;
  }
  straighten(nodes, edges, columns);
}

/** Parts of a list, as few as have no more than so many members, and of about one size. */
function parts(list, limit) {
  const size = Math.ceil(list.length / Math.ceil(list.length / limit));
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
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
