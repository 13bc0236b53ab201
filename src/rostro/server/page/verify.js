// Two photos: the same person? Or one photo, and somebody who is enrolled.
import { doubtWords, rateSentence, problemWords, similarityBar } from "./answers.js";
import { post } from "./api.js";
import { livenessChallenge } from "./challenge.js";
import { personChooser } from "./chooser.js";
import { h, liveSwitch, statusLine } from "./dom.js";
import { markedPhoto } from "./drawing.js";
import { photoPicker } from "./picker.js";
import { number, t } from "./words.js";

export function view() {
  const pickers = ["firstPhoto", "secondPhoto"].map((label) => photoPicker({ label: t(label) }));
  let passed = null; // the frame of somebody who was there, and the session that it shows
  const challenge = livenessChallenge({ onPassed: (done) => { passed = done; pickers[0].set([done.file]); } });
  const who = personChooser({ label: t("peopleTitle") });
  const enrolled = h(
    "details",
    { toggle: () => { pickers[1].element.hidden = enrolled.open; if (enrolled.open) who.load(); } },
    h("summary", {}, t("compareEnrolled")), who.element,
  );
  const live = liveSwitch(t("requireLive"));
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); compare(); } },
    h("div", { class: "pair" }, ...pickers.map((picker) => picker.element)),
    enrolled,
    challenge.element,
    live.element,
    h("button", { class: "main" }, t("compare")),
  );

  async function compare() {
    const person = enrolled.open ? who.chosen : null;
    const [a, b] = pickers.map((picker) => picker.files[0]);
    result.replaceChildren();
    if (!a || !(enrolled.open ? person : b)) return status.say(t(enrolled.open ? "verifyWhom" : "verifyHelp"), "error");
    status.say(t("working"));
    try {
      const session = passed?.file === a ? { liveness_session: passed.session } : {};
      passed = null; // good for one request
      const other = person ? { person: person.name } : { b };
      const answer = await post("/v1/verify", { a, ...other, require_live: live.checked, ...session });
      if (answer.same === null) status.say(doubtWords(answer), "doubt");
      else status.say(verdictWords(answer), answer.same ? "yes" : "no");
      const photos = person ? [a] : [a, b];
      result.replaceChildren(
        similarityBar(answer.similarity, answer.threshold),
        h("p", { class: "note" }, rateSentence(answer.false_match_rate)),
        ...(answer.templates > 1 ? [h("p", { class: "note" }, t("bestOf", { count: number(answer.templates) }))] : []),
        h("div", { class: "pair" }, await Promise.all(photos.map((file, i) => marked(file, answer.faces[i])))),
        h("p", { class: "note" }, answer.faces.map(faceNote).filter(Boolean).join(" ")),
        ...(session.liveness_session ? [h("p", { class: "note" }, t("challengeUsed"))] : []),
      );
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    title: t("verifyTitle"),
    element: h("div", {}, h("p", {}, t("verifyHelp")), form, status.element, result),
    close: () => [...pickers, challenge].forEach((part) => part.close()),
  };
}

/** Whether they are the same, or it is that person. */
function verdictWords({ same, person }) {
  if (person === undefined) return t(same ? "same" : "different");
  return t(same ? "thatPerson" : "otherPerson", { name: person });
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
