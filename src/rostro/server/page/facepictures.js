// Pictures of faces that are kept on the server: fetched when they are in view and scrolling rests, a few at a time.
import { pictureAt, Problem } from "./api.js";
import { h } from "./dom.js";

const AT_ONCE = 4;
/** Pictures that are held; the ones longest unseen go. */
const HELD = 400;
/** Milliseconds without scrolling before pictures are asked for, and between two of them when many were asked for: a
 *  server takes so many requests a second of one client, and what people do comes first. */
const [REST, PACE] = [80, 30];
/** So many come without a pause. */
const BURST = 80;

export function facePictures() {
  const held = new Map(); // path → address
  const missing = new Set(); // paths of which none is kept
  let waiting = []; // {path, holder}
  let running = 0;
  let credit = BURST;
  let counted = performance.now();
  let timer = 0;
  let closed = false;

  /** A place for a picture; `letter` stands there until it comes, and where none is kept. */
  function frame(path, letter) {
    const holder = h("span", { class: "picture", "aria-hidden": "true" }, letter);
    if (path && held.has(path)) put(holder, path);
    else if (path && !missing.has(path)) {
      waiting.push({ path, holder });
      rest();
    }
    return holder;
  }

  function rest() {
    clearTimeout(timer);
    timer = setTimeout(next, REST);
  }

  function next() {
    waiting = waiting.filter(({ holder }) => holder.isConnected);
    const now = performance.now();
    credit = Math.min(BURST, credit + (now - counted) / PACE);
    counted = now;
    while (waiting.length && running < AT_ONCE && credit >= 1) {
      credit -= 1;
      fetchOne(waiting.shift());
    }
    clearTimeout(timer);
    if (waiting.length && running < AT_ONCE) timer = setTimeout(next, PACE * Math.max(1, 1 - credit));
  }

  async function fetchOne({ path, holder }) {
    running += 1;
    try {
      const address = held.get(path) ?? (await pictureAt(path));
      if (closed) return URL.revokeObjectURL(address);
      held.set(path, address);
      put(holder, path);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.kind === "too-many-requests") {
        credit = -1000 / PACE; // a second later
        waiting.push({ path, holder });
      } else missing.add(path); // the letter stays
    } finally {
      running -= 1;
      if (!closed) next();
    }
  }

  function put(holder, path) {
    const address = held.get(path);
    held.delete(path); // so that it is the last one to go
    held.set(path, address);
    holder.replaceChildren(h("img", { src: address, alt: "", draggable: "false" }));
    for (const [old, its] of held) {
      if (held.size <= HELD) break;
      held.delete(old);
      URL.revokeObjectURL(its);
    }
  }

  return {
    frame,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const address of held.values()) URL.revokeObjectURL(address);
    },
  };
}
