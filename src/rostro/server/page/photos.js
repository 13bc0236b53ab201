// The photos of somebody: one that is not theirs is moved or forgotten.
import { get, json } from "./api.js";
import { ask, choose, field, h } from "./dom.js";
import { number, t } from "./words.js";

/** Shows somebody's photos; resolves to a sentence where something was done with one, else to null. */
export async function photosOf(person) {
  const { photos } = await get(`/v1/people/${person.id}/photos`);
  const chosen = await choose({
    title: t("photosOf", person),
    body: (take) => h("div", {}, h("p", { class: "note" }, t("photosHelp")), table(photos, take)),
    cancel: t("close"),
  });
  return chosen && chosen.does(person, chosen.photo);
}

function table(photos, take) {
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
  const columns = ["photo", "quality", "actions"].map((key) => h("th", { scope: "col" }, t(key)));
  return h("table", {}, h("thead", {}, h("tr", {}, ...columns)), h("tbody", {}, ...photos.map(row)));
}

async function move(person, { photo, sha256 }) {
  const input = h("input", { name: "to", maxlength: 200, required: true, autocomplete: "off" });
  const body = h("div", {}, h("p", {}, t("moveHelp", { photo })), field(t("moveTo"), input));
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
