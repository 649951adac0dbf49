// Tabs with arrow keys (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/).

export function tabs(list) {
  const every = [...list.querySelectorAll("[role=tab]")];
  const select = (chosen) => {
    for (const tab of every) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
  };
  list.addEventListener("click", ({ target }) => target.closest("[role=tab]") && select(target.closest("[role=tab]")));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = every.at((every.indexOf(document.activeElement) + step) % every.length);
    select(next);
    next.focus();
  });
}
