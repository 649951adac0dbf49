// The form that a bot may open: up to five texts to fill in.

import { RefusedError } from "./door.js";
import { el } from "./dom.js";

const TEXT_INPUT = 4;
const TEXT = 10;
const PARAGRAPH = 2;

/** Return a function that opens the form of an interaction; `submit(interaction, values)` sends it off. */
export function modalDialog(submit) {
  const dialog = document.getElementById("modal");
  return ({ id, modal }) => {
    const inputs = modal.components.flatMap(inputsOf);
    const wrong = el("p", { class: "failure", role: "alert", hidden: true });
    const send = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(
        inputs.filter((each) => each.input).map(({ name, input }) => [name, input.value]),
      );
      try {
        await submit(id, values);
        dialog.close();
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        wrong.textContent = error.message;
        wrong.hidden = false;
      }
    };
    dialog.replaceChildren(drawForm(modal.title, inputs, wrong, send, () => dialog.close()));
    dialog.showModal();
  };
}

function drawForm(title, inputs, wrong, send, cancel) {
  const buttons = [
    el("button", { type: "submit", class: "primary" }, "Submit"),
    el("button", { type: "button", class: "secondary", onclick: cancel }, "Cancel"),
  ];
  return el(
    "form",
    { onsubmit: send, autocomplete: "off" },
    el("h2", { id: "modal-title" }, title),
    inputs.map((each) => each.element),
    wrong,
    el("div", { class: "row" }, buttons),
  );
}

/** Return what a component of a form comes to: rows and labels with a text input, and plain text. */
function inputsOf(component) {
  if (component.type === TEXT) return [{ element: el("p", {}, component.content) }];
  const inner = component.component ? [component.component] : (component.components ?? []);
  return inner.filter((each) => each.type === TEXT_INPUT).map((each) => inputOf(each, component));
}

function inputOf(input, around) {
  const attributes = {
    id: `modal-${input.custom_id}`,
    required: input.required !== false,
    minlength: input.min_length,
    maxlength: input.max_length ?? 4000,
    placeholder: input.placeholder,
  };
  const field = el(input.style === PARAGRAPH ? "textarea" : "input", attributes);
  field.value = input.value ?? "";
  const label = [input.label ?? around.label, around.description && el("small", {}, ` ${around.description}`)];
  return { name: input.custom_id, input: field, element: el("label", { class: "field" }, label, field) };
}
