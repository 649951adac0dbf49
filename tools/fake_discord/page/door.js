// The way to the fake behind the stage (the room `control`).

/** What a member cannot do, in the words of the simulated client. */
export class RefusedError extends Error {}

/** Wait for news; null if there is none for a while. */
export async function look(query, signal) {
  const answer = await fetch(`/_fake/view?${new URLSearchParams(query)}`, { signal });
  return answer.status === 204 ? null : contentOf(answer);
}

export async function ask(name, query) {
  return contentOf(await fetch(`/_fake/${name}?${new URLSearchParams(query)}`));
}

export async function act(name, content) {
  return contentOf(await fetch(`/_fake/${name}`, { method: "POST", body: JSON.stringify(content) }));
}

async function contentOf(answer) {
  const content = await answer.json();
  if (!answer.ok) throw new RefusedError(content.what ?? content.error);
  return content;
}
