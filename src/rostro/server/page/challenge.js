// Somebody who is there: the camera looks while they turn their head and close their eyes, as they are asked.
import { problemWords } from "./answers.js";
import { apiKey, openSocket, Problem } from "./api.js";
import { openCamera, snapshot } from "./camera.js";
import { h, statusLine } from "./dom.js";
import { t } from "./words.js";

const WIDTH = 640;
/** Milliseconds from one frame to the next at least: often enough for a blink, and the server has others to look at. */
const PAUSE = 80;
/** Frames that are kept here, for one of them goes with the request. */
const KEPT = 200;

/**
 * A button that begins it, and what is asked then.
 * `element` goes into the page. When all was done, `onPassed` is given `{ file, session }`: a frame, and the word that a
 * request with it shows, once. `close` lets go of the camera.
 */
export function livenessChallenge({ onPassed }) {
  const video = h("video", { playsinline: true, muted: true, "aria-hidden": "true" });
  const stage = h("div", { class: "stage mirror", hidden: true }, video);
  const button = h("button", { type: "button", class: "quiet", click: () => (stop ? end(t("stopped")) : begin()) }, t("challengeBegin"));
  const bar = h("progress", { hidden: true, max: 1, value: 0, "aria-label": t("challengeProgress") });
  const status = statusLine();
  const note = h("p", { class: "note" });
  const element = h("div", { class: "challenge" }, h("div", { class: "row" }, button), status.element, bar, stage, note);
  let socket = null;
  let stop = null;
  let frames = new Map();
  let sent = 0;

  async function begin() {
    button.disabled = true;
    status.say(t("connecting"));
    try {
      const closeCamera = await openCamera(video);
      stage.hidden = bar.hidden = false;
      frames = new Map();
      sent = 0;
      const opened = connect();
      socket = opened;
      stop = () => { opened.close(); closeCamera(); };
      button.textContent = t("stop");
    } catch (error) {
      status.say(error.message, "error");
    } finally {
      button.disabled = false;
    }
  }

  function end(sentence, kind = "") {
    const closing = stop;
    socket = stop = null;
    closing?.();
    stage.hidden = bar.hidden = true;
    note.textContent = "";
    button.textContent = t("challengeBegin");
    status.say(sentence, kind);
  }

  function connect() {
    const opened = openSocket("/v1/challenge");
    opened.addEventListener("open", () => opened.send(JSON.stringify({ key: apiKey() })));
    opened.addEventListener("message", ({ data }) => {
      if (opened !== socket) return;
      const answer = JSON.parse(data);
      if (answer.type) return end(problemWords(new Problem(answer)), "error");
      if (answer.liveness_session) return passed(answer);
      show(answer);
      setTimeout(() => next(opened), PAUSE);
    });
    opened.addEventListener("close", () => opened === socket && end(t("problem.offline"), "error"));
    return opened;
  }

  function show({ ask, done, of, note: why }) {
    const sentence = t(`ask.${ask}`);
    if (status.element.textContent !== sentence) status.say(sentence);
    bar.value = done / of;
    note.textContent = why ? t(`challengeNote.${why}`) : "";
  }

  async function next(opened) {
    if (opened !== socket) return;
    const frame = await snapshot(video, WIDTH, 0.9);
    if (!frame || opened !== socket || opened.readyState !== WebSocket.OPEN) return;
    frames.set(++sent, frame);
    frames.delete(sent - KEPT);
    opened.send(frame);
  }

  function passed({ liveness_session: session, frames: usable, seconds }) {
    const frame = usable.map((number) => frames.get(number)).filter(Boolean).at(-1);
    end(t("challengePassed", { seconds }), "yes");
    onPassed({ file: new File([frame], `${t("picture")}.jpg`, { type: "image/jpeg" }), session });
  }

  return { element, close: () => stop && end("") };
}
