"use strict";
// Squarified treemaps (Bruls, Huizing, van Wijk, 2000; https://vanwijk.win.tue.nl/stm.pdf): nodes in a rectangle, each
// with an area in proportion to one of its numbers, in rows along the shorter side that go on while they get squarer.
const squarify = (nodes, measure, {x, y, width, height}) => {
  const sized = nodes.filter((node) => node[measure] > 0).sort((one, two) => two[measure] - one[measure]);
  const scale = (width * height) / sized.reduce((sum, node) => sum + node[measure], 0);
  const placed = [];
  let row = [];
  let sum = 0;
  const worst = (total, largest, smallest, side) =>
    Math.max((side * side * largest) / (total * total), (total * total) / (side * side * smallest));
  const flush = () => {
    const upright = width >= height;
    const thick = sum / (upright ? height : width);
    let offset = 0;
    for (const [node, area] of row) {
      const long = area / thick;
      placed.push(
        upright
          ? {node, x, y: y + offset, width: thick, height: long}
          : {node, x: x + offset, y, width: long, height: thick},
      );
      offset += long;
    }
    if (upright) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
    [row, sum] = [[], 0];
  };
  for (const node of sized) {
    const area = node[measure] * scale;
    const side = Math.min(width, height);
    if (row.length && worst(sum + area, row[0][1], area, side) > worst(sum, row[0][1], row.at(-1)[1], side)) flush();
    row.push([node, area]);
    sum += area;
  }
  if (row.length) flush();
  return placed;
};
