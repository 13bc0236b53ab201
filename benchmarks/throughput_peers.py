"""The peers of `throughput`, each run by the Python of its own virtual environment.

    PYTHON throughput_peers.py SYSTEM MODELS LIST

Reads the photos that LIST names from decode to embeddings once, to warm up; then once more for each line on stdin, and
prints the seconds and the number of faces. MODELS is a folder with the model files under the names that they have in
rostro's cache. This file imports nothing of rostro.
"""

import dataclasses
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: Photo → how many faces of it have an embedding now.
Embed = Callable[[str], int]

SFACE = "face_recognition_sface_2021dec.onnx"
YUNET = "face_detection_yunet_2023mar.onnx"


def insightface(models: str, size: int) -> Embed:
    import cv2
    from insightface.app import FaceAnalysis

    root = Path(models) / "insightface"
    (root / "models" / "same").mkdir(parents=True, exist_ok=True)
    for name in ("scrfd_500m_bnkps.onnx", "w600k_mbf.onnx"):
        shutil.copy(Path(models) / name, root / "models" / "same" / name)
    app = FaceAnalysis("same", str(root), providers=["CPUExecutionProvider"])
    app.prepare(ctx_id=-1, det_size=(size, size))
    return lambda photo: len(app.get(cv2.imread(photo)))


def uniface(models: str, size: int) -> Embed:
    """Its own copy of SCRFD-500M is another export; it is told to take this one."""
    import cv2
    from uniface import ArcFace, constants, model_store
    from uniface.detection import SCRFD

    root = Path(models) / "uniface"
    root.mkdir(exist_ok=True)
    model_store.set_cache_dir(str(root))
    detector, embedder = constants.SCRFDWeights.SCRFD_500M_KPS, constants.ArcFaceWeights.MNET
    for weights, name in ((detector, "scrfd_500m_bnkps.onnx"), (embedder, "w600k_mbf.onnx")):
        target = root / f"{weights.value}.onnx"
        shutil.copy(Path(models) / name, target)
        known = constants.MODEL_REGISTRY[weights]
        sha256 = hashlib.sha256(target.read_bytes()).hexdigest()
        constants.MODEL_REGISTRY[weights] = dataclasses.replace(known, sha256=sha256)
    finder = SCRFD(model_name=detector, input_size=(size, size), providers=["CPUExecutionProvider"])
    run = finder.inference
    finder.inference = lambda batch: [output[0] for output in run(batch)]  # this export counts photos, theirs does not
    recogniser = ArcFace(model_name=embedder, providers=["CPUExecutionProvider"])

    def embed(photo: str) -> int:
        image = cv2.imread(photo)
        return len([recogniser.get_normalized_embedding(image, face.landmarks) for face in finder.detect(image)])

    return embed


def deepface(models: str) -> Embed:
    weights = Path(models) / "deepface" / ".deepface" / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    for name in (SFACE, YUNET):
        shutil.copy(Path(models) / name, weights / name)
    os.environ["DEEPFACE_HOME"] = str(weights.parents[1])
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from deepface import DeepFace

    def represent(photo: str) -> int:
        found = DeepFace.represent(photo, model_name="SFace", detector_backend="yunet", enforce_detection=False)
        return len(found)

    return represent


def face_recognition(models: str) -> Embed:
    import face_recognition

    return lambda photo: len(face_recognition.face_encodings(face_recognition.load_image_file(photo)))


def opencv(models: str) -> Embed:
    import cv2

    cv2.setNumThreads(os.cpu_count() or 1)
    detector = cv2.FaceDetectorYN.create(str(Path(models) / YUNET), "", (320, 320), 0.6, 0.3, 5000)
    recognizer = cv2.FaceRecognizerSF.create(str(Path(models) / SFACE), "")

    def embed(photo: str) -> int:
        image = cv2.imread(photo)
        assert image is not None, photo
        detector.setInputSize(image.shape[1::-1])
        _, rows = detector.detect(image)
        vectors = [] if rows is None else [recognizer.feature(recognizer.alignCrop(image, row)) for row in rows]
        return len(vectors)

    return embed


SYSTEMS: dict[str, Callable[[str], Embed]] = {
    "opencv": opencv,
    "insightface-320": lambda models: insightface(models, 320),
    "insightface-640": lambda models: insightface(models, 640),
    "uniface-320": lambda models: uniface(models, 320),
    "uniface-640": lambda models: uniface(models, 640),
    "deepface": deepface,
    "face_recognition": face_recognition,
}


def main() -> None:
    system, models, listed = sys.argv[1:]
    said, sys.stdout = sys.stdout, sys.stderr  # they print what they load
    photos = Path(listed).read_text(encoding="utf-8").splitlines()
    embed = SYSTEMS[system](models)
    for photo in photos[:10]:
        embed(photo)
    print("ready", file=said, flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        faces = sum(embed(photo) for photo in photos)
        print(time.perf_counter() - started, faces, file=said, flush=True)


if __name__ == "__main__":
    main()
