// The camera with names: frames go to the server one by one, each when the one before was answered.
import { problemWords } from "./answers.js";
import { apiKey, openSocket, Problem } from "./api.js";
import { openCamera, snapshot } from "./camera.js";
import { h, liveSwitch, statusLine } from "./dom.js";
import { drawFaces } from "./drawing.js";
import { number, t } from "./words.js";

const WIDTH = 640;

export function view() {
  const video = h("video", { playsinline: true, muted: true, "aria-hidden": "true" });
  const overlay = h("canvas", { role: "img", "aria-label": t("liveVideo") });
  const stage = h("div", { class: "stage", hidden: true }, video, overlay);
  const button = h("button", { type: "button", class: "main", click: () => (stop ? end(t("stopped")) : begin()) }, t("start"));
  const live = liveSwitch(t("requireLive"));
  const status = statusLine();
  const rate = h("p", { class: "note" });
  let socket = null;
  let stop = null;
  let said = "";

  async function begin() {
    button.disabled = true;
    status.say(t("connecting"));
    try {
      const closeCamera = await openCamera(video);
      stage.hidden = false;
      socket = connect();
      stop = () => { socket.close(); closeCamera(); };
      button.textContent = t("stop");
    } catch (error) {
      status.say(error.message, "error");
    } finally {
      button.disabled = false;
    }
  }

  function end(sentence, kind = "") {
    stop?.();
    socket = stop = null;
    said = "";
    stage.hidden = true;
    rate.textContent = "";
    button.textContent = t("start");
    status.say(sentence, kind);
  }

  function connect() {
    const opened = openSocket(`/v1/live?require_live=${live.checked}`);
    const times = [];
    opened.addEventListener("open", () => opened.send(JSON.stringify({ key: apiKey() })));
    opened.addEventListener("message", ({ data }) => {
      if (opened !== socket) return;
      const answer = JSON.parse(data);
      if (answer.type) return end(problemWords(new Problem(answer)), "error");
      if (answer.faces) show(answer, times);
      next(opened);
    });
    opened.addEventListener("close", () => opened === socket && end(t("problem.offline"), "error"));
    return opened;
  }

  async function next(opened) {
    const frame = await snapshot(video, WIDTH, 0.8);
    if (frame && opened.readyState === WebSocket.OPEN) opened.send(frame);
  }

  function show({ width, height, faces }, times) {
    overlay.width = width;
    overlay.height = height;
    const named = faces.map(({ box, name }) => ({ box, name: name ?? t("unknown"), known: name !== null }));
    drawFaces(overlay.getContext("2d"), named);
    const sentence = named.length ? t("seen", { names: named.map((face) => face.name).join(", ") }) : t("seenNobody");
    if (sentence !== said) status.say((said = sentence));
    times.push(performance.now());
    if (times.length > 20) times.shift();
    const seconds = (times.at(-1) - times[0]) / 1000;
    rate.textContent = seconds ? t("framesPerSecond", { value: number((times.length - 1) / seconds, 0) }) : "";
  }

  return {
    title: t("liveTitle"),
    element: h("div", {}, h("p", {}, t("liveHelp")), live.element, button, status.element, stage, rate),
    close: () => stop && end(""),
  };
}
