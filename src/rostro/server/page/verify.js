// Two photos: the same person?
import { doubtWords, rateSentence, problemWords, similarityBar } from "./answers.js";
import { post } from "./api.js";
import { h, liveSwitch, statusLine } from "./dom.js";
import { markedPhoto } from "./drawing.js";
import { photoPicker } from "./picker.js";
import { number, t } from "./words.js";

export function view() {
  const pickers = ["firstPhoto", "secondPhoto"].map((label) => photoPicker({ label: t(label) }));
  const live = liveSwitch(t("requireLive"));
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); compare(); } },
    h("div", { class: "pair" }, ...pickers.map((picker) => picker.element)),
    live.element,
    h("button", { class: "main" }, t("compare")),
  );

  async function compare() {
    const [a, b] = pickers.map((picker) => picker.files[0]);
    result.replaceChildren();
    if (!a || !b) return status.say(t("verifyHelp"), "error");
    status.say(t("working"));
    try {
      const answer = await post("/v1/verify", { a, b, require_live: live.checked });
      if (answer.same === null) status.say(doubtWords(answer), "doubt");
      else status.say(t(answer.same ? "same" : "different"), answer.same ? "yes" : "no");
      result.replaceChildren(
        similarityBar(answer.similarity, answer.threshold),
        h("p", { class: "note" }, rateSentence(answer.false_match_rate)),
        h("div", { class: "pair" }, await Promise.all([a, b].map((file, i) => marked(file, answer.faces[i])))),
        h("p", { class: "note" }, answer.faces.map(faceNote).filter(Boolean).join(" ")),
      );
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    title: t("verifyTitle"),
    element: h("div", {}, h("p", {}, t("verifyHelp")), form, status.element, result),
    close: () => pickers.forEach((picker) => picker.close()),
  };
}

/** How good the face is and how the photo is turned, where that is known. */
function faceNote({ photo, quality, turned }) {
  const notes = [
    quality === undefined ? null : t("qualityOf", { value: number(quality, 2) }),
    turned ? t("turned", { degrees: turned }) : null,
  ].filter(Boolean);
  return notes.length ? `${photo}: ${notes.join(", ")}.` : "";
}

const marked = (file, face) => markedPhoto(file, [{ box: face.box, known: true }], face.photo);
