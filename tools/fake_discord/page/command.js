// The box that runs commands: those that are offered to the viewer here, with their options.

import { RefusedError } from "./door.js";
import { drawer, el } from "./dom.js";
import { optionField } from "./fields.js";

const GROUPS = [1, 2];

/** `run(line, options)` and `suggest(line, options, option, text)` ask the bot, and may be refused. */
export function showCommands(store, run, suggest) {
  const form = document.getElementById("command");
  const way = document.getElementById("reach");
  new IntersectionObserver(([{ isIntersecting }]) => (way.hidden = isIntersecting)).observe(form);
  let box = null;
  const rebuild = drawer(form, ({ commands, empty }) => {
    box = commands.length ? commandBox(commands, run, suggest) : null;
    return box ? box.element : el("p", { class: "empty" }, empty);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box?.send();
  });
  store.subscribe((view) => {
    rebuild({ viewer: view.viewer, commands: view.commands.flatMap((each) => linesOf(each)), empty: whyNone(view) });
    box?.refresh(view);
  });
}

function whyNone(view) {
  if (!view.has_commands) return "No command is registered yet: the bot has to tell them first.";
  const viewer = view.members.find((member) => member.id === view.viewer);
  return viewer.bot ? "Bots do not run commands." : `No command is offered to ${viewer.name} here.`;
}

/** Return the lines that a command can be run by: itself, or each of its subcommands. */
function linesOf({ name, description, options = [] }, before = "") {
  const line = `${before}${name}`;
  if (options.some((each) => GROUPS.includes(each.type))) return options.flatMap((each) => linesOf(each, `${line} `));
  return [{ line, description, options }];
}

function commandBox(commands, run, suggest) {
  const choice = el(
    "select",
    { id: "command-line" },
    commands.map((each) => el("option", {}, each.line)),
  );
  const about = el("p", { class: "hint", id: "command-about" });
  choice.setAttribute("aria-describedby", about.id);
  const holder = el("div", { class: "fields" });
  const outcome = el("p", { class: "outcome", role: "status" });
  const box = { fields: [], view: null, busy: false };
  const pick = () => {
    const { line, options, description } = commands[choice.selectedIndex];
    about.textContent = description;
    box.fields = options.map((each) =>
      optionField(each, (text) => suggest(line, given(box, each.name), each.name, text)),
    );
    holder.replaceChildren(...box.fields.map((each) => each.element));
    say(outcome, "");
    if (box.view) refresh(box.view);
  };
  const refresh = (view) => {
    box.view = view;
    for (const field of box.fields) field.refresh(view);
  };
  choice.addEventListener("change", pick);
  pick();
  const head = el("div", { class: "line-choice" }, el("label", { for: choice.id }, "Command"), choice, about);
  const submit = el("button", { type: "submit", class: "primary", id: "command-send" }, "Send");
  const element = el("div", {}, head, holder, el("div", { class: "row" }, submit, outcome));
  const send = () => sending(box, outcome, () => run(commands[choice.selectedIndex].line, given(box)));
  return { element, refresh, send };
}

/** Return what was filled in, by name; without one option, and what is not valid, if that is still being typed. */
function given(box, typing) {
  const fields = box.fields.filter((each) => !typing || (each.name !== typing && each.input.validity.valid));
  return Object.fromEntries(fields.map((each) => [each.name, each.value()]).filter(([, value]) => value !== undefined));
}

async function sending(box, outcome, work) {
  if (box.busy) return;
  box.busy = true;
  say(outcome, "Sent; waiting for the application…");
  try {
    const { state, failure } = await work();
    if (state === "dead") say(outcome, `The application did not respond: ${failure}`, "failure");
    else say(outcome, state === "deferred" ? "The application is at work on it." : "The application has answered.");
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    say(outcome, error.message, "failure");
  } finally {
    box.busy = false;
  }
}

function say(outcome, words, kind = "") {
  outcome.textContent = words;
  outcome.className = `outcome ${kind}`;
}
