// What was uncertain, one face after another: confirmed, corrected or ignored, by keyboard or by hand.
import { fileOf, letterOf, tellProblem } from "./albumfaces.js";
import { problemWords } from "./answers.js";
import { get, json } from "./api.js";
import { nameField } from "./chooser.js";
import { ask, h, statusLine } from "./dom.js";
import { facePictures } from "./facepictures.js";
import { number, t } from "./words.js";

const PAGE = 50;
/** How many people are offered besides the one that is suggested. */
const OTHERS = 2;
/** Keys that mean something while a face is focused → what. */
const KEYS = { j: "next", ArrowDown: "next", k: "before", ArrowUp: "before", Enter: "confirm", i: "ignore", c: "correct" };

export function view() {
  const status = statusLine();
  const pictures = facePictures();
  const count = h("p", { class: "note", "aria-live": "polite" });
  const list = h("ol", { class: "queue", "aria-label": t("reviewQueue"), keydown: (event) => key(event) });
  const more = h("button", { type: "button", class: "quiet", hidden: true, click: () => load({ more: true }) }, t("more"));
  const keys = h("p", { class: "note keys" }, t("reviewKeys"));
  const found = h("div", { hidden: true }, keys, count, list, more);
  let waiting = 0; // how many are left on the server

  async function load({ more: on = false } = {}) {
    try {
      const last = list.lastElementChild?.dataset.item; // which still waits; `next` may be settled meanwhile
      const query = new URLSearchParams({ limit: PAGE, ...(on && last ? { after: last } : {}) });
      const answer = await get(`/v1/review?${query}`);
      waiting = answer.total;
      found.hidden = false;
      if (!on) list.replaceChildren();
      list.append(...answer.items.map(card));
      more.hidden = answer.next === null;
      tell();
      if (!on) list.firstChild?.focus({ preventScroll: true });
    } catch (problem) {
      tellProblem(problem, status);
    }
  }

  function tell() {
    count.textContent = waiting ? t("reviewCount", { count: number(waiting) }) : t("reviewEmpty");
    keys.hidden = !list.children.length;
  }

  function card(item) {
    const who = item.suggested;
    const others = (who ? item.candidates : []).filter(({ id }) => id !== who?.id).slice(0, OTHERS);
    const does = { confirm: () => confirm(item, entry), correct: () => correct(item, entry), ignore: () => ignore(item, entry) };
    const button = (action, kind, label) => h("button", { type: "button", class: kind, click: does[action] }, label);
    const question = who ? t("reviewIs", { name: who.name }) : t(`review.${item.reason}.who`);
    const entry = h("li", { class: "card", tabindex: -1, focus: () => current(entry) },
      pictures.frame(item.picture, letterOf(who?.name)),
      h("div", { class: "stack" },
        h("b", { class: "name" }, question),
        h("span", { class: "note" }, [
          t(`review.${item.reason}`), item.faces > 1 && t("facesFound", { count: item.faces }),
          who && t("similarity", { value: number(who.similarity, 3) }),
        ].filter(Boolean).join(" · ")),
        h("span", { class: "file note", title: item.photo }, fileOf(item.photo))),
      h("div", { class: "row" },
        who ? button("confirm", "main", t("confirmIt")) : null,
        ...others.map(({ name }) => h("button", { type: "button", class: "quiet", click: () => become(item, entry, name) }, t("perhaps", { name }))),
        button("correct", "quiet", t(who ? "correctIt" : "giveName")), button("ignore", "quiet", t("ignore"))));
    entry.does = does;
    entry.dataset.item = item.id;
    return entry;
  }

  /** One card at a time can be reached by Tab: the one that was focused last. */
  function current(entry) {
    for (const other of list.children) other.tabIndex = other === entry ? 0 : -1;
  }

  function key(event) {
    const entry = event.target.closest(".card");
    const meant = KEYS[event.key];
    if (!entry || !meant || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== entry && (meant === "confirm" || event.target.matches("input, select"))) return; // Enter presses a button
    event.preventDefault();
    if (meant === "next") entry.nextElementSibling?.focus();
    else if (meant === "before") entry.previousElementSibling?.focus();
    else entry.does[meant]();
  }

  async function settle(item, entry, document, sentence) {
    entry.inert = true;
    try {
      await json("POST", `/v1/review/${item.id}`, document);
    } catch (problem) {
      entry.inert = false;
      return status.say(problemWords(problem), "error");
    }
    const after = entry.nextElementSibling ?? entry.previousElementSibling;
    entry.remove();
    waiting -= 1;
    tell();
    status.say(sentence, "yes");
    if (after) after.focus();
    else if (waiting > 0) await load();
  }

  function confirm(item, entry) {
    if (!item.suggested) return correct(item, entry);
    const { name } = item.suggested;
    return settle(item, entry, { action: "confirm", name }, t("reviewConfirmed", { name }));
  }

  const ignore = (item, entry) => settle(item, entry, { action: "ignore" }, t("reviewIgnored"));

  async function correct(item, entry) {
    const who = nameField({ label: t("name"), name: "name", required: true });
    const answer = await ask({ title: t("reviewWho"), body: who.element, confirm: t("save"), cancel: t("cancel") });
    const name = answer?.get("name").trim();
    if (!name) return entry.focus();
    return become(item, entry, name);
  }

  const become = (item, entry, name) => settle(item, entry, { action: "correct", name }, t("reviewConfirmed", { name }));

  load();
  return {
    title: t("reviewTitle"),
    element: h("div", {}, h("p", {}, t("reviewHelp")), status.element, found),
    close: () => pictures.close(),
  };
}
