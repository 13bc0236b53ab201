// The photos of somebody: one that is not theirs is moved or forgotten.
import { problemWords } from "./answers.js";
import { get, json } from "./api.js";
import { countWords, nameField } from "./chooser.js";
import { ask, choose, h, statusLine } from "./dom.js";
import { number, t } from "./words.js";

const PAGE = 100;

/** Shows somebody's photos; resolves to a sentence where something was done with one, else to null. */
export async function photosOf(person) {
  const first = await page(person, 0);
  const chosen = await choose({
    title: t("photosOf", person),
    body: (take) => h("div", {}, h("p", { class: "note" }, t("photosHelp")), table(person, first, take)),
    cancel: t("close"),
  });
  return chosen && chosen.does(person, chosen.photo);
}

const page = (person, after) => get(`/v1/people/${person.id}/photos?limit=${PAGE}&after=${after}`);

function table(person, first, take) {
  const row = (photo) => {
    const action = (key, does, kind) => {
      const label = t(`${key}Photo`, { photo: photo.photo });
      return h("button", { type: "button", class: kind, "aria-label": label, click: () => take({ does, photo }) }, t(key));
    };
    return h(
      "tr",
      {},
      h("th", { scope: "row", class: "file" }, photo.photo),
      h("td", {}, number(photo.quality, 2)),
      h("td", {}, h("div", { class: "row" }, action("move", move, "quiet"), action("forget", forget, "quiet danger"))),
    );
  };
  const rows = h("tbody");
  const count = h("p", { class: "note", "aria-live": "polite" });
  const more = h("button", { type: "button", class: "quiet", click: () => load() }, t("more"));
  const status = statusLine();
  let next = 0;

  function add(found) {
    rows.append(...found.photos.map(row));
    next = found.next;
    more.hidden = next === null;
    more.disabled = false;
    count.textContent = countWords({ shown: rows.children.length, total: found.total }, "photos");
  }

  async function load() {
    more.disabled = true;
    try {
      add(await page(person, next));
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  add(first);
  const columns = ["photo", "quality", "actions"].map((key) => h("th", { scope: "col" }, t(key)));
  return h("div", {}, count, h("table", {}, h("thead", {}, h("tr", {}, ...columns)), rows), more, status.element);
}

async function move(person, { photo, sha256 }) {
  const who = nameField({ label: t("moveTo"), name: "to", required: true });
  const body = h("div", {}, h("p", {}, t("moveHelp", { photo })), who.element);
  const answer = await ask({ title: t("movePhoto", { photo }), body, confirm: t("move"), cancel: t("cancel") });
  if (!answer) return null;
  const done = await json("POST", `/v1/people/${person.id}/photos/${sha256}/move`, { name: answer.get("to") });
  return t("moved", { photo, to: done.to });
}

async function forget(person, { photo, sha256 }) {
  const body = h("p", {}, t("forgetHelp", { photo, name: person.name }));
  const title = t("forgetPhoto", { photo });
  const answer = await ask({ title, body, confirm: t("forget"), cancel: t("cancel"), danger: true });
  if (!answer) return null;
  const done = await json("DELETE", `/v1/people/${person.id}/photos/${sha256}`);
  return t("forgotten", { photo: done.forgotten, name: done.of });
}
