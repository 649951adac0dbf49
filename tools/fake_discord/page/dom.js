// Elements without markup: whatever comes from the server goes in as text or as an attribute's value.

/** Make an element. `on…` takes a listener, true an empty attribute; false, null and undefined leave it out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** Text for those who do not see the picture next to it. */
export const spoken = (text) => el("span", { class: "spoken" }, text);

/**
 * Return a function that draws a value into an element, if it is not the value that is there already.
 * Focus stays on the element of the same id; if that is gone, on the nearest thing around it that takes focus.
 */
export function drawer(element, draw) {
  let there;
  const show = (value) => {
    const text = JSON.stringify(value) ?? "";
    if (text === there) return;
    there = text;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    element.replaceChildren(...[draw(value)].flat(Infinity).filter((child) => child != null && child !== false));
    if (focused && !focused.isConnected) focusAgain(element, focused.id);
  };
  return Object.assign(show, { element });
}

function focusAgain(element, id) {
  const same = id && document.getElementById(id);
  (same || element.closest("[tabindex]"))?.focus({ preventScroll: true });
}

/**
 * Return a function that shows a list of items in an element, a child for each, and keeps the children of items that
 * stay: an edit changes what it changed. `make` returns { element, update }, `key` what makes an item the same.
 */
export function keyedList(parent, key, make) {
  const rows = new Map();
  return (items) => {
    const wanted = new Set(items.map(key));
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      rows.delete(id);
    }
    items.forEach((item, index) => {
      if (!rows.has(key(item))) rows.set(key(item), make(item));
      const row = rows.get(key(item));
      if (parent.children[index] !== row.element) parent.insertBefore(row.element, parent.children[index] ?? null);
      row.update?.(item);
    });
  };
}
