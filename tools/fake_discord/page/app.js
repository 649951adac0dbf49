// The page: parts that each show some of the store, and what people do, handed to the fake.

import { showCommands } from "./command.js";
import { RefusedError, act } from "./door.js";
import { follow } from "./live.js";
import { showMessages } from "./messages.js";
import { modalDialog } from "./modal.js";
import { showServer } from "./server.js";
import { showSight } from "./sight.js";
import { createStore, nameOf } from "./store.js";
import { tabs } from "./tabs.js";
import { showWire } from "./wire.js";

const store = createStore();

/** Do something as the member through whose eyes the page sees; a form that the bot opens is shown. */
async function use(kind, content) {
  const { view } = store.state;
  const outcome = await act(kind, { as: nameOf(view, view.viewer), literal: true, ...content });
  if (outcome.modal) openModal(outcome);
  return outcome;
}

const within = () => store.state.view.channel;
const openModal = modalDialog((interaction, values) => use("submit", { interaction, values }));
const run = (line, options) => use("command", { line, options, within: within() });

async function suggest(line, options, option, text) {
  const { state, failure, choices } = await use("type", { line, options, option, text, within: within() });
  if (state === "dead") throw new RefusedError(failure);
  return choices;
}

showServer(store);
showMessages(store, use);
showCommands(store, run, suggest);
showWire(store);
showSight(store);
tabs(document.getElementById("tabs"));
const connection = document.getElementById("connection");
store.onAny(({ connected }) => {
  connection.textContent = connected ? "" : "The simulation does not answer. Trying again…";
});
await follow(store);
