// What do the faces of a photo look like?
import { failureList, problemWords } from "./answers.js";
import { post } from "./api.js";
import { h, statusLine } from "./dom.js";
import { markedPhoto } from "./drawing.js";
import { photoPicker } from "./picker.js";
import { number, t } from "./words.js";

export function view() {
  const picker = photoPicker({ label: t("photo"), onChange: () => result.replaceChildren() });
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); analyze(); } },
    picker.element,
    h("button", { class: "main" }, t("analyzeButton")),
  );

  async function analyze() {
    const [photo] = picker.files;
    result.replaceChildren();
    if (!photo) return status.say(t("needPhotos"), "error");
    status.say(t("working"));
    try {
      const answer = await post("/v1/analyze", { photos: photo });
      const faces = answer.photos[0]?.faces ?? [];
      status.say(faces.length ? t("facesFound", { count: faces.length }) : t("noFace"));
      const parts = [
        await picture(photo, faces),
        h("ol", { class: "answers" }, ...faces.map(row)),
        faces.length ? h("p", { class: "note" }, t("analyzeNote")) : null,
        failureList(answer.failed),
      ];
      result.replaceChildren(...parts.filter(Boolean));
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    title: t("analyzeTitle"),
    element: h("div", {}, h("p", {}, t("analyzeHelp")), form, status.element, result),
    close: () => picker.close(),
  };
}

function picture(photo, faces) {
  const named = faces.map((face) => ({ box: face.box, name: years(face), known: face.liveness?.live ?? true }));
  return markedPhoto(photo, named, t("analyzeTitle"));
}

const years = ({ age }) => (age ? number(age.years, 0) : "");

/** Everything that is said of a face, the age first. */
function row(face) {
  const { age, gender, mask, eyes, pose, quality, liveness } = face;
  const told = [
    gender && t(gender.value ? `gender.${gender.value}` : "gender.null"),
    mask && t(mask.value ? `mask.${mask.value}` : "mask.null"),
    eyes && t("eyes", { left: t(`eye.${eyes.left_open}`), right: t(`eye.${eyes.right_open}`) }),
    pose && t("pose", Object.fromEntries(Object.entries(pose).map(([name, value]) => [name, number(value, 0)]))),
    typeof quality === "number" && t("qualityOf", { value: number(quality, 2) }),
    liveness && t(liveness.live ? "looksAlive" : "looksNotAlive"),
  ].filter(Boolean);
  const first = age && t("age", { years: years(face), low: number(age.low, 0), high: number(age.high, 0) });
  return h("li", {}, first ? h("b", {}, first) : null, h("p", { class: "note" }, told.join(" · ")));
}
