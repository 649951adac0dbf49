// Buttons, selects and layout in messages (https://docs.discord.com/developers/components/reference).

import { el } from "./dom.js";
import { draw } from "./text.js";

const ROW = 1;
const BUTTON = 2;
const SECTION = 9;
const TEXT = 10;
const SEPARATOR = 14;
const CONTAINER = 17;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const LINK = 5;

/** Draw a component of a message; `press(kind, content)` is what using it does. */
export function drawComponent(component, message, press) {
  const inner = () => (component.components ?? []).map((each) => drawComponent(each, message, press));
  switch (component.type) {
    case ROW:
      return el("div", { class: "row" }, inner());
    case BUTTON:
      return component.style === LINK ? drawLink(component) : drawButton(component, message, press);
    case SECTION:
      return el(
        "div",
        { class: "section" },
        el("div", {}, inner()),
        drawComponent(component.accessory, message, press),
      );
    case TEXT:
      return el("div", {}, draw(component.content ?? []));
    case SEPARATOR:
      return el("hr");
    case CONTAINER:
      return el("div", { class: "embed" }, inner());
    default:
      return component.custom_id ? drawSelect(component, message, press) : unknown(component);
  }
}

const unknown = ({ type }) =>
  el("p", { class: "muted" }, `A component of type ${type}, which this page does not draw.`);

const labelOf = ({ label, emoji }) => [emoji?.name, label].filter(Boolean).join(" ") || "(no label)";

function drawButton(button, message, press) {
  const attributes = {
    type: "button",
    class: STYLES[button.style] ?? "secondary",
    id: `part-${message}-${button.id}`,
    disabled: button.disabled,
    onclick: () => press("press", { button: button.custom_id }),
  };
  return el("button", attributes, labelOf(button));
}

function drawLink(button) {
  const isWeb = /^https?:\/\//.test(button.url);
  if (!isWeb) return el("span", { class: "muted" }, `${labelOf(button)}: ${button.url}`);
  return el("a", { class: "button", href: button.url, rel: "noreferrer", target: "_blank" }, labelOf(button));
}

/** Draw a select with a button of its own: with the keyboard one passes over choices without meaning them. */
function drawSelect(select, message, press) {
  const { min_values: least = 1, max_values: most = 1 } = select;
  const title = select.placeholder ?? "Choose";
  const options = select.options.map((each) => el("option", { value: each.value, selected: each.default }, each.label));
  const attributes = {
    id: `part-${message}-${select.id}`,
    multiple: most > 1,
    disabled: select.disabled,
    "aria-label": title,
  };
  const box = el("select", attributes, most === 1 && el("option", { value: "" }, title), options);
  const choose = () => {
    const values = [...box.selectedOptions].map((each) => each.value).filter(Boolean);
    const fits = least <= values.length && values.length <= most;
    box.setCustomValidity(fits ? "" : `Choose ${least === most ? least : `${least} to ${most}`}.`);
    if (box.reportValidity()) press("choose", { select: select.custom_id, values });
  };
  box.addEventListener("change", () => box.setCustomValidity(""));
  return el(
    "div",
    { class: "row" },
    box,
    el("button", { type: "button", class: "secondary", disabled: select.disabled, onclick: choose }, "Choose"),
  );
}
