// The page's only state: what was chosen, what the server last told, and whether it still answers.

export function createStore() {
  let state = { ...chosen(), view: null, exchanges: [], connected: true };
  const listeners = [];
  return {
    get state() {
      return state;
    },
    set(changes) {
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state);
    },
    /** Call `listener` now, if there is a view, and after every change. */
    subscribe(listener) {
      const heard = (state) => state.view && listener(state.view, state);
      listeners.push(heard);
      heard(state);
    },
    onAny(listener) {
      listeners.push(listener);
    },
  };
}

/** Read the choice from the address, where it can be kept, shared and gone back to. */
export function chosen() {
  const hash = new URLSearchParams(location.hash.slice(1));
  return { viewer: hash.get("viewer") ?? "gm", channel: hash.get("channel") ?? "" };
}

export const address = (viewer, channel) => `#${new URLSearchParams({ viewer, channel: channel ?? "" })}`;

export const nameOf = (view, id) => view.members.find((member) => member.id === id)?.name ?? "somebody";
