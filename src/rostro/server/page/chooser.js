// Choosing somebody out of any number of people: a search, a list, and more of it where there is more.
import { problemWords } from "./answers.js";
import { get } from "./api.js";
import { field, h, statusLine } from "./dom.js";
import { number, t } from "./words.js";

const PAGE = 100;

/** Pages of people: `load()` gives the first ones of a search, `load({ more: true })` the ones after those shown. */
export function peoplePages(limit, search) {
  let next = "";
  let shown = 0;
  let asked = 0;

  /** The people of a page, and how many are shown now and match in all; null where a later question was faster. */
  return async function load({ more = false } = {}) {
    const turn = ++asked;
    const query = new URLSearchParams({ search: search(), limit, after: more ? next : "" });
    const found = await get(`/v1/people?${query}`);
    if (turn !== asked) return null;
    shown = (more ? shown : 0) + found.people.length;
    next = found.next;
    return { people: found.people, shown, total: found.total, more: next !== null };
  };
}

/** How many are shown, and of how many: people, or photos. */
export const countWords = ({ shown, total }, what = "people") => {
  if (!total && what === "people") return t("nobody");
  const words = shown < total ? "shownOf" : "total";
  return t(what === "people" ? words : `${words}.${what}`, { shown: number(shown), total: number(total), count: number(total) });
};

/**
 * A search above a list of people. Its `element` goes into a form, where the list is the field `name` with the id of who
 * is chosen; `chosen` is that person or null. `except` (an id) is listed, but cannot be chosen. `load` fills the list.
 */
export function personChooser({ label, name = null, except = null, required = false, onChoose = () => {} }) {
  const search = h("input", { type: "search", autocomplete: "off", input: () => later(), keydown: (event) => enter(event) });
  const count = h("p", { class: "note", "aria-live": "polite" });
  const list = h("select", { name, size: 8, required, class: "people", change: () => onChoose(chosen()) });
  const more = h("button", { type: "button", class: "quiet", hidden: true, click: () => load({ more: true }) }, t("more"));
  const status = statusLine();
  const pages = peoplePages(PAGE, () => search.value);
  const people = new Map();
  let timer;

  const chosen = () => people.get(list.value) ?? null;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(load, 200);
  }

  /** Enter looks for what was typed; it does not send the form that the list is in. */
  function enter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(timer);
    load();
  }

  async function load(which = {}) {
    try {
      const found = await pages(which);
      if (!found) return;
      const kept = list.value;
      if (!which.more) list.replaceChildren();
      for (const person of found.people) people.set(String(person.id), person);
      list.append(...found.people.map(({ id, name: text }) => h("option", { value: id, disabled: id === except }, text)));
      list.value = kept; // or nobody, where they are not listed any more
      more.hidden = !found.more;
      count.textContent = countWords(found);
      status.say("");
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    element: h("div", { class: "chooser" }, field(t("searchPerson"), search), count, field(label, list), more, status.element),
    get chosen() { return chosen(); },
    load,
  };
}

/**
 * A field for a name, new or of somebody who is there: it can be written, or chosen from the list below it.
 * Its `element` goes into a form, where the `input` is the field `name`; `chosen` is who was chosen, or null.
 */
export function nameField({ label, name, required = false }) {
  const input = h("input", { name, autocomplete: "off", maxlength: 200, required });
  const chooser = personChooser({
    label: t("peopleTitle"), onChoose: (person) => { input.value = person?.name ?? ""; },
  });
  const there = h(
    "details",
    { toggle: () => there.open && chooser.load() },
    h("summary", {}, t("somebodyThere")), chooser.element,
  );
  return {
    element: h("div", { class: "named" }, field(label, input), there),
    input,
    get chosen() { return there.open && chooser.chosen?.name === input.value ? chooser.chosen : null; },
  };
}
