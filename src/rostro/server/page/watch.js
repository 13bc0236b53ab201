// What the server watches: its pictures with names, and what happened, newest first.
import { problemWords } from "./answers.js";
import { apiKey, openSocket, Problem } from "./api.js";
import { h, statusLine } from "./dom.js";
import { drawFaces } from "./drawing.js";
import { currentLanguage, number, t } from "./words.js";

const EVENTS = 500;

export function view() {
  const canvas = h("canvas", { class: "watched", role: "img", "aria-label": t("watchVideo"), hidden: true });
  const status = statusLine();
  const help = h("p", {});
  const list = h("ol", { class: "events" });
  const heading = h("h2", { hidden: true }, t("events"));
  const older = h("p", { class: "note", hidden: true }, t("eventsOlder", { count: number(EVENTS) }));
  let said = "";
  let faces = [];
  const socket = connect();

  function connect() {
    const opened = openSocket("/v1/watch");
    opened.binaryType = "blob";
    opened.addEventListener("open", () => opened.send(JSON.stringify({ key: apiKey() })));
    opened.addEventListener("message", ({ data }) => (typeof data === "string" ? hear(JSON.parse(data)) : show(data)));
    opened.addEventListener("close", () => opened.closing || status.say(said || t("problem.offline"), "error"));
    status.say(t("connecting"));
    return opened;
  }

  function hear(answer) {
    if (answer.type) {
      said = problemWords(new Problem(answer));
      return status.say(said, "error");
    }
    if (answer.ready) {
      help.textContent = t("watchHelp", { source: answer.source });
      return status.say("");
    }
    faces = answer.faces.map(({ box, name, state }) => {
      const label = state === "unknown" ? t("unknown") : name;
      return { box, name: label, known: state === "known" };
    });
    const names = faces.map((face) => face.name ?? "…").join(", ");
    const sentence = faces.length ? t("seen", { names }) : t("seenNobody");
    if (sentence !== status.element.textContent) status.say(sentence);
    for (const event of answer.events) note(event);
  }

  function note({ event, name }) {
    const time = new Date().toLocaleTimeString(currentLanguage());
    const words = t(`event.${event}`, { name: name ?? t("stranger") });
    list.prepend(h("li", {}, `${time}  ${words}`));
    heading.hidden = false;
    while (list.children.length > EVENTS) {
      list.lastChild.remove();
      older.hidden = false;
    }
  }

  async function show(picture) {
    const marked = faces;
    const bitmap = await createImageBitmap(picture).catch(() => null);
    if (!bitmap) return;
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.hidden = false;
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    drawFaces(context, marked);
  }

  return {
    title: t("watchTitle"),
    element: h("div", {}, help, status.element, canvas, heading, list, older),
    close: () => {
      socket.closing = true;
      socket.close();
    },
  };
}
