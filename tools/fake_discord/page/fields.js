// The fields of a command's options (https://docs.discord.com/developers/interactions/application-commands).

import { el } from "./dom.js";
import { namesFor } from "./items.js";
import { suggesting } from "./suggest.js";

const STRING = 3;
const INTEGER = 4;
const BOOLEAN = 5;
const NUMBER = 10;

/**
 * Make the field of an option: { name, element, input, value, refresh }. `value()` is undefined where nothing was given;
 * `refresh(view)` brings up to date what there is to choose from. `suggest(text)` asks the bot for choices.
 */
export function optionField(option, suggest) {
  const id = `option-${option.name}`;
  const made = make(option, id, suggest);
  made.input.required = Boolean(option.required);
  const label = el("label", { for: id }, option.name, !option.required && el("small", {}, " optional"));
  const hint = el("p", { class: "hint", id: `${id}-hint` }, option.description);
  made.input.setAttribute("aria-describedby", hint.id);
  const element = el("div", { class: "field" }, label, made.around ?? made.input, hint);
  return { name: option.name, element, refresh: () => {}, ...made };
}

function make(option, id, suggest) {
  if (option.autocomplete) return autocompleted(option, id, suggest);
  if (option.choices?.length) return chosen(id, option, option.choices);
  if (option.type === BOOLEAN)
    return chosen(id, option, [
      { name: "yes", value: true },
      { name: "no", value: false },
    ]);
  if (option.type === STRING) return typed(id, { maxlength: option.max_length ?? 6000, minlength: option.min_length });
  if (option.type === INTEGER || option.type === NUMBER) return counted(id, option);
  return named(id, option);
}

function typed(id, attributes) {
  const input = el("input", { id, ...attributes });
  return { input, value: () => input.value || undefined };
}

function counted(id, { type, min_value: min, max_value: max }) {
  const input = el("input", { id, type: "number", min, max, step: type === INTEGER ? 1 : "any" });
  return { input, value: () => (input.value === "" ? undefined : Number(input.value)) };
}

function autocompleted({ type }, id, suggest) {
  const { input, around, value } = suggesting(id, suggest);
  const isText = type === STRING;
  return { input, around, value: () => (value() === "" ? undefined : isText ? String(value()) : Number(value())) };
}

function chosen(id, { required }, choices) {
  const none = el("option", { value: "" }, required ? "choose…" : "not given");
  const input = el(
    "select",
    { id },
    none,
    choices.map((each, index) => el("option", { value: index }, each.name)),
  );
  return { input, value: () => (input.value === "" ? undefined : choices[input.value].value) };
}

/** Make a choice among members, channels or roles, which come and go. */
function named(id, option) {
  const input = el("select", { id });
  let there = "";
  const refresh = (view) => {
    const names = namesFor(option.type, view, option.channel_types) ?? [];
    const now = JSON.stringify(names.map((each) => [each.id, each.name]));
    if (now === there) return;
    there = now;
    const before = input.value;
    const none = el("option", { value: "" }, option.required ? "choose…" : "not given");
    input.replaceChildren(none, ...names.map((each) => el("option", { value: each.id }, titleOf(each))));
    input.value = names.some((each) => each.id === before) ? before : "";
  };
  return { input, refresh, value: () => input.value || undefined };
}

const titleOf = ({ name, bot, type_name: type }) => (bot ? `${name} (bot)` : type ? `${name} (${type})` : name);
