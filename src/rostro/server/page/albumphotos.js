// Adding photos to the album: a job, which is asked how far it is.
import { failureList, problemWords } from "./answers.js";
import { get, post, Problem } from "./api.js";
import { h, statusLine, tick } from "./dom.js";
import { photoPicker } from "./picker.js";
import { t } from "./words.js";

/** Milliseconds between two looks at the job. */
const LOOK = 400;
/** So many photos and bytes go with one request, far below what servers allow. */
const [PHOTOS, BYTES] = [50, 60_000_000];

const howMany = async (which) => (await get(`/v1/album/groups?limit=1${which}`)).total;

/** Photos in pieces that a server takes in one request. */
function* batches(files) {
  let [some, bytes] = [[], 0];
  for (const file of files) {
    if (some.length && (some.length >= PHOTOS || bytes + file.size > BYTES)) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(file);
    bytes += file.size;
  }
  if (some.length) yield some;
}

/** Above the wall: a form for photos; `onDone` is called when they are in. */
export function photosIn(onDone) {
  const picker = photoPicker({ label: t("photos"), multiple: true });
  const keep = h("input", { type: "checkbox" });
  const keepLine = tick(t("keepStrangers"), keep);
  const bar = h("progress", { hidden: true, "aria-label": t("albumAdd") });
  const button = h("button", { class: "main" }, t("albumAdd"));
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h("form", { submit: (event) => { event.preventDefault(); add(); } },
    picker.element, keepLine, button, bar, status.element, result);
  const opened = () => get("/v1/galleries").then(
    ({ galleries }) => { keepLine.hidden = !galleries[0].keeps_pictures; },
    (problem) => status.say(problemWords(problem), "error"),
  );
  const element = h("details", { class: "adding", hidden: true, toggle: () => element.open && opened() },
    h("summary", {}, t("albumAdd")), form);
  keepLine.hidden = true;

  async function add() {
    const files = picker.files;
    result.replaceChildren();
    if (!files.length) return status.say(t("needPhotos"), "error");
    button.disabled = true;
    bar.hidden = false;
    bar.max = files.length;
    const told = { done: 0, failed: [] };
    try {
      for (const batch of batches(files)) await addSome(batch, told, files.length);
      const [groups, alone] = await Promise.all(["", "&alone=true"].map(howMany));
      status.say(t("albumAdded", { count: told.done, groups, alone }), "yes");
      picker.clear();
    } catch (problem) {
      status.say(problemWords(problem), "error");
    } finally {
      if (told.done) onDone();
      result.replaceChildren(...[failureList(told.failed)].filter(Boolean));
      button.disabled = false;
      bar.hidden = true;
    }
  }

  /** One request's photos; adds what is told of them to what was told before. */
  async function addSome(photos, told, total) {
    const before = told.done;
    let job = await post("/v1/album/photos", { photos, keep_crops: keep.checked });
    while (job.state === "running") {
      bar.value = before + job.done;
      status.say(t("progress", { done: before + job.done, total }));
      await new Promise((resolve) => { setTimeout(resolve, LOOK); });
      job = await get(`/v1/album/photos/${job.id}`);
    }
    told.done += job.done;
    told.failed.push(...job.failed);
    if (job.state !== "done") throw new Problem({ type: "urn:rostro:stopped", detail: job.detail });
  }

  return { element, close: () => picker.close() };
}
