// A wall of tiles of which only those near the window are in the document, however many there are.
import { h } from "./dom.js";

/** Rows above and below the window that are there, too, so that scrolling and the Tab key always find the next. */
const BEYOND = 3;
/** Rows above and below those whose items are asked for when all in view are there. */
const AHEAD = 12;

/**
 * The wall. `tile(item, place)` makes what stands on one tile: a list item, all of one height.
 * `more(place)` is asked for the item of a place that is in view and not there yet; `least` is how wide a tile is at
 * least, in rem.
 */
export function wall({ label, tile, more = () => {}, least = 9.5 }) {
  const list = h("ul", { class: "wall", "aria-label": label });
  const shown = new Map(); // place → list item
  let items = []; // as long as the wall; those that are not there yet are holes
  let size = null; // of the tiles: {columns, wide, high}
  let frame = 0;

  const wide = new ResizeObserver(() => resize());
  wide.observe(list);
  addEventListener("scroll", later, { passive: true });

  function later() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      render();
    });
  }

  function resize() {
    const room = list.clientWidth;
    if (!room || size?.room === room) return;
    size = null;
    clear();
    render();
  }

  /** How large tiles are: as wide as fits, as high as the first one is. */
  function measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const room = list.clientWidth;
    const gap = 0.75 * rem;
    const columns = Math.max(2, Math.floor((room + gap) / (least * rem + gap)));
    const probe = tile(items.find(Boolean), 0);
    probe.style.width = `${(room - gap * (columns - 1)) / columns}px`;
    list.append(probe);
    size = { room, columns, wide: Math.floor((room - gap * (columns - 1)) / columns), high: probe.offsetHeight, gap };
    probe.remove();
  }

  function render() {
    if (!list.isConnected || !items.some(Boolean)) return;
    if (!size) measure();
    const { columns, high, gap } = size;
    const step = high + gap;
    const rows = Math.ceil(items.length / columns);
    list.style.height = `${Math.max(0, rows * step - gap)}px`;
    const above = -list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / step) - BEYOND) * columns;
    const end = Math.min(items.length, (Math.ceil((above + innerHeight) / step) + BEYOND) * columns);
    for (const [place, element] of shown) {
      const out = place < first || place >= end;
      const filled = place in items && element.classList.contains("empty");
      if (filled || (out && !element.contains(document.activeElement))) {
        element.remove();
        shown.delete(place);
      }
    }
    let missing = null;
    for (let place = first; place < end; place += 1) {
      if (!(place in items)) missing ??= place;
      if (!shown.has(place)) put(place, end);
    }
    missing ??= ahead(first, end);
    if (missing !== null) more(missing);
  }

  /** The nearest place that is soon in view and whose item is not there yet, or null. */
  function ahead(first, end) {
    const most = AHEAD * size.columns;
    for (let far = 0; far < most; far += 1) {
      if (end + far < items.length && !(end + far in items)) return end + far;
      if (first - far > 0 && !(first - far - 1 in items)) return first - far - 1;
    }
    return null;
  }

  function put(place, end) {
    const element = place in items ? tile(items[place], place) : h("li", { class: "tile empty", "aria-hidden": "true" });
    const { columns, wide: width, high, gap } = size;
    element.style.width = `${width}px`;
    element.style.height = `${high}px`;
    element.style.left = `${(place % columns) * (width + gap)}px`;
    element.style.top = `${Math.floor(place / columns) * (high + gap)}px`;
    element.setAttribute("aria-setsize", items.length);
    element.setAttribute("aria-posinset", place + 1);
    let next = place + 1;
    while (next < end && !shown.has(next)) next += 1;
    list.insertBefore(element, shown.get(next) ?? null);
    shown.set(place, element);
  }

  function clear() {
    for (const element of shown.values()) element.remove();
    shown.clear();
  }

  return {
    element: list,
    get total() { return items.length; },
    /** Other items, the first ones of `all` that there will be. */
    set(given, all) {
      clear();
      items = [...given];
      items.length = all;
      if (!all) list.style.height = "0";
      render();
    },
    /** More of the same, from a place on, and how many there are by now. They are drawn with the next frame, when whoever
     *  gave them can give more. */
    fill(from, given, all) {
      for (const [index, item] of given.entries()) items[from + index] = item;
      items.length = all;
      later();
    },
    draw: later,
    /** The place of the item with an id, or -1. */
    find: (id) => items.findIndex((item) => item?.id === id),
    /** The item of a place, if it is there. */
    get: (place) => items[place],
    /** Other items in the places of some: `change(item)` gives what stands there now, or null for none. */
    update(change) {
      const [focused] = [...shown].find(([, element]) => element.contains(document.activeElement)) ?? [null];
      const kept = [];
      for (let place = 0; place < items.length; place += 1) {
        const item = place in items && change(items[place]);
        if (item) kept.push(item);
        else if (item === false) kept.length += 1; // a hole stays one
      }
      items = kept;
      clear();
      render();
      if (!items.length) list.style.height = "0";
      if (focused !== null) shown.get(Math.min(focused, items.length - 1))?.querySelector("button, input")?.focus({ preventScroll: true });
    },
    /** What is not in view is asked for again, since the order is another one now. */
    forget() {
      const there = items;
      items = [];
      items.length = there.length;
      for (const place of shown.keys()) if (there[place]) items[place] = there[place];
    },
    /** The tile of a place, if it is in the document. */
    at: (place) => shown.get(place) ?? null,
    close() {
      wide.disconnect();
      removeEventListener("scroll", later);
      cancelAnimationFrame(frame);
    },
  };
}
