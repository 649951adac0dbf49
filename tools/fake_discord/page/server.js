// The left side: whose eyes these are, the channels that they see, the roles and who holds them.

import { drawer, el, spoken } from "./dom.js";
import { icon } from "./icons.js";
import { address } from "./store.js";

const CATEGORY = 4;
const VOICE = [2, 13];

export function showServer(store) {
  const name = document.getElementById("server-name");
  const viewers = drawer(document.getElementById("viewers"), drawViewers);
  const tree = drawer(document.getElementById("tree"), drawTree);
  const roles = drawer(document.getElementById("roles"), drawRoles);
  const addresses = drawer(document.getElementById("addresses"), drawAddresses);
  store.subscribe((view) => {
    name.textContent = view.guild.name;
    document.title = `${view.guild.name} · simulated server`;
    const here = view.members.find((member) => member.id === view.viewer).name;
    viewers({ members: view.members, viewer: here, channel: view.channel });
    tree({ channels: view.channels, channel: view.channel, viewer: here });
    roles({ roles: view.roles, members: view.members });
    addresses(view.addresses);
  });
}

function drawViewers({ members, viewer, channel }) {
  return [el("legend", {}, "Seen by"), members.map((member) => viewerChoice(member, viewer, channel))];
}

function viewerChoice({ id, name, bot, owner }, viewer, channel) {
  const choose = () => (location.hash = address(name, channel));
  const radio = {
    type: "radio",
    name: "viewer",
    id: `viewer-${id}`,
    value: name,
    checked: name === viewer,
    onchange: choose,
  };
  const note = (owner && name !== "owner" && "owner") || (bot && "bot");
  return el("label", {}, el("input", radio), el("span", {}, name, note && el("small", {}, ` ${note}`)));
}

function drawTree({ channels, channel, viewer }) {
  const row = (each) => channelRow(each, each.id === channel, viewer);
  const within = (id) => channels.filter((each) => each.parent_id === id && each.type !== CATEGORY);
  const categories = channels.filter((each) => each.type === CATEGORY);
  const known = new Set(categories.map((each) => each.id));
  const alone = channels.filter((each) => each.type !== CATEGORY && !known.has(each.parent_id));
  return [
    alone.length > 0 && el("ul", {}, alone.map(row)),
    categories.map((each) => [
      categoryHead(each),
      el("ul", { "aria-labelledby": `category-${each.id}` }, within(each.id).map(row)),
    ]),
    channels.length === 0 && el("p", { class: "empty" }, "This member sees no channel at all."),
  ];
}

function categoryHead(category) {
  return el(
    "h3",
    { id: `category-${category.id}` },
    icon("category"),
    el("span", {}, category.name),
    category.private && [mark("lock", "private"), spoken(" private")],
  );
}

function channelRow(channel, isHere, viewer) {
  const link = { href: address(viewer, channel.id), id: `channel-${channel.id}`, "aria-current": isHere && "page" };
  const marks = [
    channel.private && ["lock", "private"],
    channel.sight === "reads" && ["readonly", mute(channel)],
  ].filter(Boolean);
  const words = [`${channel.type_name} channel`, ...marks.map(([, words]) => words)].join(", ");
  const name = [icon(channel.type_name), el("span", {}, channel.name), spoken(` ${words}`)];
  return el(
    "li",
    {},
    el(
      "a",
      link,
      name,
      marks.map(([drawing, words]) => mark(drawing, words)),
    ),
  );
}

const mute = ({ type }) => (VOICE.includes(type) ? "no speaking" : "read-only");

const mark = (drawing, words) => el("span", { class: "mark", title: words, "aria-hidden": "true" }, icon(drawing));

function drawRoles({ roles, members }) {
  return el(
    "ul",
    { class: "roles" },
    roles.map((role) => drawRole(role, members)),
  );
}

function drawRole({ name, managed, holders }, members) {
  const names = members.filter((member) => holders.includes(member.id)).map((member) => member.name);
  return el(
    "li",
    {},
    el("span", { class: "role" }, name, managed && el("small", {}, " of the bot")),
    el("span", { class: "holders" }, names.length === members.length ? "all members" : names.join(", ") || "nobody"),
  );
}

function drawAddresses(addresses) {
  return Object.entries(addresses).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value || "nowhere yet")]);
}
