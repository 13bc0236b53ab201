// Who is enrolled: search, photos, rename, merge, erase.
import { problemWords } from "./answers.js";
import { json, picture } from "./api.js";
import { countWords, peoplePages, personChooser } from "./chooser.js";
import { ask, field, h, statusLine } from "./dom.js";
import { photosOf } from "./photos.js";
import { portrait } from "./whoami.js";
import { number, t } from "./words.js";

const PAGE = 50;

export function view() {
  const search = h("input", { type: "search", autocomplete: "off", input: () => later() });
  const status = statusLine();
  const count = h("p", { class: "note", "aria-live": "polite" });
  const rows = h("tbody");
  const more = h("button", { type: "button", class: "quiet", hidden: true, click: () => load({ more: true }) }, t("more"));
  const columns = ["name", "templates", "actions"].map((key) => h("th", { scope: "col" }, t(key)));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...columns)), rows);
  const pages = peoplePages(PAGE, () => search.value);
  let timer;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(load, 200);
  }

  async function load(which = {}) {
    try {
      const found = await pages(which);
      if (!found) return;
      if (!which.more) rows.replaceChildren();
      rows.append(...found.people.map(row));
      table.hidden = !found.total;
      more.hidden = !found.more;
      count.textContent = countWords(found);
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  function row(person) {
    const who = h("div", { class: "who" }, portrait(person.name), person.name);
    // a picture that is gone meanwhile leaves the letter
    picture(person).then((address) => address && who.firstChild.replaceWith(portrait(person.name, address))).catch(problemWords);
    const action = (key, does, kind) =>
      h("button", { type: "button", class: kind, "aria-label": t(`${key}Who`, person), click: () => act(does, person) }, t(key));
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, who),
      h("td", {}, number(person.templates)),
      h("td", {}, h("div", { class: "row" },
        action("rename", rename, "quiet"), action("merge", merge, "quiet"),
        action("photos", photosOf, "quiet"), action("erase", erase, "quiet danger"))),
    );
  }

  async function act(does, person) {
    try {
      const sentence = await does(person);
      if (!sentence) return;
      await load();
      status.say(sentence, "yes");
      search.focus();
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  load();
  return {
    title: t("peopleTitle"),
    element: h("div", {}, field(t("search"), search), status.element, count, table, more),
    close: () => clearTimeout(timer),
  };
}

async function rename(person) {
  const input = h("input", { name: "to", value: person.name, maxlength: 200, required: true, autocomplete: "off" });
  const title = t("renameWho", person);
  const answer = await ask({ title, body: field(t("newName"), input), confirm: t("rename"), cancel: t("cancel") });
  if (!answer) return null;
  const done = await json("PATCH", `/v1/people/${person.id}`, { name: answer.get("to") });
  return t("renamed", { name: done.renamed, to: done.to });
}

async function merge(person) {
  const chooser = personChooser({ label: t("into"), name: "into", except: person.id, required: true });
  const body = h("div", {}, h("p", {}, t("mergeHelp", person)), chooser.element);
  chooser.load();
  const answer = await ask({ title: t("mergeWho", person), body, confirm: t("merge"), cancel: t("cancel") });
  if (!answer?.get("into")) return null;
  const done = await json("POST", `/v1/people/${person.id}/merge`, { into: Number(answer.get("into")) });
  return t("merged", { name: done.merged, to: done.into });
}

async function erase(person) {
  const body = h("p", {}, t("eraseHelp", { name: person.name, count: person.templates }));
  const title = t("eraseWho", person);
  const answer = await ask({ title, body, confirm: t("erase"), cancel: t("cancel"), danger: true });
  if (!answer) return null;
  const done = await json("DELETE", `/v1/people/${person.id}`);
  return t("erased", { name: done.removed });
}
