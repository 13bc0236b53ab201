// Whom of the enrolled people does somebody look like?
import { doubtWords, problemWords, similarityBar } from "./answers.js";
import { personNamed, picture, post } from "./api.js";
import { h, statusLine } from "./dom.js";
import { photoPicker } from "./picker.js";
import { t } from "./words.js";

const area = ({ box: [x1, y1, x2, y2] }) => (x2 - x1) * (y2 - y1);

export function view() {
  const picker = photoPicker({ label: t("photo") });
  const status = statusLine();
  const result = h("ol", { class: "answers people" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); find(); } },
    picker.element,
    h("button", { class: "main" }, t("whoamiGo")),
  );

  async function find() {
    const [photo] = picker.files;
    result.replaceChildren();
    if (!photo) return status.say(t("needPhotos"), "error");
    status.say(t("working"));
    try {
      const answer = await post("/v1/identify", { photos: photo, candidates: 5 });
      const face = (answer.photos[0]?.faces ?? []).toSorted((a, b) => area(b) - area(a))[0];
      if (!face) return status.say(t("noFace"), "error");
      if (!face.candidates.length) return status.say(t("emptyGallery"), "error");
      const rows = await Promise.all(face.candidates.map((who) => row(who, face.threshold)));
      result.replaceChildren(...rows);
      if (face.reason) status.say(doubtWords(face), "doubt");
      else status.say(face.name ? t("itIsYou", { name: face.name }) : t("notEnrolled"), face.name ? "yes" : "");
    } catch (problem) {
      status.say(problemWords(problem), "error");
    }
  }

  return {
    title: t("whoamiTitle"),
    element: h("div", {}, h("p", {}, t("whoamiHelp")), form, status.element, result),
    close: () => picker.close(),
  };
}

async function row({ name, similarity }, threshold) {
  const address = await picture(await personNamed(name));
  return h(
    "li",
    {},
    portrait(name, address),
    h("div", {}, h("b", {}, name), similarityBar(similarity, threshold)),
  );
}

/** Somebody's picture, or the first letter of the name where none is kept. */
export function portrait(name, address) {
  if (address) return h("img", { class: "portrait", src: address, alt: t("pictureOf", { name }) });
  return h("span", { class: "portrait", "aria-hidden": "true" }, [...name][0].toLocaleUpperCase());
}
