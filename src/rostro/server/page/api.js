// The server's REST interface, with the key of this tab.

const KEY = "rostro-key";

// Where the server is: above the folder of this file, whatever prefix a proxy puts before both.
const BASE = new URL("../", import.meta.url);

/** The address of a path of the server, which begins with a slash as the server's documents have it. */
const addressOf = (path) => new URL(path.slice(1), BASE);

/** The WebSocket of a path of the server. */
export function openSocket(path) {
  const address = addressOf(path);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address);
}

export const apiKey = () => sessionStorage.getItem(KEY);

export function setApiKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

/** A problem document, thrown. `kind` is the last part of its type. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail);
    this.kind = document.type.split(":").pop();
    this.failed = document.failed ?? [];
  }
}

async function send(path, options = {}) {
  const headers = { ...(apiKey() ? { Authorization: `Bearer ${apiKey()}` } : {}), ...options.headers };
  let response;
  try {
    response = await fetch(addressOf(path), { ...options, headers });
  } catch {
    throw new Problem({ type: "offline", detail: "offline" });
  }
  if (response.ok) return response;
  const document = await response.json().catch(() => null);
  throw new Problem(document?.type ? document : { type: "busy", detail: response.statusText });
}

export const get = async (path) => (await send(path)).json();

/** A form: values that are arrays are sent as several fields of that name. */
export async function post(path, values) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) form.append(name, item);
  }
  return (await send(path, { method: "POST", body: form })).json();
}

export async function json(method, path, document) {
  const body = document && { body: JSON.stringify(document), headers: { "Content-Type": "application/json" } };
  return (await send(path, { method, ...body })).json();
}

/** A picture of a person as a local address, or null. */
export async function picture(person) {
  if (!person?.picture) return null;
  return pictureAt(`/v1/people/${person.id}/picture`);
}

/** A picture of the server as a local address; who asked for it revokes that. */
export async function pictureAt(path) {
  return URL.createObjectURL(await (await send(path)).blob());
}

export async function personNamed(name) {
  const found = await get(`/v1/people?name=${encodeURIComponent(name)}`);
  return found.people[0] ?? null;
}
