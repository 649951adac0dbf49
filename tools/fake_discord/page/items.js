// What there is to read in a channel, as plain data: messages, and what the viewer tried without an answer.

import { nameOf } from "./store.js";
import { parse } from "./text.js";

/** Return messages and attempts, the oldest first, with all names filled in. */
export function itemsOf(view) {
  const messages = view.messages.map((message) => messageItem(message, view));
  const attempts = view.attempts.filter((attempt) => !attempt.source).map((attempt) => attemptItem(attempt, view));
  return [...messages, ...attempts].sort(byAge);
}

/** Ids grow with time; they are too large for numbers. */
const byAge = (one, other) => one.id.length - other.id.length || (one.id < other.id ? -1 : 1);

function messageItem(message, view) {
  return {
    id: message.id,
    used: message.used && usage(message.used, view),
    by: {
      name: message.author.username,
      bot: message.author.bot,
      at: message.timestamp,
      edited: message.edited_timestamp !== null,
    },
    only: message.only_for && nameOf(view, message.only_for),
    content: message.loading ? "loading" : parse(message.content, view),
    embeds: message.embeds.map((embed) => embedItem(embed, view)),
    parts: message.components.map((component) => partItem(component, view)),
    failure: failureOf(view.attempts.find((attempt) => attempt.source === message.id)),
  };
}

function attemptItem(attempt, view) {
  const waits = attempt.state === "new";
  return { id: attempt.id, isAttempt: true, used: usage(attempt.used, view), waits, failure: failureOf(attempt) };
}

/** In the words that members see, and why: which they do not see. */
function failureOf(attempt) {
  if (attempt?.state !== "dead") return null;
  return {
    words: attempt.source ? "This interaction failed" : "The application did not respond",
    why: attempt.failure,
  };
}

function usage({ user_id: user, line, options }, view) {
  const written = options.map(({ name, type, value }) => `${name}: ${optionText(type, value, view)}`);
  return { who: nameOf(view, user), line: [`/${line}`, ...written].join(" ") };
}

function optionText(type, value, view) {
  return namesFor(type, view)?.find((each) => each.id === value)?.name ?? value;
}

/** Return what an option of a type can name, undefined for one that names nothing. */
export function namesFor(type, view, channelTypes) {
  const channels = view.channels.filter((each) => !channelTypes?.length || channelTypes.includes(each.type));
  const roles = view.roles;
  return { 6: view.members, 7: channels, 8: roles, 9: [...view.members, ...roles] }[type];
}

function embedItem({ title, description, fields, footer, author, url }, view) {
  return {
    title,
    url,
    author: author?.name,
    description: parse(description ?? "", view),
    fields: (fields ?? []).map((field) => ({ name: field.name, value: parse(field.value ?? "", view) })),
    footer: footer?.text,
  };
}

const SELECTS = { 5: 6, 6: 8, 7: 9, 8: 7 }; // the type of a select to that of an option that offers the same

/** Return a component with its text parsed and its choices named; what is nested in it, too. */
function partItem(component, view) {
  const item = { ...component };
  if (component.content) item.content = parse(component.content, view);
  if (component.components) item.components = component.components.map((each) => partItem(each, view));
  if (component.accessory) item.accessory = partItem(component.accessory, view);
  if (component.type in SELECTS) item.options = selectOptions(component, view);
  return item;
}

function selectOptions({ type, channel_types: types }, view) {
  return namesFor(SELECTS[type], view, types).map(({ id, name }) => ({ label: name, value: id }));
}
