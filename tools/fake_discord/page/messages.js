// The middle: a channel's messages. An edit changes the part of a message that it changed, and nothing else moves.

import { drawComponent } from "./components.js";
import { RefusedError } from "./door.js";
import { drawer, el, keyedList } from "./dom.js";
import { icon } from "./icons.js";
import { itemsOf } from "./items.js";
import { draw } from "./text.js";

const NEAR = 60; // pixels from the end that still count as reading along

/** `use` does something with a message's component, and may be refused. */
export function showMessages(store, use) {
  const log = document.getElementById("messages");
  const empty = document.getElementById("message-empty");
  const head = drawer(document.getElementById("channel-head"), drawHead);
  const make = (item) => (item.isAttempt ? attemptRow(item) : messageRow(item, use));
  const list = keyedList(document.getElementById("message-list"), (item) => item.id, make);
  const reader = readingAlong(log);
  let place = "";
  store.subscribe((view) => {
    const now = `${view.viewer} ${view.channel}`;
    if (now !== place) {
      quietly(log);
      reader.atEnd = true;
    }
    place = now;
    const items = itemsOf(view);
    head(view.channels.find((each) => each.id === view.channel) ?? null);
    list(items);
    empty.hidden = items.length > 0;
    empty.textContent = `Nothing to read here yet. ${whatToDo(view)}`;
    reader.follow();
  });
}

function whatToDo({ commands, has_commands: known }) {
  if (commands.length) return `Run a command below, such as /${commands[0].name}: the bot answers here.`;
  return known ? "Look as another member, who may run commands here." : "The bot has yet to tell its commands.";
}

/** Keep the end in sight, whatever grows or shrinks, until somebody scrolls up. */
function readingAlong(log) {
  const reader = {
    atEnd: true,
    follow() {
      if (reader.atEnd) log.scrollTop = log.scrollHeight;
    },
  };
  log.addEventListener("scroll", () => (reader.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR));
  new ResizeObserver(reader.follow).observe(log);
  return reader;
}

/** Read nothing aloud while another channel, or another member's, is being shown. */
function quietly(log) {
  log.setAttribute("aria-live", "off");
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

function drawHead(channel) {
  if (!channel) return el("h2", { id: "channel-title" }, "No channel");
  const title = el("h2", { id: "channel-title" }, icon(channel.type_name), el("span", {}, channel.name));
  return [title, channel.topic && el("p", { class: "topic" }, channel.topic)];
}

function messageRow({ id }, use) {
  const element = el("li", { class: "message", id: `message-${id}`, tabindex: -1 });
  const refusal = drawer(el("div"), drawFailure);
  const press = (kind, content) => pressing(element, refusal, () => use(kind, { message: id, ...content }));
  const parts = partsOf(id, press);
  element.append(...Object.values(parts).map((part) => part.element), refusal.element);
  const update = (item) => {
    for (const [name, part] of Object.entries(parts)) part(item[name]);
    element.classList.toggle("is-private", Boolean(item.only));
  };
  return { element, update };
}

function partsOf(id, press) {
  const part = (className, made) => drawer(el("div", { class: className }), made);
  return {
    used: part("used", drawUsed),
    by: part("by", drawBy),
    content: part("content", (content) => (content === "loading" ? drawThinking() : draw(content))),
    embeds: part("embeds", (embeds) => embeds.map(drawEmbed)),
    parts: part("components", (parts) => parts.map((each) => drawComponent(each, id, press))),
    only: part("only", (name) => name && [icon("lock"), `Only ${name} sees this.`]),
    failure: part("failed", drawFailure),
  };
}

/** Do something once at a time, and show what the client says if it cannot be done. */
async function pressing(element, refusal, work) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  refusal(null);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    refusal({ words: "This cannot be done", why: error.message });
  } finally {
    element.removeAttribute("aria-busy");
  }
}

function attemptRow({ id }) {
  const element = el("li", { class: "message is-private", id: `attempt-${id}`, tabindex: -1 });
  const waiting = () => el("p", { class: "thinking" }, "Sent; the application has not answered yet…");
  const update = drawer(element, ({ used, waits, failure }) => [
    el("div", { class: "used" }, drawUsed(used)),
    waits && waiting(),
    drawFailure(failure),
  ]);
  return { element, update };
}

const drawUsed = (used) => used && [el("strong", {}, used.who), " used ", el("code", {}, used.line)];

function drawBy({ name, bot, at, edited }) {
  const time = new Date(at);
  return [
    el("strong", {}, name),
    bot && el("span", { class: "badge" }, "bot"),
    el("time", { datetime: at, title: time.toLocaleString() }, time.toLocaleTimeString("en-GB")),
    edited && el("small", {}, "edited"),
  ];
}

const drawThinking = () => el("p", { class: "thinking" }, "The application is thinking…");

function drawFailure(failure) {
  return (
    failure && el("p", { class: "failure", role: "alert" }, el("strong", {}, `${failure.words}.`), ` ${failure.why}`)
  );
}

function drawEmbed({ title, url, author, description, fields, footer }) {
  const heading =
    url && /^https?:/.test(url) ? el("a", { href: url, rel: "noreferrer", target: "_blank" }, title) : title;
  return el(
    "div",
    { class: "embed" },
    author && el("p", { class: "muted" }, author),
    title && el("p", {}, el("strong", {}, heading)),
    draw(description),
    fields.length > 0 &&
      el(
        "dl",
        {},
        fields.map(({ name, value }) => [el("dt", {}, name), el("dd", {}, draw(value))]),
      ),
    footer && el("p", { class: "muted" }, footer),
  );
}
