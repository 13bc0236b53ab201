// Boxes and names over a picture, readable on any background.

/** Draws faces ({box, name}) on a canvas whose pixels are those of the photo. */
export function drawFaces(context, faces) {
  const { width, height } = context.canvas;
  const unit = Math.max(width, height) / 640;
  context.font = `600 ${Math.round(18 * unit)}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  for (const { box: [x1, y1, x2, y2], name, known } of faces) {
    const colour = known ? "#18d3c0" : "#ffb020";
    for (const [style, thickness] of [["rgb(0 0 0 / 70%)", 6], [colour, 3]]) {
      context.strokeStyle = style;
      context.lineWidth = thickness * unit;
      context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    }
    if (name) drawLabel(context, name, x1, y1, unit, colour);
  }
}

function drawLabel(context, text, x, y, unit, colour) {
  const [padding, high] = [7 * unit, 28 * unit];
  const wide = context.measureText(text).width + 2 * padding;
  const left = Math.max(0, Math.min(x, context.canvas.width - wide));
  const top = y - high > 0 ? y - high : y;
  context.fillStyle = colour;
  context.fillRect(left, top, wide, high);
  context.fillStyle = "#06110f";
  context.fillText(text, left + padding, top + high / 2);
}

/** The photo, upright, with its faces marked; null for kinds of pictures that the browser does not show (TIFF, …). */
export async function markedPhoto(file, faces, description, limit = 1200) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, limit / bitmap.width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  drawFaces(context, faces.map((face) => ({ ...face, box: face.box.map((value) => value * scale) })));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", description);
  return canvas;
}
