"use strict";
// Tables that a click on a heading sorts: numbers the largest first, names from A; the other way round at the next click.
{
  const collator = new Intl.Collator("en", {numeric: true, sensitivity: "base"});

  const value = (row, at) => {
    const cell = row.cells[at];
    const number = cell.querySelector("data");
    return number ? Number(number.value) : cell.textContent;
  };

  const compare = (one, two) => (typeof one === "number" && typeof two === "number" ? one - two : collator.compare(one, two));

  const sort = (table, heading) => {
    const at = heading.cellIndex;
    const first = heading.classList.contains("number") ? "descending" : "ascending";
    const order = heading.ariaSort === first ? (first === "ascending" ? "descending" : "ascending") : first;
    for (const each of heading.parentNode.cells) each.ariaSort = null;
    heading.ariaSort = order;
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows];
    table.tBodies[0].append(...rows.sort((one, two) => sign * compare(value(one, at), value(two, at))));
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    for (const heading of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, heading));
    }
  }
}
