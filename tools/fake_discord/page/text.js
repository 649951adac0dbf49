// Message text: the markup that clients show, first as plain data with names filled in, then as elements.

import { el } from "./dom.js";
import { address, nameOf } from "./store.js";

const LINK = String.raw`https?:\/\/[^\s<>)]+`;
const RULES = [
  [/^\\([^\p{L}\p{N}\s])/u, (found) => found[1]],
  [/^`([^`]+)`/, (found) => ({ tag: "code", inner: [found[1]] })],
  [/^\*\*([^]+?)\*\*(?!\*)/, nested("strong")],
  [/^__([^]+?)__/, nested("u")],
  [/^~~([^]+?)~~/, nested("s")],
  [/^\*([^*\s](?:[^*]*[^*\s])?)\*/, nested("em")],
  [/^_([^_\s](?:[^_]*[^_\s])?)_(?![\p{L}\p{N}])/u, nested("em")],
  [/^<@!?(\d+)>/, (found, view) => mention(`@${nameOf(view, found[1])}`)],
  [/^<@&(\d+)>/, (found, view) => mention(roleName(view, found[1]))],
  [/^<#(\d+)>/, (found, view) => channelMention(view, found[1])],
  [/^<t:(-?\d{1,12})(?::[tTdDfFRsS])?>/, (found, view) => moment(Number(found[1]), view.now)],
  [new RegExp(String.raw`^\[([^\]]+)\]\((${LINK})\)`), (found) => ({ tag: "a", href: found[2], inner: [found[1]] })],
  [new RegExp(`^${LINK}`), (found) => ({ tag: "a", href: found[0], inner: [found[0]] })],
];
const PLAIN = /^(?:[^\\`*_~<[h]+|[^])/;

function nested(tag) {
  return (found, view) => ({ tag, inner: inline(found[1], view) });
}

/** The name of @everyone has its sign already. */
const roleName = (view, id) =>
  `@${(view.roles.find((role) => role.id === id)?.name ?? "deleted role").replace(/^@/, "")}`;

const mention = (text) => ({ tag: "mention", inner: [text] });

function channelMention(view, id) {
  const channel = view.channels.find((each) => each.id === id);
  if (!channel) return mention("#no access");
  const name = channel.type === 4 ? channel.name : `#${channel.name}`;
  return { tag: "mention", inner: [name], href: address(nameOf(view, view.viewer), id) };
}

function moment(seconds, now) {
  const away = Math.round(seconds - now);
  const [size, unit] = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ].find(([size]) => Math.abs(away) >= size) ?? [1, "second"];
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(away / size), unit);
  return { tag: "time", at: new Date(seconds * 1000).toISOString(), inner: [words] };
}

function inline(text, view) {
  const parts = [];
  for (let rest = text; rest;) {
    const [length, part] = next(rest, view);
    if (typeof part === "string" && typeof parts.at(-1) === "string") parts.push(parts.pop() + part);
    else parts.push(part);
    rest = rest.slice(length);
  }
  return parts;
}

function next(rest, view) {
  for (const [pattern, made] of RULES) {
    const found = pattern.exec(rest);
    if (found) return [found[0].length, made(found, view)];
  }
  const plain = PLAIN.exec(rest)[0];
  return [plain.length, plain];
}

/** Return a message's text as a list of blocks: { kind: "line" | "item" | "code", depth?, inner }. */
export function parse(content, view) {
  return content.split(/(```[^]*?```)/).flatMap((part) => {
    if (/^```[^]*```$/.test(part)) return [{ kind: "code", inner: [part.slice(3, -3).replace(/^\w*\n/, "")] }];
    return part
      ? part
          .replace(/^\n|\n$/g, "")
          .split("\n")
          .map((line) => block(line, view))
      : [];
  });
}

function block(line, view) {
  const item = /^( *)[-*] (.*)$/.exec(line);
  if (item) return { kind: "item", depth: Math.min(Math.floor(item[1].length / 2), 2), inner: inline(item[2], view) };
  return { kind: "line", inner: inline(line, view) };
}

/** Turn what `parse` returned into elements. */
export const draw = (blocks) => blocks.map(drawBlock);

function drawBlock({ kind, depth, inner }) {
  if (kind === "code") return el("pre", {}, inner);
  return el("p", { class: kind === "item" ? `item depth-${depth}` : "line" }, inner.map(drawPart));
}

function drawPart(part) {
  if (typeof part === "string") return part;
  const inner = part.inner.map(drawPart);
  if (part.tag === "a") return el("a", { href: part.href, rel: "noreferrer", target: "_blank" }, inner);
  if (part.tag === "time") return el("time", { datetime: part.at, title: part.at }, inner);
  if (part.tag === "mention") return el(part.href ? "a" : "span", { class: "mention", href: part.href }, inner);
  return el(part.tag, {}, inner);
}
