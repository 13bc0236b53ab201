"""The training loop: steps, validation, early stopping, checkpoints, and going on where it stopped.

Nothing random outlives a step: the order of the photos comes from (seed, epoch), a photo's augmentation from (seed,
epoch, photo), dropout from (seed, epoch, step). So an interrupted training that goes on in the middle of an epoch makes
the same steps as one that was never interrupted; on one machine's CPU they are equal bit by bit.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from math import cos, pi
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, RostroError
from rostro.training.base import LoopOptions, Progress, Step
from rostro.training.loop import precision as _precision
from rostro.training.loop import processes as _processes
from rostro.training.loop.checkpoint import BEST, LAST, make_folder, read_resume, write_checkpoint, write_resume
from rostro.training.loop.curves import LOSSES, TRAINING_LOSS, VALIDATION_LOSS, write_curves
from rostro.training.loop.memory import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from rostro.reports.typeset import Format
    from rostro.training.data.batches import Batches
    from rostro.training.loop.card import Card

#: Part of all steps in which the rate climbs to its highest.
_WARM_UP = 0.05


class Interrupted(RostroError):  # noqa: N818 - the name says what happened
    """A training was stopped before its end; what it learned is kept, and ``values["why"]`` is ``resumable`` then."""


@dataclass(slots=True, kw_only=True)
class Training:
    """What is trained, on what, and how.

    Attributes:
        net: The network.
        optimiser: Over its parameters.
        loss: (scores, labels) → the mean loss.
        train: The data, shuffled.
        val: The data to choose the best epoch by.
        measure: (scores, labels) of `val` → numbers; the first one is to be highest.
        options: Epochs, rate, patience, seed, device.
        anneal: Whether the rate climbs and then falls along a cosine; the originals keep theirs.
        card: Card of the checkpoints, without metrics.
        folder: Where they go.
        progress: Told of steps and epochs, and asked whether to stop.
        measured: The part of the network whose answers `measure` is given; None: the whole.
        loss_name: What the loss is, with its unit, for the learning curves.
        unseen: Whether the classes of `val` are others than those of `train`, so that `loss` says nothing about them.
        export: Told the folder and the card of each better epoch before they are kept; writes what belongs beside the
            checkpoint, and gives the card that says so.
    """

    net: nn.Module
    optimiser: torch.optim.Optimizer
    loss: Callable[[Tensor, Tensor], Tensor]
    train: Batches
    val: Batches
    measure: Callable[[NDArray[Any], NDArray[Any]], dict[str, float]]
    options: LoopOptions
    anneal: bool
    card: Card
    folder: Path
    progress: Progress
    measured: nn.Module | None = None
    loss_name: str = ""
    unseen: bool = False
    export: Callable[[Path, Card], Card] | None = None

    def run(self) -> Card:
        """Trains to the end, or until the validation value no longer grows; the net ends as the best epoch left it.

        Returns:
            The best checkpoint's card.

        Raises:
            Interrupted: `Progress.stopped` said so.
            BadInput: Nothing to resume, or something of another training.
        """
        return _Run(self).run()


@dataclass(slots=True)
class _State:
    """Where a training is; goes to a file and back."""

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    best: float | None = None
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    made_by: str = ""
    precision: str = ""


class _Run:
    """One run of a training."""

    def __init__(self, task: Training) -> None:
        self._task = task
        self._device = _processes.choose_device(task.options.device)
        self._net: nn.Module = task.net
        self._steps = len(task.train)
        self._state = _State(made_by=_fingerprint(task.card))
        self._started, self._photos = time.monotonic(), 0

    def run(self) -> Card:
        task, state = self._task, self._state
        make_folder(task.folder)
        keep_freed_memory()
        task.net.to(self._device)
        if task.options.resume:
            self._resume()
            state = self._state
        self._net = _processes.together(task.net, self._device)
        state.precision = self._precision()
        while state.epoch < task.options.epochs and not self._is_over():
            self._epoch()
            self._finish_epoch()
        self._write_curves(task.progress.formats)
        return self._best_card()

    def _precision(self) -> str:
        task, state = self._task, self._state
        resumed, steps = bool(state.epoch or state.step), self._steps * task.options.epochs
        return _precision.known(
            task.options.precision, state.precision, self._device, resumed=resumed
        ) or _precision.fastest(task.net, task.loss, task.train, self._device, steps=steps, say=task.progress.say)

    def _is_over(self) -> bool:
        return (
            self._state.best is not None and self._state.epoch - self._state.best_epoch >= self._task.options.patience
        )

    def _epoch(self) -> None:
        task, state = self._task, self._state
        self._net.train()
        for images, labels in task.train.batches(state.epoch, state.step):
            (photos,) = _processes.total(len(images))
            state.loss_sum += self._step(images, labels, len(images) / photos)
            state.step += 1
            self._photos += int(photos)
            speed = self._photos / max(time.monotonic() - self._started, 1e-9)
            task.progress.on_step(
                Step(state.epoch + 1, task.options.epochs, state.step, self._steps, state.loss_sum / state.step, speed)
            )
            if any(_processes.total(task.progress.stopped())):
                self._keep_last()
                raise Interrupted(
                    f"stopped in epoch {state.epoch + 1} after step {state.step} of {self._steps}; "
                    f"the same with resume goes on",
                    why="resumable",
                )

    def _step(self, images: Tensor, labels: Tensor, share: float) -> float:
        """One step; `share` is this process' part of the step's photos. The mean loss over all of them."""
        import torch

        task, state = self._task, self._state
        place = [task.options.seed, state.epoch, state.step, *([_processes.number()] if _processes.number() else [])]
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
        for group in task.optimiser.param_groups:
            group["lr"] = self._rate(state.epoch * self._steps + state.step) * group.get("part_of_rate", 1.0)
        images, labels = images.to(self._device), labels.to(self._device)
        loss = _precision.mean_loss(self._net, task.loss, images, labels, state.precision)
        task.optimiser.zero_grad(set_to_none=True)
        weighted = loss * (share * _processes.count())  # the mean over processes is then the mean over photos
        weighted.backward()  # type: ignore[no-untyped-call]
        task.optimiser.step()
        (value,) = _processes.total(float(loss.detach()) * share)
        if not np.isfinite(value):
            raise BadInput(f"the loss became {value}: try a lower rate than {task.options.rate:g}")
        return value

    def _rate(self, step: int) -> float:
        highest, steps = self._task.options.rate, self._steps * self._task.options.epochs
        if not self._task.anneal:
            return highest
        warm = max(1.0, _WARM_UP * steps)
        if step < warm:
            return highest * (step + 1) / (warm + 1)
        return highest * (1 + cos(pi * (step - warm) / max(steps - warm, 1))) / 2

    def _finish_epoch(self) -> None:
        task, state = self._task, self._state
        losses = {TRAINING_LOSS: state.loss_sum / self._steps}
        measured = {"": 0.0}
        if _processes.number() == 0:
            validation, measured = self._measure()
            losses |= validation
        name, value = next(iter(measured.items()))
        value = _processes.of_the_first(value)
        state.history.append({"epoch": state.epoch + 1, **losses, **measured})
        state.epoch, state.step, state.loss_sum = state.epoch + 1, 0, 0.0
        told = ", ".join(f"{what} {number:.4f}" for what, number in (losses | {name: value}).items())
        task.progress.say(f"epoch {state.epoch}: {told}")
        if state.best is None or value > state.best:
            state.best, state.best_epoch = value, state.epoch
            self._keep_best()
        self._keep_last()
        self._write_curves(())

    def _write_curves(self, formats: Sequence[Format]) -> None:
        task = self._task
        if _processes.number() == 0:
            write_curves(
                task.folder, self._state.history, loss=task.loss_name, language=task.progress.language, formats=formats
            )

    def _measure(self) -> tuple[dict[str, float], dict[str, float]]:
        """The loss on the validation part, where there is one, and what is measured there."""
        import torch

        task, losses = self._task, {}
        scores = run_net(task.measured or task.net, task.val, self._device)
        if not task.unseen:
            labels = torch.from_numpy(np.ascontiguousarray(task.val.labels)).to(self._device)
            losses[VALIDATION_LOSS] = float(task.loss(torch.from_numpy(scores).to(self._device), labels))
        return losses, task.measure(scores, task.val.labels)

    def _keep_best(self) -> None:
        task = self._task
        if _processes.number() > 0:
            return
        card = self._card(self._state.epoch)
        if task.export is not None:
            card = task.export(task.folder, card)
        write_checkpoint(task.folder, BEST, task.net.state_dict(), card)

    def _keep_last(self) -> None:
        task, state = self._task, self._state
        if _processes.number() > 0:
            return
        write_checkpoint(task.folder, LAST, task.net.state_dict(), self._card(state.epoch))
        tensors = {f"net.{name}": tensor for name, tensor in task.net.state_dict().items()}
        for number, values in task.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items() if value is not None}
        write_resume(task.folder, tensors, asdict(state))

    def _resume(self) -> None:
        task = self._task
        tensors, state = read_resume(task.folder)
        if state.get("made_by") != self._state.made_by:
            raise BadInput(f"{task.folder}: what lies there was trained on other data or with other options")
        self._state = _State(**state)
        self._state.history = [_renamed(row) for row in self._state.history]
        task.net.load_state_dict({name[4:]: value for name, value in tensors.items() if name.startswith("net.")})
        whole = task.optimiser.state_dict()
        learned = [parameter for group in task.optimiser.param_groups for parameter in group["params"]]
        for name, value in tensors.items():
            if name.startswith("optimiser."):
                _, number, key = name.split(".", 2)
                whole["state"].setdefault(int(number), {})[key] = _in_order_of(learned[int(number)], value)
        task.optimiser.load_state_dict(whole)

    def _card(self, epoch: int) -> Card:
        measured = self._state.history[epoch - 1] if epoch else {}
        named = {k if k in LOSSES else f"validation {k}": v for k, v in measured.items() if k != "epoch"}
        options = self._task.card.options | {"precision": self._state.precision}
        return replace(self._task.card, metrics=named, options=options)

    def _best_card(self) -> Card:
        from rostro.training.loop.checkpoint import read_checkpoint

        _processes.wait()  # until the first one has written it
        best = read_checkpoint(self._task.folder)
        self._task.net.load_state_dict(best.tensors)
        return best.card


def _renamed(row: dict[str, float]) -> dict[str, float]:
    """An epoch as it is written today: an earlier version called the training loss ``loss`` and knew no other."""
    return {TRAINING_LOSS if name == "loss" else name: value for name, value in row.items()}


def _in_order_of(parameter: Tensor, value: Tensor) -> Tensor:
    """A value in its parameter's order of memory, which fused optimisers take for granted."""
    if value.shape != parameter.shape:
        return value
    ordered = parameter.detach().clone()  # keeps the order
    return ordered.copy_(value)


def run_net(net: nn.Module, data: Batches, device: str) -> NDArray[np.float32]:
    """(N, outputs) scores of all data, in order, without dropout."""
    import torch

    net.eval()
    with torch.inference_mode():
        parts = [net(images.to(device)).float().cpu().numpy() for images, _ in data.batches(0)]
    return np.concatenate(parts)


#: Options that say nothing about what is trained; the precision is kept by itself.
_MAY_DIFFER = {"resume", "device", "licence", "precision"}


def _fingerprint(card: Card) -> str:
    """What must be the same for a training to go on."""
    options = {key: value for key, value in card.options.items() if key not in _MAY_DIFFER}
    processes = f" {_processes.count()} processes" if _processes.count() > 1 else ""
    return f"{card.recipe} {card.net} {card.data_hash} {options}{processes}"
