// Puts the page together: language, key, and one view at a time, named by the address (#verify, #people, #album/named, …).
import { apiKey, get, setApiKey } from "./api.js";
import { ask, field, h } from "./dom.js";
import { currentLanguage, setLanguage, t } from "./words.js";
import * as album from "./album.js";
import * as analyze from "./analyze.js";
import * as enrol from "./enrol.js";
import * as identify from "./identify.js";
import * as live from "./live.js";
import * as people from "./people.js";
import * as review from "./review.js";
import * as verify from "./verify.js";
import * as watch from "./watch.js";
import * as whoami from "./whoami.js";

const VIEWS = { verify, identify, whoami, analyze, enrol, people, album, review, live, watch };

const byId = (id) => document.getElementById(id);
let close = () => {};
let watching = false; // whether `rostro watch` is what serves

/** The view that the address names, and what it says besides: #album/group/ID. */
function wanted() {
  const [name, ...more] = location.hash.slice(1).split("/");
  return name in VIEWS ? [name, ...more] : ["verify"];
}

function show({ focus = true } = {}) {
  const [name, ...more] = wanted();
  close();
  const { title, element, close: leave } = VIEWS[name].view(...more);
  close = leave;
  document.title = `${title} – rostro`;
  byId("main").replaceChildren(h("h1", {}, title), element);
  navigate(name);
  if (focus) byId("main").focus();
}

function navigate(name) {
  const shown = Object.keys(VIEWS).filter((key) => key !== "watch" || watching || key === name);
  const links = shown.map((key) =>
    h("li", {}, h("a", { href: `#${key}`, "aria-current": key === name && "page" }, t(key))));
  byId("nav").replaceChildren(h("ul", {}, ...links));
}

async function findOut() {
  ({ watching } = await get("/healthz").catch(() => ({ watching: false })));
  if (watching) navigate(wanted()[0]);
}

function speak() {
  document.documentElement.lang = currentLanguage();
  byId("language").value = currentLanguage();
  byId("language-label").textContent = t("language");
  byId("key-button").textContent = t("key");
  byId("skip").textContent = t("skip");
  byId("footer").textContent = t("footer");
  byId("nav").setAttribute("aria-label", t("navigation"));
}

async function askForKey() {
  const input = h("input", { name: "key", type: "password", autocomplete: "off", value: apiKey() ?? "" });
  const body = h("div", {}, h("p", {}, t("keyHelp")), field(t("keyTitle"), input));
  const answer = await ask({ title: t("keyTitle"), body, confirm: t("save"), cancel: t("cancel") });
  if (!answer) return;
  setApiKey(answer.get("key").trim());
  show();
}

byId("language").addEventListener("change", (event) => {
  setLanguage(event.target.value);
  speak();
  show({ focus: false });
});
byId("key-button").addEventListener("click", askForKey);
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
window.addEventListener("hashchange", () => show());
speak();
show({ focus: false });
findOut();
