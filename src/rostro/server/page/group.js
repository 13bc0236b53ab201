// One group of the album: every face of it, what is wrong with some, and its name.
import { called, eraseGroup, fileOf, letterOf, pathOf, tellProblem } from "./albumfaces.js";
import { get, json } from "./api.js";
import { field, h, statusLine } from "./dom.js";
import { facePictures } from "./facepictures.js";
import { wall } from "./wall.js";
import { number, t } from "./words.js";

const PAGE = 500;

/** The view of a group; `beginToMerge` is told which one is to be merged. */
export function groupView(id, beginToMerge) {
  const status = statusLine();
  const pictures = facePictures();
  const heading = h("h2", { class: "called", tabindex: -1 });
  const count = h("p", { class: "note" });
  const input = h("input", { name: "name", autocomplete: "off", maxlength: 200, enterkeyhint: "done" });
  const naming = h("form", { class: "naming-one", submit: (event) => { event.preventDefault(); name(); } },
    field(t("name"), input), h("button", { class: "main" }, t("save")));
  const ignoring = h("button", { type: "button", class: "quiet", click: () => ignore() });
  const rest = h("div", { class: "row" },
    h("button", { type: "button", class: "quiet", click: () => beginToMerge({ ...group, cover: group.faces[0], faces: group.total }) }, t("mergeWith")), ignoring,
    h("button", { type: "button", class: "quiet danger", click: () => erase() }, t("erase")));
  const chosen = new Set(); // ids of faces
  const chosenCount = h("span", { role: "status" });
  const [apart, not] = [["splitOff", split], ["notThem", reject]].map(([key, does]) =>
    h("button", { type: "button", class: "quiet", disabled: true, click: () => does() }, t(key)));
  const bar = h("div", { class: "row bar-of-chosen" }, chosenCount, apart, not);
  const unkept = h("p", { class: "note", hidden: true }, t("picturesNotKept"));
  const tiles = wall({ label: t("facesOfGroup"), tile, more: loadMore, least: 6.5 });
  const found = h("div", { class: "result", hidden: true },
    heading, naming, rest, h("p", { class: "note" }, t("chooseFaces")), count, unkept, tiles.element, bar);
  let group = null;
  let loading = false;

  const facesFrom = (after) => get(`/v1/album/groups/${encodeURIComponent(id)}?${new URLSearchParams({ limit: PAGE, after })}`);

  async function load() {
    try {
      group = await facesFrom(0);
      show();
    } catch (problem) {
      tellProblem(problem, status);
    }
  }

  /** The page of faces that a place is on. */
  async function loadMore(place) {
    if (loading) return;
    const [of, after] = [id, place - (place % PAGE)];
    loading = true;
    try {
      const { faces, total } = await facesFrom(after);
      if (of === id) tiles.fill(after, faces, total);
    } catch (problem) {
      tellProblem(problem, status);
    } finally {
      loading = false;
    }
  }

  function show() {
    found.hidden = false;
    chosen.clear();
    heading.replaceChildren(called(group));
    input.value = group.name ?? "";
    input.placeholder = group.suggested ? t("perhaps", group.suggested) : t("whoIsIt");
    ignoring.textContent = t(group.ignored ? "ignoreNoMore" : "ignore");
    count.textContent = t("facesFound", { count: number(group.total) });
    unkept.hidden = !group.total || group.faces.some((face) => face.picture);
    tiles.element.classList.toggle("unkept", !unkept.hidden);
    tiles.set(group.faces, group.total);
    tell();
  }

  function tile(face) {
    const box = h("input", { type: "checkbox", change: () => choose(face, box.checked) });
    box.checked = chosen.has(face.id);
    const quality = face.quality == null ? "" : t("qualityOf", { value: number(face.quality, 2) });
    return h("li", { class: "tile of-face" }, h("label", { class: "open" },
      box, h("span", { class: "hidden" }, face.photo), pictures.frame(pathOf(group, face), letterOf(group.name))),
      h("span", { class: "file", title: face.photo, "aria-hidden": "true" }, fileOf(face.photo)), h("span", { class: "note" }, quality));
  }

  function choose(face, yes) {
    if (yes) chosen.add(face.id);
    else chosen.delete(face.id);
    tell();
  }

  function tell() {
    chosenCount.textContent = t("facesChosen", { count: number(chosen.size) });
    apart.disabled = !chosen.size || chosen.size === group.total;
    not.disabled = !chosen.size;
    bar.hidden = !group.total;
  }

  async function act(does) {
    try {
      await does();
    } catch (problem) {
      tellProblem(problem, status);
    }
  }

  const name = () => act(async () => {
    const wanted = input.value.trim() || group.suggested?.name;
    if (!wanted) return status.say(t("needName"), "error");
    const before = group.id;
    const named = await json("PATCH", `/v1/album/groups/${before}`, { name: wanted });
    await again(named.id);
    status.say(t(named.id === before ? "groupNamed" : "groupJoined", { name: named.name, count: named.faces }), "yes");
  });

  const ignore = () => act(async () => {
    const ignored = !group.ignored;
    await json("PATCH", `/v1/album/groups/${group.id}`, { ignored });
    await again(group.id);
    status.say(t(ignored ? "ignored" : "ignoredNoMore", { name: called(group) }), "yes");
  });

  const erase = () => act(async () => {
    if (await eraseGroup(group)) location.hash = "album";
  });

  /** The faces that were chosen become a group of their own. */
  async function split() {
    await act(async () => {
      const [from, faces] = [called(group), [...chosen]];
      const done = await json("POST", `/v1/album/groups/${group.id}/split`, { faces });
      await again(group.id);
      status.say(t("splitDone", { count: faces.length, name: from }), "yes");
      status.element.append(" ", h("a", { href: `#album/group/${done.id}` }, t("openIt")));
    });
  }

  /** The faces that were chosen are not this person, and never will be. */
  async function reject() {
    await act(async () => {
      const [from, faces] = [called(group), [...chosen]];
      await json("POST", `/v1/album/groups/${group.id}/reject`, { faces });
      if (faces.length === group.total) location.hash = "album";
      else await again(group.id);
      status.say(t("rejectDone", { count: faces.length, name: from }), "yes");
    });
  }

  async function again(now) {
    id = now;
    history.replaceState(null, "", `#album/group/${now}`);
    await load();
    heading.focus({ preventScroll: true });
  }

  load();
  return {
    title: t("albumTitle"),
    element: h("div", {}, h("p", {}, h("a", { href: "#album" }, `← ${t("albumBack")}`)), status.element, found),
    close: () => [tiles, pictures].forEach((its) => its.close()),
  };
}
