// The camera, and photos from it.
import { t } from "./words.js";

export class CameraError extends Error {}

/** Opens the camera into a video element; returns what closes it. */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError(t("cameraInsecure"));
  let stream;
  try {
    const wanted = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch {
    throw new CameraError(t("cameraRefused"));
  }
  video.srcObject = stream;
  await video.play();
  return () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}

/** What the video shows now, as a JPEG no wider than `width`. */
export function snapshot(video, width = 1280, quality = 0.92) {
  const scale = Math.min(1, width / video.videoWidth);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
