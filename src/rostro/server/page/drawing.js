// Boxes and names over a picture, readable on any background, of any size, on any screen.

const INK = "#06110f";
/** Letters and lines, in pixels of a picture whose longer side is 640. */
const [LETTERS, PADDING, LABEL] = [18, 7, 28];
/** Of more faces names are smaller. */
const CROWD = 12;
/** Boxes end below the hair: a head reaches so many heights above its face. */
const HEAD = 0.35;

/** Draws faces ({box, name, known}) on a canvas whose pixels are those of the photo. A name covers a face only where the
 *  picture, which cannot grow here, has no other place. */
export function drawFaces(context, faces) {
  draw(context, faces, placed(context, faces));
}

/** The photo, upright, with its faces marked; names for which it has no room stand in a strip below it. Null for kinds
 *  of pictures that the browser does not show (TIFF, …). */
export async function markedPhoto(file, faces, description, limit = 1200) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, limit / bitmap.width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  const scaled = faces.map((face) => ({ ...face, box: face.box.map((value) => value * scale) }));
  const [labels, photoHeight] = [placed(context, scaled), canvas.height];
  for (const label of labels.filter(({ free }) => !free)) {
    label.top = canvas.height;
    canvas.height += label.high; // which clears it
  }
  context.fillStyle = INK;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, photoHeight);
  draw(context, scaled, labels);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", description);
  return canvas;
}

function draw(context, faces, labels) {
  for (const { box: [x1, y1, x2, y2], known } of faces) {
    for (const [style, thickness] of [["rgb(0 0 0 / 70%)", 6], [colourOf(known), 3]]) {
      context.strokeStyle = style;
      context.lineWidth = thickness * labels.unit;
      context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    }
  }
  context.lineWidth = 1.5 * labels.unit;
  for (const { left, top, wide, high, box, known, far } of labels) {
    if (!far) continue;
    const plate = [left, top, left + wide, top + high];
    context.strokeStyle = colourOf(known);
    context.beginPath();
    context.moveTo(...nearest(plate, box));
    context.lineTo(...nearest(box, plate));
    context.stroke();
  }
  write(context, labels.unit);
  for (const { text, left, top, wide, high, known } of labels) {
    context.fillStyle = colourOf(known);
    context.fillRect(left, top, wide, high);
    context.fillStyle = INK;
    context.fillText(text, left + PADDING * labels.unit, top + high / 2);
  }
}

/** The point of a box that is nearest to the middle of another. */
function nearest([x1, y1, x2, y2], other) {
  const [x, y] = [(other[0] + other[2]) / 2, (other[1] + other[3]) / 2];
  return [Math.min(Math.max(x, x1), x2), Math.min(Math.max(y, y1), y2)];
}

/** The labels ({text, left, top, wide, high, box, known, free, far}) of the faces that have a name: those with room beside
 *  their face first, then those that look for it elsewhere in the picture, and have a line to their face. */
function placed(context, faces) {
  const { width, height } = context.canvas;
  const unit = (Math.max(width, height) / 640) * (faces.length > CROWD ? 0.65 : 1);
  write(context, unit);
  const labels = [];
  const waiting = [];
  const free = (place) => !faces.some(({ box }) => covers(place, box)) && !labels.some((other) => meet(place, other));
  for (const { box, name, known } of faces) {
    if (!name) continue;
    const text = fitted(context, name, width - 2 * PADDING * unit);
    const [wide, high] = [context.measureText(text).width + 2 * PADDING * unit, LABEL * unit];
    const places = around(box, wide, high).map(([x, y]) => ({
      left: Math.max(0, Math.min(x, width - wide)), top: Math.max(0, Math.min(y, height - high)), wide, high,
    }));
    const label = { text, box, known };
    const best = places.find((place) => free(place) && !faces.some((face) => covers(place, headOf(face.box)))) ?? places.find(free);
    if (best) labels.push({ ...best, ...label, free: true });
    else waiting.push({ ...label, places });
  }
  for (const { places, ...label } of waiting) {
    const elsewhere = room(places[0], label.box, { width, height }, free);
    const others = faces.filter((face) => face.box !== label.box);
    const off = places.find((place) => !covers(place, label.box) && !others.some(({ box }) => lies(place, box)));
    labels.push({ ...(elsewhere ?? off ?? places.at(-1)), ...label, free: Boolean(elsewhere ?? off), far: Boolean(elsewhere) });
  }
  return Object.assign(labels, { unit });
}

/** The nearest place in the picture that is free, on a grid; or nothing. */
function room({ wide, high }, box, { width, height }, free) {
  let [best, least] = [undefined, Infinity];
  for (let top = 0; top + high <= height; top += high / 3) {
    for (let left = 0; left + wide <= width; left += high / 3) {
      const across = Math.max(0, box[0] - left - wide, left - box[2]);
      const away = Math.hypot(across, Math.max(0, box[1] - top - high, top - box[3]));
      if (away < least && free({ left, top, wide, high })) [best, least] = [{ left, top, wide, high }, away];
    }
  }
  return best;
}

/** Where a label may go, the best place first: below its face, above the head, beside it, above it; the last one is on its chin. */
function around([x1, y1, x2, y2], wide, high) {
  const [middle, over] = [(x1 + x2 - wide) / 2, y1 - HEAD * (y2 - y1) - high];
  return [
    [middle, y2], [x1, y2], [x2 - wide, y2], [middle, over], [x1, over], [x2 - wide, over],
    [x2, y2 - high], [x1 - wide, y2 - high], [x2, y1], [x1 - wide, y1], [x1, y1 - high], [x2 - wide, y1 - high], [x1, y2 - high],
  ];
}

const headOf = ([x1, y1, x2, y2]) => [x1, y1 - HEAD * (y2 - y1), x2, y2];

function covers({ left, top, wide, high }, [x1, y1, x2, y2]) {
  return left < x2 - 1 && x1 + 1 < left + wide && top < y2 - 1 && y1 + 1 < top + high;
}

/** Whether a label lies wholly on a face: it seems to be that one's. */
function lies({ left, top, wide, high }, [x1, y1, x2, y2]) {
  return x1 <= left && y1 <= top && left + wide <= x2 && top + high <= y2;
}

function meet(a, b) {
  return covers(a, [b.left, b.top, b.left + b.wide, b.top + b.high]);
}

function write(context, unit) {
  context.font = `600 ${Math.round(LETTERS * unit)}px system-ui, sans-serif`;
  context.textBaseline = "middle";
}

/** The text, with its middle cut out when it is wider than the room. */
function fitted(context, text, room) {
  const letters = [...text];
  let [shown, kept] = [text, letters.length];
  while (kept > 1 && context.measureText(shown).width > room) {
    kept -= 1;
    const tail = Math.floor(kept / 3);
    shown = `${letters.slice(0, kept - tail).join("").trimEnd()}…${letters.slice(letters.length - tail).join("").trimStart()}`;
  }
  return shown;
}

function colourOf(known) {
  return known ? "#18d3c0" : "#ffb020";
}
