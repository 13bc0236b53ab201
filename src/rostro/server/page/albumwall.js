// The wall of the album's people: named by typing, merged by dragging one onto another or by their menus.
import { called, eraseGroup, letterOf, pathOf, tellProblem } from "./albumfaces.js";
import { photosIn } from "./albumphotos.js";
import { get, json } from "./api.js";
import { ask, choose, h, statusLine } from "./dom.js";
import { facePictures } from "./facepictures.js";
import { wall } from "./wall.js";
import { number, t } from "./words.js";

const PAGE = 120;
/** What is shown of the album → the question that gives it. */
export const PARTS = {
  all: {}, unnamed: { named: false }, named: { named: true }, alone: { alone: true }, ignored: { ignored: true },
};

/** Where each part was scrolled to when it was left, and which group waits for the one that it is merged into. */
const left = new Map();
let joining = null;

/** Begins to merge a group: the next one that is chosen on the wall takes its faces. */
export function beginToMerge(group) {
  joining = group;
  location.hash = "album";
}

export function wallView(part) {
  const status = statusLine();
  const count = h("p", { class: "note", "aria-live": "polite" });
  const unkept = h("p", { class: "note", hidden: true }, t("picturesNotKept"));
  const pictures = facePictures();
  const links = Object.keys(PARTS).map((key) =>
    h("a", { href: key === "all" ? "#album" : `#album/${key}`, "aria-current": key === part && "page" }, t(`album.${key}`)));
  const search = h("input", { type: "search", autocomplete: "off", input: () => later() });
  const names = h("datalist", { id: "album-names" });
  const banner = h("div", { class: "banner", hidden: true, role: "status" });
  const tiles = wall({ label: t("albumWall"), tile, more: loadMore });
  const found = h("div", { hidden: true },
    h("div", { class: "row parts" }, h("nav", { class: "tabs", "aria-label": t("albumParts") }, ...links),
      h("label", { class: "searching" }, h("span", { class: "hidden" }, t("search")), search)),
    banner, count, unkept, tiles.element, names);
  const adding = photosIn(() => load());
  let asked = 0;
  let loading = false;
  let timer;
  search.placeholder = t("search");

  const groupsFrom = (offset) => {
    const query = new URLSearchParams({ ...PARTS[part], limit: PAGE, offset });
    if (search.value.trim()) query.set("search", search.value.trim());
    return get(`/v1/album/groups?${query}`);
  };

  async function load() {
    const turn = ++asked;
    try {
      const answer = await groupsFrom(0);
      if (turn === asked) show(answer);
    } catch (problem) {
      if (turn === asked) tellProblem(problem, status);
    }
  }

  /** The page of groups that a place is on; one at a time, the wall asks again when it is there. */
  async function loadMore(place) {
    if (loading) return;
    const [turn, offset] = [asked, place - (place % PAGE)];
    loading = true;
    try {
      const { groups, total } = await groupsFrom(offset);
      if (turn === asked) tiles.fill(offset, groups, total);
      else tiles.draw();
    } catch (problem) {
      tellProblem(problem, status);
    } finally {
      loading = false;
    }
  }

  function show({ groups, total }) {
    found.hidden = adding.element.hidden = false;
    unkept.hidden = !total || groups.some((group) => group.cover.picture);
    tiles.element.classList.toggle("unkept", !unkept.hidden);
    tiles.set(groups, total);
    tell();
    if (left.has(part)) scrollTo(0, left.get(part));
    left.delete(part);
  }

  function tell() {
    count.textContent = tiles.total ? t("albumCount", { count: number(tiles.total) }) : t(`album.none.${part}`);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(load, 200);
  }

  function tile(group) {
    const name = called(group);
    const open = h("button", {
      type: "button", class: "open", "aria-label": t(joining ? "mergeInto" : "openGroup", { name, count: group.faces }),
      click: () => (joining ? merge(joining, group) : go(group)),
    }, pictures.frame(pathOf(group), letterOf(group.name)));
    const menu = h("button", { type: "button", class: "quiet dots", "aria-label": t("actionsFor", { name }), click: () => actions(group) }, "⋯");
    const words = group.name === null ? naming(group) : h("b", { class: "name", title: group.name }, group.name);
    const item = h("li", {
      class: "tile", draggable: "true",
      dragstart: (event) => lift(event, group, item),
      dragend: () => { lifted = null; item.classList.remove("lifted"); },
      dragover: (event) => over(event, group, item),
      dragleave: (event) => { if (!item.contains(event.relatedTarget)) item.classList.remove("target"); },
      drop: (event) => drop(event, group, item),
    }, open, words, h("div", { class: "line" }, h("span", { class: "note" }, t("facesFound", { count: group.faces })), menu));
    item.dataset.group = group.id;
    return item;
  }

  /** The field in which a group gets its name; Enter alone takes the one that is suggested. */
  function naming(group) {
    const who = group.suggested?.name;
    const label = who ? t("nameSuggested", { name: who }) : t("nameGroup", { name: called(group) });
    const input = h("input", {
      name: "name", autocomplete: "off", maxlength: 200, list: "album-names", "aria-label": label,
      placeholder: who ? t("perhaps", { name: who }) : t("whoIsIt"), "data-suggested": Boolean(who), enterkeyhint: "done", input: () => known(input.value),
    });
    const yes = h("button", { class: "quiet yes", "aria-label": t("giveName"), title: label }, "✓");
    return h("form", {
      class: "naming", draggable: "true", dragstart: (event) => { event.preventDefault(); event.stopPropagation(); },
      submit: (event) => { event.preventDefault(); give(group, input.value.trim() || who); },
    }, input, yes);
  }

  let knownFor = "";
  /** Offers names that are there already, once some letters are written. */
  async function known(text) {
    const written = text.trim();
    if (written.length < 2 || written === knownFor) return;
    knownFor = written;
    const query = new URLSearchParams({ named: true, search: written, limit: 8 });
    const answer = await get(`/v1/album/groups?${query}`).catch(() => ({ groups: [] }));
    if (written === knownFor) names.replaceChildren(...answer.groups.map(({ name }) => h("option", { value: name })));
  }

  async function give(group, name) {
    if (!name) return;
    await act(async () => {
      const place = tiles.find(group.id);
      const named = await json("PATCH", `/v1/album/groups/${group.id}`, { name });
      replace(group, named);
      status.say(t(named.id === group.id ? "groupNamed" : "groupJoined", { name: named.name, count: named.faces }), "yes");
      focusNext(place);
    });
  }

  /** What a group became takes its place; where it went into another that is shown, that one changes. */
  function replace(group, after) {
    const there = after.id !== group.id && tiles.find(after.id) >= 0;
    tiles.update((item) => {
      if (item.id === after.id) return { ...item, ...after };
      return item.id === group.id ? (there ? null : after) : item;
    });
    if (after.id !== group.id) tiles.forget();
    tell();
  }

  /** The next group without a name: so an album is named by Enter alone. */
  function focusNext(place) {
    for (let at = Math.max(0, place); tiles.at(at); at += 1) {
      const input = tiles.at(at).querySelector("input");
      if (input) return input.focus();
    }
  }

  async function merge(from, to) {
    joinOver();
    if (from.id === to.id) return;
    const [gone, kept] = from.name !== null && to.name === null ? [to, from] : [from, to];
    const pair = [gone, kept].map((group) =>
      h("div", { class: "one" }, pictures.frame(pathOf(group), letterOf(group.name)), h("b", {}, called(group)),
        h("span", { class: "note" }, t("facesFound", { count: group.faces }))));
    const body = h("div", {}, h("div", { class: "pair of-two" }, ...pair), h("p", {}, t("mergeGroupsHelp", { to: called(kept) })));
    const answer = await ask({ title: t("existsTitle"), body, confirm: t("merge"), cancel: t("cancel") });
    if (!answer) return;
    await act(async () => {
      const after = await json("POST", `/v1/album/groups/${gone.id}/merge`, { into: kept.id });
      replace(gone, after);
      status.say(t("groupJoined", { name: called(after), count: after.faces }), "yes");
      left.set(part, scrollY);
    });
  }

  let lifted = null;
  function lift(event, group, item) {
    lifted = group;
    item.classList.add("lifted");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", called(group));
  }

  function over(event, group, item) {
    if (!lifted || lifted.id === group.id) return;
    event.preventDefault();
    item.classList.add("target");
  }

  function drop(event, group, item) {
    event.preventDefault();
    item.classList.remove("target");
    if (lifted) merge(lifted, group);
  }

  async function actions(group) {
    const action = (key, does, kind = "quiet") => (take) =>
      h("button", { type: "button", class: kind, click: () => take(does) }, t(key));
    const chosen = await choose({
      title: called(group),
      body: (take) => h("div", { class: "stack" }, ...[
        action("openIt", () => go(group)), action("mergeWith", () => startJoining(group)),
        action(group.ignored ? "ignoreNoMore" : "ignore", () => ignore(group)), action("erase", () => erase(group), "quiet danger"),
      ].map((make) => make(take))),
      cancel: t("close"),
    });
    if (chosen) await chosen();
  }

  async function ignore(group) {
    await act(async () => {
      await json("PATCH", `/v1/album/groups/${group.id}`, { ignored: !group.ignored });
      tiles.update((item) => (item.id === group.id ? null : item));
      tiles.forget();
      tell();
      status.say(t(group.ignored ? "ignoredNoMore" : "ignored", { name: called(group) }), "yes");
    });
  }

  async function erase(group) {
    await act(async () => {
      const sentence = await eraseGroup(group);
      if (!sentence) return;
      tiles.update((item) => (item.id === group.id ? null : item));
      tiles.forget();
      tell();
      status.say(sentence, "yes");
    });
  }

  async function act(does) {
    try {
      await does();
    } catch (problem) {
      tellProblem(problem, status);
    }
  }

  function go(group) {
    left.set(part, scrollY);
    location.hash = `album/group/${group.id}`;
  }

  function startJoining(group) {
    joining = group;
    showJoining();
    tiles.update((item) => item);
    banner.querySelector("button").focus();
  }

  function showJoining() {
    banner.hidden = !joining;
    if (!joining) return;
    const stop = h("button", { type: "button", class: "quiet", click: joinOver }, t("cancel"));
    banner.replaceChildren(pictures.frame(pathOf(joining), letterOf(joining.name)),
      h("span", {}, h("b", {}, called(joining)), h("br"), t("chooseMerge")), stop);
  }

  function joinOver() {
    if (!joining) return;
    joining = null;
    showJoining();
    tiles.update((item) => item);
  }

  const escape = (event) => event.key === "Escape" && !document.querySelector("dialog") && joinOver();
  addEventListener("keydown", escape);
  showJoining();
  load();
  return {
    title: t("albumTitle"),
    element: h("div", {}, h("p", {}, t("albumHelp")), status.element, adding.element, found),
    close: () => {
      [tiles, pictures, adding].forEach((its) => its.close());
      removeEventListener("keydown", escape);
      clearTimeout(timer);
    },
  };
}
