// Who is in this photo?
import { doubtWords, failureList, problemWords, remarkWords, searchSentence, similarityBar } from "./answers.js";
import { post } from "./api.js";
import { h, liveSwitch, statusLine } from "./dom.js";
import { markedPhoto } from "./drawing.js";
import { photoPicker } from "./picker.js";
import { t } from "./words.js";

export function view() {
  const picker = photoPicker({ label: t("photo"), onChange: () => result.replaceChildren() });
  const live = liveSwitch(t("requireLive"));
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); lookUp(); } },
    picker.element,
    live.element,
    h("button", { class: "main" }, t("find")),
  );

  async function lookUp() {
    const [photo] = picker.files;
    result.replaceChildren();
    if (!photo) return status.say(t("needPhotos"), "error");
    status.say(t("working"));
    try {
      const answer = await post("/v1/identify", { photos: photo, require_live: live.checked });
      const faces = answer.photos[0]?.faces ?? [];
      status.say(faces.length ? t("facesFound", { count: faces.length }) : t("noFace"));
      const rate = searchSentence(faces[0]);
      const parts = [
        await picture(photo, faces),
        h("ol", { class: "answers" }, ...faces.map(row)),
        rate ? h("p", { class: "note" }, rate) : null,
        failureList(answer.failed),
      ];
      result.replaceChildren(...parts.filter(Boolean));
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    title: t("identifyTitle"),
    element: h("div", {}, h("p", {}, t("identifyHelp")), form, status.element, result),
    close: () => picker.close(),
  };
}

function picture(photo, faces) {
  const named = faces.map(({ box, name }) => ({ box, name: name ?? t("unknown"), known: name !== null }));
  const names = named.map((face) => face.name).join(", ");
  return markedPhoto(photo, named, t("photoOf", { count: faces.length, names }));
}

function row(face) {
  const best = face.candidates[0];
  return h(
    "li",
    {},
    h("b", {}, face.name ?? t("unknown")),
    face.reason ? h("span", { class: "note" }, ` (${doubtWords(face)})`) : null,
    face.name === null && best && !face.reason ? h("span", { class: "note" }, ` (${t("nearest", { name: best.name })})`) : null,
    ...(face.remarks ?? []).map((remark) => h("span", { class: "note" }, ` (${remarkWords(remark)})`)),
    best ? similarityBar(face.similarity, face.threshold) : null,
  );
}
