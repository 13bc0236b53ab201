// Choosing photos: files, drag and drop, or the camera.
import { openCamera, snapshot } from "./camera.js";
import { h, newId } from "./dom.js";
import { t } from "./words.js";

/**
 * A group to choose one photo or several in.
 * Its `element` goes into the page, `files` are the chosen ones, `close` lets go of the camera.
 */
export function photoPicker({ label, multiple = false, onChange = () => {} }) {
  const heading = h("h2", { id: newId() }, label);
  const shown = h("ul", { class: "shown" });
  const message = h("p", { class: "status", role: "status" });
  const input = h("input", {
    type: "file", accept: "image/*", multiple, id: newId(), class: "hidden",
    change: () => { add([...input.files]); input.value = ""; },
  });
  const choose = h("label", { class: "button", for: input.id }, t(multiple ? "choosePhotos" : "choosePhoto"));
  const cameraButton = h("button", { type: "button", class: "quiet", click: () => startCamera() }, t("useCamera"));
  const camera = h("div", { class: "camera", hidden: true });
  const element = h(
    "section",
    { class: "picker", "aria-labelledby": heading.id },
    heading, shown, camera,
    h("div", { class: "row" }, input, choose, cameraButton, h("span", { class: "note" }, t("orDrop"))),
    message,
  );
  let files = [];
  let closeCamera = () => {};

  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });

  function add(more) {
    if (!more.length) return;
    files = multiple ? [...files, ...more] : more.slice(0, 1);
    show();
  }

  function show() {
    for (const image of shown.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    shown.replaceChildren(...files.map(thumbnail));
    message.textContent = "";
    onChange(files);
  }

  function thumbnail(file) {
    const image = h("img", { src: URL.createObjectURL(file), alt: t("chosen", { name: file.name }) });
    image.addEventListener("error", () => image.replaceWith(h("span", { class: "note" }, file.name)));
    const remove = h("button", {
      type: "button", class: "remove", "aria-label": t("removePhoto", { name: file.name }),
      click: () => { files = files.filter((other) => other !== file); show(); input.focus(); },
    }, "×");
    return h("li", {}, image, remove);
  }

  async function startCamera() {
    const video = h("video", { playsinline: true, muted: true, "aria-label": t("camera") });
    message.textContent = "";
    cameraButton.disabled = true;
    try {
      closeCamera = await openCamera(video);
    } catch (error) {
      message.textContent = error.message;
      cameraButton.disabled = false;
      return;
    }
    const take = h("button", { type: "button", class: "main", click: takePhoto }, t("takePhoto"));
    const close = h("button", { type: "button", class: "quiet", click: stopCamera }, t("closeCamera"));
    camera.replaceChildren(video, h("div", { class: "row" }, take, close));
    camera.hidden = false;
    take.focus();

    async function takePhoto() {
      const name = `${t("picture")}-${files.length + 1}.jpg`;
      add([new File([await snapshot(video)], name, { type: "image/jpeg" })]);
      if (!multiple) stopCamera();
    }
  }

  function stopCamera() {
    closeCamera();
    closeCamera = () => {};
    camera.hidden = true;
    camera.replaceChildren();
    cameraButton.disabled = false;
    cameraButton.focus();
  }

  return {
    element,
    get files() { return files; },
    set(chosen) { files = chosen; show(); },
    clear() { files = []; show(); },
    close() { closeCamera(); },
  };
}
