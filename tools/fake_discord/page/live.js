// Following the fake: one request is always under way, and is answered when something is new.

import { look } from "./door.js";
import { chosen } from "./store.js";

const SHORTEST = 50; // ms between two answers, so that a burst of changes is drawn once
const AGAIN = 1000;
const MOST = 500;

export async function follow(store) {
  let heard = -1;
  let running = new AbortController();
  addEventListener("hashchange", () => {
    if (!new URLSearchParams(location.hash.slice(1)).has("viewer")) return; // the skip link
    store.set(chosen());
    heard = -1;
    running.abort();
  });
  for (;;) {
    running = new AbortController();
    const { viewer, channel, exchanges } = store.state;
    const after = exchanges.at(-1)?.number ?? 0;
    try {
      const view = await look({ viewer, channel, after, heard }, running.signal);
      if (running.signal.aborted) continue;
      if (view) heard = take(store, view);
      else store.set({ connected: true });
      await pause(SHORTEST);
    } catch (error) {
      if (running.signal.aborted) continue;
      if (!(error instanceof TypeError)) throw error; // fetch's for no connection
      heard = -1;
      store.set({ connected: false });
      await pause(AGAIN);
    }
  }
}

/** Keep what is new, and return the count that was heard; all is new from a fake that was started again. */
function take(store, view) {
  const before = store.state.view;
  const isAnother = before !== null && before.guild.id !== view.guild.id;
  const exchanges = isAnother ? [] : [...store.state.exchanges, ...view.exchanges].slice(-MOST);
  store.set({ view, exchanges, connected: true });
  return isAnother ? -1 : view.heard;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
