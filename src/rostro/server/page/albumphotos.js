// Adding photos to the album: a job, which is asked how far it is.
import { failureList, problemWords } from "./answers.js";
import { get, post } from "./api.js";
import { h, statusLine, tick } from "./dom.js";
import { photoPicker } from "./picker.js";
import { t } from "./words.js";

/** Milliseconds between two looks at the job. */
const LOOK = 400;

/** Below the wall: a form for photos; `onDone` is called when they are in. */
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
    result.replaceChildren();
    if (!picker.files.length) return status.say(t("needPhotos"), "error");
    button.disabled = true;
    try {
      const job = await done(await post("/v1/album/photos", { photos: picker.files, keep_crops: keep.checked }));
      status.say(t("albumAdded", { count: job.done, groups: job.groups, alone: job.alone }), job.state === "done" ? "yes" : "error");
      if (job.detail) status.say(job.detail, "error");
      result.replaceChildren(...[failureList(job.failed)].filter(Boolean));
      picker.clear();
      onDone();
    } catch (problem) {
      status.say(problemWords(problem), "error");
    } finally {
      button.disabled = false;
      bar.hidden = true;
    }
  }

  async function done(job) {
    bar.hidden = false;
    bar.max = job.photos;
    while (job.state === "running") {
      bar.value = job.done;
      status.say(t("progress", { done: job.done, total: job.photos }));
      await new Promise((resolve) => { setTimeout(resolve, LOOK); });
      job = await get(`/v1/album/photos/${job.id}`);
    }
    return job;
  }

  return { element, close: () => picker.close() };
}
