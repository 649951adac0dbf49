// A text field that offers what the bot suggests (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).

import { RefusedError } from "./door.js";
import { el } from "./dom.js";

const TYPING = 200; // ms without a key until the bot is asked

/** Make the field; `suggest(text)` resolves to [{ name, value }], `value()` is the chosen value or the typed text. */
export function suggesting(id, suggest) {
  const list = el("ul", { id: `${id}-list`, role: "listbox", hidden: true, "aria-label": "Suggestions" });
  const aria = { role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" };
  const input = el("input", { id, ...aria });
  const wrong = el("p", { class: "failure", role: "alert", hidden: true });
  const box = { input, list, choices: [], at: -1, chosen: null, asked: 0, timer: 0 };
  const ask = () => asking(box, suggest, wrong);
  input.addEventListener("input", () => {
    box.chosen = null;
    clearTimeout(box.timer);
    box.timer = setTimeout(ask, TYPING);
  });
  input.addEventListener("focus", ask);
  input.addEventListener("blur", () => close(box));
  input.addEventListener("keydown", (event) => onKey(event, box));
  const around = el("div", { class: "suggesting" }, input, list, wrong);
  return { input, around, value: () => (box.chosen ? box.chosen.value : input.value) };
}

/** Ask, and show what comes, unless something else was asked meanwhile. */
async function asking(box, suggest, wrong) {
  const turn = ++box.asked;
  try {
    const choices = await suggest(box.input.value);
    wrong.hidden = true;
    if (turn === box.asked && document.activeElement === box.input) open(box, choices);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    wrong.textContent = `Loading options failed. ${error.message}`;
    wrong.hidden = false;
    close(box);
  }
}

function open(box, choices) {
  Object.assign(box, { choices, at: -1 });
  const option = (choice, index) =>
    el(
      "li",
      { role: "option", id: `${box.list.id}-${index}`, onpointerdown: (event) => pick(box, index, event) },
      choice.name,
    );
  box.list.replaceChildren(...choices.map(option));
  box.list.hidden = choices.length === 0;
  box.input.setAttribute("aria-expanded", String(choices.length > 0));
}

function close(box) {
  box.list.hidden = true;
  box.input.setAttribute("aria-expanded", "false");
  box.input.removeAttribute("aria-activedescendant");
}

function pick(box, index, event) {
  event.preventDefault();
  box.chosen = box.choices[index];
  box.input.value = box.chosen.name;
  close(box);
}

function onKey(event, box) {
  const count = box.list.hidden ? 0 : box.choices.length;
  if (event.key === "Escape" && count) close(box);
  else if (event.key === "Enter" && count && box.at >= 0) pick(box, box.at, event);
  else if (count && event.key === "ArrowDown") move(box, (box.at + 1) % count, event);
  else if (count && event.key === "ArrowUp") move(box, (box.at - 1 + count) % count, event);
}

function move(box, at, event) {
  event.preventDefault();
  box.at = at;
  [...box.list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
  box.input.setAttribute("aria-activedescendant", box.list.children[at].id);
  box.list.children[at].scrollIntoView({ block: "nearest" });
}
