// The table of who sees what: every channel, every member, by the simulation's own arithmetic.

import { drawer, el, spoken } from "./dom.js";

export function showSight(store) {
  const table = drawer(document.getElementById("sight"), drawTable);
  store.subscribe(({ members, sight, viewer }) => table({ members, sight, viewer }));
}

function drawTable({ members, sight, viewer }) {
  const mark = (member) => (member.id === viewer ? "is-viewer" : null);
  const heads = members.map((each) => el("th", { scope: "col", class: mark(each) }, each.name));
  const row = (channel) => {
    const kind = channel.type_name === "category" ? "category" : channel.is_nested && "nested";
    const cells = members.map((each) => cell(meaning(channel, each), mark(each)));
    return el("tr", {}, el("th", { scope: "row", class: kind }, channel.name), cells);
  };
  return [
    el("caption", { class: "spoken" }, "What each member can do in each channel"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Channel"), heads)),
    el("tbody", {}, sight.map(row)),
  ];
}

/** In a category there is nothing to read or write; it is there or not. */
function meaning({ type_name: type, sight }, { id }) {
  return type === "category" && sight[id] !== "hidden" ? "sees" : sight[id];
}

function cell(sight, mark) {
  const words = sight === "hidden" ? [el("span", { "aria-hidden": "true" }, "–"), spoken("hidden")] : sight;
  return el("td", { class: [sight, mark].filter(Boolean).join(" ") }, words);
}
