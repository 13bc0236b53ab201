// A wall of tiles of which only those near the window are in the document, however many there are.
import { h } from "./dom.js";

/** Rows above and below the window that are there, too, so that scrolling and the Tab key always find the next. */
const BEYOND = 3;

/**
 * The wall. `tile(item, place)` makes what stands on one tile: a list item, all of one height.
 * `more()` is asked for items that are in view and not there yet; `widest` is how wide a tile is at least, in rem.
 */
export function wall({ label, tile, more = () => {}, least = 9.5 }) {
  const list = h("ul", { class: "wall", "aria-label": label });
  const shown = new Map(); // place → list item
  let items = [];
  let total = 0;
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
    const probe = tile(items[0], 0);
    probe.style.width = `${(room - gap * (columns - 1)) / columns}px`;
    list.append(probe);
    size = { room, columns, wide: Math.floor((room - gap * (columns - 1)) / columns), high: probe.offsetHeight, gap };
    probe.remove();
  }

  function render() {
    if (!list.isConnected || !items.length) return;
    if (!size) measure();
    const { columns, high, gap } = size;
    const step = high + gap;
    const rows = Math.ceil(total / columns);
    list.style.height = `${Math.max(0, rows * step - gap)}px`;
    const above = -list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / step) - BEYOND) * columns;
    const end = Math.min(total, (Math.ceil((above + innerHeight) / step) + BEYOND) * columns);
    for (const [place, element] of shown) {
      if ((place < first || place >= end) && !element.contains(document.activeElement)) {
        element.remove();
        shown.delete(place);
      }
    }
    for (let place = first; place < Math.min(end, items.length); place += 1) if (!shown.has(place)) put(place, end);
    if (end > items.length && items.length < total) more();
  }

  function put(place, end) {
    const element = tile(items[place], place);
    const { columns, wide: width, high, gap } = size;
    element.style.width = `${width}px`;
    element.style.height = `${high}px`;
    element.style.left = `${(place % columns) * (width + gap)}px`;
    element.style.top = `${Math.floor(place / columns) * (high + gap)}px`;
    element.setAttribute("aria-setsize", total);
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
    get items() { return items; },
    get total() { return total; },
    /** Other items, `all` of which there will be. */
    set(given, all) {
      clear();
      [items, total] = [given, all];
      if (!all) list.style.height = "0";
      render();
    },
    /** More of the same. */
    add(given) {
      items = [...items, ...given];
      render();
    },
    /** Other items in the places of some: `change(item)` gives what stands there now, or null for none. */
    update(change) {
      const [focused] = [...shown].find(([, element]) => element.contains(document.activeElement)) ?? [null];
      const kept = items.map(change).filter(Boolean);
      total -= items.length - kept.length;
      items = kept;
      clear();
      render();
      if (!total) list.style.height = "0";
      if (focused !== null) shown.get(Math.min(focused, total - 1))?.querySelector("button, input")?.focus({ preventScroll: true });
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
