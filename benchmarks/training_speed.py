"""Photos per second of training UPNA's pooled classifier: rostro against Keras 3 on torch, same photos, same run.

    python -m venv ENV && ENV/bin/pip install keras==3.15.1 torch==2.13.0 scipy==1.17.1 pillow==13.0.0
    python benchmarks/training_speed.py --keras ENV/bin/python [--rounds 3] [--precision float32]

Both take JPEG files at 150 × 150, change them as UPNA's project did (rotation 40°, shifts, shear, zoom 0.2, flip), and
make steps of the same network with batches of 32; data loading is part of the time. Keras is driven as the project
drove it, by ``ImageDataGenerator.flow_from_directory`` and ``fit``: once as it stands, once with as many workers as
cores. All three programs stay alive and take turns, so that a machine whose speed drifts is fair to all. The first
steps of a turn are not counted, for any of them: they may find photos that were made ready before. rostro reads and
resizes every photo once, before the first step; what that takes is told too.

Two speeds are told: by the clock, and by the time that a program's threads had of the processors, which is the one to
compare where the machine has other work. Threads that wait do not spin, in any of the programs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
SIDE, BATCH = 150, 32
#: Steps of a turn, and those at its beginning that are not counted.
STEPS, IDLE = 6, 2
#: What begins a line that is meant for the program that listens.
MARK = "speed "
#: Photos per second, by the clock and of a processor's time.
Speed = tuple[float, float]
MODES = ("rostro", "keras", "keras, workers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keras", type=Path, required=True, help="Python of the environment with Keras.")
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images", help="One folder per person.")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="auto", help="Of rostro: auto, float32 or bfloat16.")
    parser.add_argument("--serve", choices=MODES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        if options.serve == "rostro":
            rostro(options.photos, options.precision)
        else:
            keras(options.photos, workers="workers" in options.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        count = link_people(options.photos, Path(folder) / "train", options.people)
        if count < BATCH * STEPS * (options.rounds + 1):
            raise SystemExit(f"{count} photos are too few for {options.rounds} rounds")
        shared = [str(Path(__file__).resolve()), "--photos", folder, "--keras", str(options.keras)]
        shared += ["--precision", options.precision, "--serve"]
        pythons = {mode: str(options.keras if mode.startswith("keras") else sys.executable) for mode in MODES}
        print(f"{count} photos of {options.people} people, batches of {BATCH}, {os.cpu_count()} cores", flush=True)
        programs = {}
        for mode, python in pythons.items():  # one after the other: they would slow each other down
            programs[mode] = start([python, *shared, mode])
            print(f"{mode}: photos read and first step made in {answer(programs[mode])[0]:.1f} s", flush=True)
        rounds: list[dict[str, Speed]] = []
        for number in range(options.rounds + 1):
            speeds = {mode: turn(program) for mode, program in programs.items()}
            told = ", ".join(f"{mode} {clock:.1f} ({used:.1f})" for mode, (clock, used) in speeds.items())
            print(f"{'round' if number else 'to warm up'}: {told} photos/s (of the processor)", flush=True)
            rounds += [speeds] if number else []
        for program in programs.values():
            program.kill()
    for kind, what in enumerate(("photos/s", "photos per second of a processor")):
        medians = {mode: statistics.median(round_[mode][kind] for round_ in rounds) for mode in MODES}
        for mode in MODES:
            print(f"{mode:16} {medians[mode]:7.1f} {what}")
        print(f"rostro is {medians['rostro'] / max(medians[mode] for mode in MODES[1:]):.2f} × the faster Keras")


def link_people(root: Path, target: Path, people: int) -> int:
    """The people with most photos."""
    folders = sorted(root.iterdir(), key=lambda folder: (-len(list(folder.iterdir())), folder.name))[:people]
    for folder in folders:
        (target / folder.name).mkdir(parents=True)
        for photo in folder.iterdir():
            (target / folder.name / photo.name).symlink_to(photo.resolve())
    return len(list(target.glob("*/*")))


def start(command: list[str]) -> subprocess.Popen[str]:
    environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, "KERAS_BACKEND": "torch"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def turn(program: subprocess.Popen[str]) -> Speed:
    assert program.stdin is not None
    program.stdin.write("go\n")
    program.stdin.flush()
    return answer(program)


def answer(program: subprocess.Popen[str]) -> Speed:
    """The numbers on the next line that is one of ours."""
    assert program.stdout is not None
    for line in program.stdout:
        if line.startswith(MARK):
            clock, used = line.removeprefix(MARK).split()
            return float(clock), float(used)
    raise SystemExit("a program ended before its time")


class Watch:
    """The clock, and the time that all threads of this program had of the processors."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """From now on."""
        self._clock, self._used = time.perf_counter(), time.process_time()

    def say_seconds(self) -> None:
        """What has passed."""
        print(f"{MARK}{time.perf_counter() - self._clock} {time.process_time() - self._used}", flush=True)

    def say_speed(self, photos: int) -> None:
        """Photos per second that has passed."""
        clock, used = time.perf_counter() - self._clock, time.process_time() - self._used
        print(f"{MARK}{photos / clock} {photos / used}", flush=True)


def rostro(root: Path, precision: str) -> None:
    """``rostro train classifier --net upna_pooled --augmentation upna``, which waits for its turns between steps."""
    from rostro import Settings, Step, train
    from rostro.recognizer import Recognizer

    (root / "val").symlink_to(root / "train")
    watch = Watch()

    def wait(step: Step) -> None:
        if step.step == 1:
            watch.say_seconds()
        if step.step % STEPS == 0:
            watch.say_speed(BATCH * (STEPS - IDLE))
        if step.step % STEPS == 0 or step.step == 1:
            sys.stdin.readline()
        if step.step % STEPS == IDLE:
            watch.start()

    def tell(line: str) -> None:
        print(f"rostro: {line}", file=sys.stderr, flush=True)

    threads = Recognizer(settings=replace(Settings.from_environment(), threads=os.cpu_count() or 1))
    train(
        "classifier", root, output=root / "out", recognizer=threads, on_step=wait, net="upna_pooled",
        augmentation="upna", batch=BATCH, device="cpu", precision=precision, epochs=40, on_message=tell,
    )  # fmt: skip


def keras(root: Path, *, workers: bool) -> None:
    """The project's own way, with the network of its first version."""
    import keras
    from keras import layers
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    watch = Watch()
    generator = ImageDataGenerator(
        rescale=1 / 255, rotation_range=40, width_shift_range=0.2, height_shift_range=0.2, shear_range=0.2,
        zoom_range=0.2, horizontal_flip=True,
    )  # fmt: skip
    photos = generator.flow_from_directory(root / "train", target_size=(SIDE, SIDE), batch_size=BATCH)
    if workers:
        photos.workers = os.cpu_count()
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3))])
    for channels in (32, 64, 64):
        model.add(layers.Conv2D(channels, 3, padding="same", activation="relu"))
        model.add(layers.Conv2D(channels, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(photos.num_classes, activation="softmax"))
    model.compile(optimizer="adamw", loss="categorical_crossentropy", metrics=["accuracy"])

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras is not there where types are checked
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if batch + 1 == IDLE:
                watch.start()

    model.fit(photos, steps_per_epoch=1, verbose=0)
    watch.say_seconds()
    while sys.stdin.readline():
        model.fit(photos, steps_per_epoch=STEPS, verbose=0, callbacks=[Clock()])
        watch.say_speed(BATCH * (STEPS - IDLE))


if __name__ == "__main__":
    main()
