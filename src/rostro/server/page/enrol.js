// Taking somebody in, with their consent.
import { failureList, problemWords } from "./answers.js";
import { get, personNamed, post, Problem } from "./api.js";
import { livenessChallenge } from "./challenge.js";
import { nameField } from "./chooser.js";
import { ask, h, statusLine, tick } from "./dom.js";
import { photoPicker } from "./picker.js";
import { t } from "./words.js";

export function view() {
  const who = nameField({ label: t("name"), name: "name" });
  const name = who.input;
  const picker = photoPicker({ label: t("photos"), multiple: true });
  const passed = new Map(); // frame → the session that it shows, once
  const challenge = livenessChallenge({
    onPassed: ({ file, session }) => { passed.set(file, session); picker.set([...picker.files, file]); },
  });
  const consent = h("input", { type: "checkbox" });
  const keep = h("input", { type: "checkbox" });
  const keepLine = tick(t("keepPicture"), keep);
  const again = h("input", { type: "checkbox" });
  const againLine = tick(t("again"), again);
  const button = h("button", { class: "main" }, t("enrol"));
  const bar = h("progress", { hidden: true, "aria-label": t("enrol") });
  const status = statusLine();
  const result = h("div", { class: "result" });
  const form = h(
    "form",
    { submit: (event) => { event.preventDefault(); enrol(); } },
    who.element, picker.element, challenge.element, tick(t("consent"), consent), keepLine, againLine, button,
  );
  keepLine.hidden = againLine.hidden = true;
  get("/v1/galleries").then(
    ({ galleries }) => { keepLine.hidden = !galleries[0].keeps_pictures; },
    (problem) => status.say(problemWords(problem), "error"),
  );

  function missing() {
    if (!name.value.trim()) return [t("needName"), name];
    if (!picker.files.length) return [t("needPhotos"), picker.element.querySelector("input")];
    if (!consent.checked) return [t("needConsent"), consent];
    return null;
  }

  async function enrol() {
    const lack = missing();
    result.replaceChildren();
    if (lack) {
      status.say(lack[0], "error");
      return lack[1].focus();
    }
    button.disabled = true;
    try {
      const person = who.chosen ?? (await personNamed(name.value));
      if (person && !who.chosen && !(await samePerson(person))) return status.say("");
      await sendAll(person?.id ?? null);
    } catch (problem) {
      status.say(problemWords(problem), "error");
    } finally {
      button.disabled = false;
      bar.hidden = true;
    }
  }

  async function samePerson(person) {
    const body = h("p", {}, t("exists", { name: person.name }));
    const answer = await ask({ title: t("existsTitle"), body, confirm: t("addPhotos"), cancel: t("cancel") });
    return answer !== null;
  }

  /** One photo at a time: the bar tells how far it is, and one bad photo does not cost the others. */
  async function sendAll(id) {
    const total = { templates: 0, skipped: 0, failed: [], remarks: [] };
    const files = picker.files;
    bar.max = files.length;
    bar.hidden = false;
    for (const [index, file] of files.entries()) {
      bar.value = index;
      status.say(t("progress", { done: index + 1, total: files.length }));
      try {
        const done = await sendOne(id, file);
        id = done.id;
        total.templates += done.templates;
        total.skipped += done.skipped;
        total.remarks.push(...(done.remarks ?? []));
      } catch (problem) {
        if (!(problem instanceof Problem) || !problem.failed.length) throw problem;
        total.failed.push(...problem.failed);
      }
    }
    const kind = total.templates ? "yes" : "error";
    status.say(t("enrolled", { name: name.value.trim(), count: total.templates }), kind);
    const skipped = total.skipped ? h("p", {}, t("skipped", { count: total.skipped })) : null;
    const remarks = failureList(total.remarks, t("remarks"));
    result.replaceChildren(...[skipped, failureList(total.failed), remarks].filter(Boolean));
    againLine.hidden = !total.failed.some((failure) => failure.kind === "erased-before");
    if (!total.failed.length) picker.clear();
    consent.checked = keep.checked = again.checked = false;
  }

  async function sendOne(id, file) {
    const session = passed.get(file);
    passed.delete(file);
    const form = { photos: file, keep_picture: keep.checked, again: again.checked };
    if (session) form.liveness_session = session;
    if (id !== null) return { id, ...(await post(`/v1/people/${id}/photos`, form)) };
    const created = await post("/v1/people", { name: name.value, ...form });
    return { id: created.person.id, ...created.enrolment };
  }

  return {
    title: t("enrolTitle"),
    element: h("div", {}, h("p", {}, t("enrolHelp")), form, bar, status.element, result),
    close: () => [picker, challenge].forEach((part) => part.close()),
  };
}
