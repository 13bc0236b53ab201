// What the views of the album have in common: what groups are called, where pictures of faces are, how they are erased.
import { problemWords } from "./answers.js";
import { json } from "./api.js";
import { ask, h } from "./dom.js";
import { t } from "./words.js";

/** What a group is called, for people. */
export const called = (group) => group.name ?? t("unnamedGroup", { id: group.id.slice(0, 6) });

/** The last part of a photo's name, where that is a path. */
export const fileOf = (photo) => photo.split("/").at(-1);

/** What stands for a picture that is not kept. */
export const letterOf = (name) => (name ? [...name][0].toLocaleUpperCase() : "?");

/** The path of the picture of a face of a group, or null where none is kept. */
export const pathOf = (group, face = group.cover) =>
  (face.picture ? `/v1/album/groups/${group.id}/faces/${face.id}/picture` : null);

/** Says what went wrong; that no album is served is no fault, and says how one is. */
export function tellProblem(problem, status) {
  status.say(problemWords(problem), problem.kind === "no-album" ? "" : "error");
}

/** Asks, and erases a group with all its faces; a sentence where it was done, else null. */
export async function eraseGroup(group) {
  const name = called(group);
  const body = h("p", {}, t("eraseGroupHelp", { name, count: group.total ?? group.faces }));
  const sure = await ask({ title: t("eraseWho", { name }), body, confirm: t("erase"), cancel: t("cancel"), danger: true });
  if (!sure) return null;
  await json("DELETE", `/v1/album/groups/${group.id}`);
  return t("erased", { name });
}
