"use strict";
// The map of a layer's files: rectangles in rectangles, by size, nested as far as there is room.
// One level takes part in the keyboard's order; what lies deeper is drawn, and can be clicked.
{
  const HEADER = 19;
  const FRAME = 2;
  const SMALLEST = 20;
  const {kinds, root} = JSON.parse(document.getElementById("layer-data").textContent);
  const map = document.getElementById("map");
  const ring = document.createElement("div");
  ring.id = "ring";
  ring.setAttribute("aria-hidden", "true");
  const about = document.getElementById("about");
  const state = {folder: root, measure: "size", current: null, keyboard: false};

  const prepare = (node, parent) => {
    node.parent = parent;
    node.path = parent && parent.path ? `${parent.path}/${node.name}` : parent ? node.name : "";
    if (!node.children) return;
    node.files = 0;
    node.size = 0;
    node.zipped = 0;
    for (const child of node.children) {
      prepare(child, node);
      node.files += child.files ?? 1;
      node.size += child.size;
      node.zipped += child.zipped;
    }
  };

  const bytes = (count) => {
    const [unit, factor] = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, each]) => count >= 0.9995 * each) ?? ["B", 1];
    return `${Number((count / factor).toPrecision(3))} ${unit}`;
  };

  const share = (part, whole) => {
    const percent = whole ? (100 * part) / whole : 0;
    return percent && percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(1)} %`;
  };

  const changeOf = (node) => {
    if (!node.children) return node.change ?? "";
    node.altered ??= node.children.some(changeOf) ? "changed" : "";
    return node.altered;
  };

  const MARKS = {added: "+ ", changed: "~ "};

  const describe = (node) => {
    const parts = [`${bytes(node.size)} unzipped (${share(node.size, root.size)})`, `${bytes(node.zipped)} zipped`];
    if (node.children) parts.push(`${node.files} ${node.files === 1 ? "file" : "files"}`);
    else parts.push(kinds[node.kind]);
    if (node.package) parts.push(`of ${node.package}`);
    if (node.change) parts.push(node.change);
    const name = document.createElement("code");
    name.textContent = node.path || root.name;
    about.replaceChildren(name, ` ${parts.join(" · ")}`);
  };

  // In parts of the map, so that it is as wide as the paper where it is printed.
  const move = (element, {x, y, width, height}) =>
    Object.assign(element.style, {
      left: `${(100 * x) / map.clientWidth}%`,
      top: `${(100 * y) / map.clientHeight}%`,
      width: `${(100 * width) / map.clientWidth}%`,
      height: `${(100 * height) / map.clientHeight}%`,
    });

  const tile = ({node, x, y, width, height}, depth) => {
    const made = document.createElement("div");
    made.className = node.children ? "tile folder" : "tile file";
    made.node = node;
    made.place = {x, y, width, height};
    if (node.kind) made.dataset.kind = node.kind;
    if (changeOf(node)) made.dataset.change = changeOf(node);
    move(made, made.place);
    if (depth) made.setAttribute("aria-hidden", "true");
    else identify(made, node);
    if (hasLabel({node, width, height})) made.append(...label(node, width, height));
    return made;
  };

  // A folder with a label needs room for what is in it besides.
  const hasLabel = ({node, width, height}) => width >= 34 && height >= (node.children ? 2 * HEADER : 15);

  const identify = (made, node) => {
    made.setAttribute("role", "treeitem");
    made.tabIndex = -1;
    const what = node.children ? `folder with ${node.files} ${node.files === 1 ? "file" : "files"}` : kinds[node.kind];
    const change = changeOf(node) ? `, ${changeOf(node)}` : "";
    const part = share(node[state.measure], state.folder[state.measure]);
    // It begins with what is seen: who speaks to a computer says that.
    made.setAttribute("aria-label", `${shown(node)} ${bytes(node[state.measure])}, ${what}, ${part}${change}`);
    if (node.children) made.setAttribute("aria-expanded", "false");
  };

  const shown = (node) => `${map.dataset.colours === "change" ? (MARKS[changeOf(node)] ?? "") : ""}${node.name}`;

  const label = (node, width, height) => {
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = shown(node);
    const size = document.createElement("span");
    size.className = "size";
    size.textContent = bytes(node[state.measure]);
    const both = node.children ? width >= 110 : height >= 32 && width >= 52;
    return both ? [name, " ", size] : [name];
  };

  const place = (folder, rectangle, depth, into) => {
    for (const placed of squarify(folder.children, state.measure, rectangle)) {
      const {node, x, y, width, height} = placed;
      if (depth && width * height < SMALLEST) continue;
      into.push(tile(placed, depth));
      if (!node.children || Math.min(width, height) < 4 * FRAME) continue;
      const top = hasLabel(placed) ? HEADER : FRAME;
      const inner = {x: x + FRAME, y: y + top, width: width - 2 * FRAME, height: height - top - FRAME};
      place(node, inner, depth + 1, into);
    }
  };

  const tiles = () => [...map.querySelectorAll("[role=treeitem]")];

  const choose = (chosen, focus) => {
    for (const each of tiles()) each.tabIndex = each === chosen ? 0 : -1;
    state.current = chosen?.node ?? null;
    if (chosen) move(ring, chosen.place);
    if (chosen && focus) chosen.focus({preventScroll: false});
    describe(state.current ?? state.folder);
  };

  const crumbs = () => {
    const way = [];
    for (let node = state.folder; node; node = node.parent) way.unshift(node);
    document.getElementById("crumbs").replaceChildren(
      ...way.map((node) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.textContent = node.name;
        link.href = address(node);
        if (node === state.folder) link.setAttribute("aria-current", "location");
        item.append(link);
        return item;
      }),
    );
  };

  const draw = () => {
    const made = [];
    place(state.folder, {x: 0, y: 0, width: map.clientWidth, height: map.clientHeight}, 0, made);
    map.replaceChildren(...made, ring);
    const {name, [state.measure]: size} = state.folder;
    map.setAttribute("aria-label", `${name}: ${bytes(size)} ${state.measure === "size" ? "unzipped" : "zipped"}`);
    crumbs();
  };

  const address = (node) => `#/${node.path.split("/").map(encodeURIComponent).join("/")}`;

  const within = (node, ancestor) => node === ancestor || (node.parent && within(node.parent, ancestor));

  // Show another folder; the address says which, so that going back in the browser works and a place can be linked.
  const show = (folder) => {
    const before = state.folder;
    const from = tiles().find((each) => within(folder, each.node));
    state.folder = folder;
    draw();
    const came = tiles().find((each) => within(before, each.node));
    choose(came ?? tiles()[0], state.keyboard);
    state.keyboard = false;
    if (from) grow(from.place);
    else if (came) grow(came.place, true);
  };

  const grow = ({x, y, width, height}, backwards = false) => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const [across, down] = [width / map.clientWidth, height / map.clientHeight];
    const start = backwards
      ? {transform: `scale(${Math.min(3, 1 / across)}, ${Math.min(3, 1 / down)}) translate(${-x}px, ${-y}px)`}
      : {transform: `translate(${x}px, ${y}px) scale(${across}, ${down})`};
    map.animate([{...start, opacity: 0.4}, {transform: "none", opacity: 1}], {
      duration: 160,
      easing: "ease-out",
    });
  };

  const go = (folder, keyboard) => {
    if (!folder || folder === state.folder) return;
    state.keyboard = keyboard;
    location.hash = address(folder);
  };

  const find = (hash) => {
    let found = null;
    const search = (node) => {
      if (node.children && address(node) === hash) found = node;
      else if (!found && node.children) node.children.forEach(search);
    };
    if (hash.startsWith("#/")) search(root);
    return found;
  };

  // The tile that a straight way in one direction meets first; where none is, the map's edge is.
  const beyond = (from, across, down) => {
    const {x, y, width, height} = from.place;
    const [middle, centre] = [x + width / 2, y + height / 2];
    const distance = (each) => {
      const {place: other} = each;
      const [byX, byY] = [other.x + other.width / 2 - middle, other.y + other.height / 2 - centre];
      const gap = across ? (across > 0 ? other.x - x - width : x - other.x - other.width)
        : down > 0 ? other.y - y - height : y - other.y - other.height;
      if (gap < -0.5) return Infinity;
      const aside = across ? Math.max(0, Math.abs(byY) - other.height / 2) : Math.max(0, Math.abs(byX) - other.width / 2);
      return gap + 2 * aside;
    };
    const near = tiles().filter((each) => each !== from).map((each) => [distance(each), each]);
    const [best] = near.filter(([far]) => far < Infinity).sort(([one], [two]) => one - two);
    return best?.[1] ?? from;
  };

  const keys = {
    ArrowRight: (at) => beyond(at, 1, 0),
    ArrowLeft: (at) => beyond(at, -1, 0),
    ArrowDown: (at) => beyond(at, 0, 1),
    ArrowUp: (at) => beyond(at, 0, -1),
    PageDown: (at) => tiles()[tiles().indexOf(at) + 1] ?? at,
    PageUp: (at) => tiles()[tiles().indexOf(at) - 1] ?? at,
    Home: () => tiles()[0],
    End: () => tiles().at(-1),
  };

  map.addEventListener("keydown", (event) => {
    const at = event.target.closest("[role=treeitem]");
    if (!at || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in keys) choose(keys[event.key](at), true);
    else if (event.key === "Enter" || event.key === " ") go(at.node.children && at.node, true);
    else if (event.key === "Escape" || event.key === "Backspace") go(state.folder.parent, true);
    else return;
    event.preventDefault();
  });

  map.addEventListener("click", (event) => {
    const node = event.target.closest(".tile")?.node;
    if (node) go(node.children ? node : node.parent, false);
  });

  map.addEventListener("pointerover", (event) => {
    const node = event.target.closest(".tile")?.node;
    if (node) describe(node);
  });
  map.addEventListener("pointerleave", () => describe(state.current ?? state.folder));
  map.addEventListener("focusin", (event) => choose(event.target.closest("[role=treeitem]"), false));

  const redraw = () => {
    const kept = state.current;
    const focused = map.contains(document.activeElement);
    draw();
    choose(tiles().find((each) => each.node === kept) ?? tiles()[0], focused);
  };

  const pressed = (name, act) => {
    for (const input of document.getElementsByName(name)) {
      input.addEventListener("change", () => {
        act(input.value);
        redraw();
      });
    }
  };

  pressed("measure", (value) => (state.measure = value));
  pressed("colours", (value) => (map.dataset.colours = value));
  addEventListener("hashchange", () => {
    const folder = location.hash.length > 1 ? find(location.hash) : begin(root);
    if (folder) show(folder);
  });

  // Where nearly all is in one folder, as in python/, that is where to begin.
  const begin = (folder) => {
    const only = folder.children.find((child) => child.children && child.size > 0.98 * folder.size);
    return only ? begin(only) : folder;
  };

  prepare(root, null);
  document.getElementById("explorer").hidden = false;
  state.folder = find(location.hash) ?? begin(root);
  redraw(); // before anybody can come by keyboard: the observer is only told with the next frame
  new ResizeObserver(redraw).observe(map);
}
