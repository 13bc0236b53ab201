// Elements from code. Text is always text: nothing here reads markup, so no name or file name can become any.

/** An element: h("p", {class: "note"}, "text", child, …). Attributes that are functions are listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

let ids = 0;
export const newId = () => `id${++ids}`;

/** A label above its field. */
export function field(label, input) {
  input.id ||= newId();
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
}

/** A tick with its sentence. */
export function tick(label, input) {
  input.id ||= newId();
  return h("div", { class: "tick" }, input, h("label", { for: input.id }, label));
}

/** The switch that asks for living faces; `checked` says whether it is on. */
export function liveSwitch(label) {
  const box = h("input", { type: "checkbox" });
  return { element: tick(label, box), get checked() { return box.checked; } };
}

/** Where a view says what happens; screen readers say it too. */
export function statusLine() {
  const line = h("p", { class: "status", role: "status" });
  return {
    element: line,
    say(text, kind = "") {
      line.textContent = text;
      line.dataset.kind = kind;
    },
  };
}

/** Asks something in a dialog; resolves to the form's data, or null when it was cancelled. */
export function ask({ title, body, confirm, cancel, danger = false }) {
  const heading = h("h2", { id: newId() }, title);
  const form = h(
    "form",
    { method: "dialog" },
    heading,
    body,
    h(
      "div",
      { class: "row end" },
      h("button", { type: "button", class: "quiet", click: () => dialog.close("") }, cancel),
      h("button", { class: danger ? "danger" : "main", value: "yes" }, confirm),
    ),
  );
  const dialog = h("dialog", { "aria-labelledby": heading.id }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes" ? new FormData(form) : null);
      dialog.remove();
    });
  });
}

/** Shows choices in a dialog: `body` is given a function that takes what was chosen. Resolves to it, or null. */
export function choose({ title, body, cancel }) {
  const heading = h("h2", { id: newId() }, title);
  let chosen = null;
  const take = (choice) => {
    chosen = choice;
    dialog.close();
  };
  const close = h("button", { type: "button", class: "quiet", click: () => dialog.close() }, cancel);
  const dialog = h("dialog", { "aria-labelledby": heading.id }, heading, body(take), h("div", { class: "row end" }, close));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
  });
}
