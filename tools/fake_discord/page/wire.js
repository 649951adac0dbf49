// The log of HTTP exchanges in both directions; bodies are fetched when somebody opens one.

import { ask } from "./door.js";
import { drawer, el, keyedList } from "./dom.js";

export function showWire(store) {
  const list = document.getElementById("wire");
  const count = document.getElementById("wire-count");
  const empty = document.getElementById("wire-empty");
  const filter = document.getElementById("wire-filter");
  const violations = drawer(document.getElementById("violations"), drawViolations);
  const rows = keyedList(list, (exchange) => `${exchange.number} ${exchange.at}`, makeRow);
  filter.addEventListener("change", () => (list.dataset.show = filter.value));
  store.subscribe((view, { exchanges }) => {
    violations({ violations: view.violations, unfaithful: view.unfaithful });
    rows(exchanges.toReversed());
    count.textContent = String(exchanges.at(-1)?.number ?? 0);
    empty.hidden = exchanges.length > 0;
  });
}

function drawViolations({ violations, unfaithful }) {
  return [
    box("violation of Discord's rules by the bot", "violations of Discord's rules by the bot", violations),
    box("fault of the simulation itself", "faults of the simulation itself", unfaithful),
  ];
}

function box(one, many, found) {
  if (!found.length) return false;
  const title = `${found.length} ${found.length === 1 ? one : many}`;
  return el(
    "div",
    { class: "failure", role: "alert" },
    el("strong", {}, title),
    el(
      "ul",
      {},
      found.map((each) => el("li", {}, each)),
    ),
  );
}

function makeRow(exchange) {
  const { number, towards, broken } = exchange;
  const failed = !isGood(exchange) || broken.length > 0;
  const bodies = el("div", { class: "bodies" });
  const show = drawer(bodies, drawBodies);
  const details = el("details", {}, el("summary", { id: `exchange-${number}` }, drawLine(exchange)), bodies);
  details.addEventListener("toggle", async () => details.open && show(await ask("exchange", { number })), {
    once: true,
  });
  return { element: el("li", { "data-towards": towards, "data-failed": failed }, details) };
}

/** Whether it was answered as it should be: a request with a forged signature has to be refused. */
const isGood = ({ status, expected }) => (expected ? status === expected : status >= 200 && status < 400);

function drawLine(exchange) {
  const { number, towards, method, path, operation, status, ms, fault, broken, code, expected } = exchange;
  const good = isGood(exchange);
  const outcome = status === 0 ? "no answer" : `${status}${code ? ` (${code})` : ""}`;
  return [
    el("span", { class: "number" }, String(number)),
    el("strong", { class: "what" }, `${method} `, breakable(operation || "unknown")),
    el("span", { class: good ? "status good" : "status bad" }, outcome),
    el("span", { class: "ms" }, `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`),
    el("span", { class: "path" }, towards === "bot" ? "Discord → bot " : "bot → Discord ", shortened(path)),
    expected > 0 && el("span", { class: "badge" }, good ? `${expected}, as it has to be` : `${expected} was expected`),
    fault && el("span", { class: "badge bad" }, fault),
    broken.length > 0 &&
      el("span", { class: "badge bad" }, broken.length === 1 ? "violation" : `${broken.length} violations`),
  ];
}

/** Let a name with underscores go on in the next line. */
const breakable = (name) => name.split(/(?<=_)/).flatMap((part) => [part, el("wbr")]);

/** Leave out of a path what all have, and of ids all but the end; it is there in full when the row is opened. */
const shortened = (path) => path.replace(/^\/api\/v\d+/, "").replace(/\d{12,}(\d{4})/g, "…$1");

function drawBodies({ at, method, path, asked, answered, broken }) {
  const head = `${new Date(at * 1000).toLocaleTimeString("en-GB")} ${method} ${path}`;
  const violations = broken.map((each) => el("p", { class: "failure" }, each));
  return [el("p", { class: "muted" }, head), violations, body("Request", asked), body("Answer", answered)];
}

function body(title, content) {
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  return [
    el("h3", {}, title),
    content === null ? el("p", { class: "empty" }, "no body") : el("pre", { tabindex: 0 }, text),
  ];
}
