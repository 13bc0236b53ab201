"""What ``embedder`` and ``finetune`` share: people in, a network whose vectors tell people apart out."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import replacing
from rostro.embedding.trained import prepare_of
from rostro.nets.onnx_file import write_onnx
from rostro.photos.folders import read_people
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option
from rostro.training.classifiers.scores import verification
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.batches import PeopleAtATime, PictureBatches, Pictures, data_hash
from rostro.training.data.crops import make_crops
from rostro.training.data.parts import refuse_empty
from rostro.training.loop import losses as _losses
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import BEST, Checkpoint, need_torch
from rostro.training.loop.loop import Training, check_loop
from rostro.training.loop.nets import parameters, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import torch
    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import AlignmentSpec
    from rostro.nets.metric import MetricNet
    from rostro.nets.torch_network import TorchNetwork
    from rostro.photos.people import People

#: Name → (the loss, whether it compares faces with centres, its own margin).
LOSSES: dict[str, tuple[Callable[..., Tensor], bool, float]] = {
    "arcface": (_losses.arcface, True, 0.5),
    "cosface": (_losses.cosface, True, 0.35),
    "triplet": (_losses.triplet, False, 0.2),
}
_HELD_OUT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOptions(LoopOptions):
    """What both can be told."""

    batch: int = option(64, "Photos per step (per process, where torchrun starts several).")
    loss: str = option("arcface", "arcface, cosface or triplet.")
    margin: float | None = option(None, "Of the loss. Default: arcface 0.5 radians, cosface 0.35, triplet 0.2.")
    scale: float = option(32.0, "What arcface and cosface multiply cosines with; 64 for tens of thousands of people.")
    photos: int = option(4, "K: photos of each person in a step of triplet; a step has batch / K people.")
    min_photos: int = option(5, "People with fewer photos are not trained on, but may be held out.")
    unseen: int = option(0, "People held out to measure verification on. Default: a tenth.")
    augmentation: str = option("default", "default, upna or none.")
    crops: str = option("", "Folder for the aligned crops, for several trainings to share. Default: in the output.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is trained, as it is before.

    Attributes:
        name: Of the network, for the card and for the names of spaces.
        net: The backbone.
        alignment: How its crops are made.
        detector: What finds the faces.
        input_form: How crops become inputs; `rostro.embedding.trained.prepare_of` knows the names.
        licence: What the first weights may be used for; empty for new ones.
    """

    name: str
    net: TorchNetwork
    alignment: AlignmentSpec
    detector: str
    input_form: str
    licence: str = ""


class MetricRecipe(Recipe):
    """A folder of people; some are held out, and verification is measured on them."""

    @abstractmethod
    def _start(self) -> Start:
        """The network before the training."""

    @abstractmethod
    def _optimiser(self, net: MetricNet) -> torch.optim.Optimizer:
        """Over what is to be learned."""

    def _before(self, net: MetricNet, batches: PictureBatches) -> None:
        """Called with the training photos, in order, when everything is ready."""

    def train(self) -> Card:
        """Crops, trains, and writes an ONNX file of every better epoch."""
        need_torch("onnx")
        import torch

        from rostro.nets.metric import MetricNet

        chosen: MetricOptions = self.chosen
        self._check()
        people, held = self._people()
        loss, centred, margin = LOSSES[chosen.loss]
        torch.manual_seed(chosen.seed)
        start = self._start()
        photos = [*people.photos, *held.photos]
        folder = Path(chosen.crops) if chosen.crops else self.output / "crops"
        crops = make_crops(photos, start.alignment, start.detector, folder, self.tools)
        owners = np.concatenate([people.owners, held.owners + len(people.names)])[crops.kept].astype(np.int64)
        learn = crops.kept < len(people.photos)
        self._check_left(owners, learn, len(people.names))
        size = start.alignment.size
        dims = next(iter(start.net.network.outputs.values())).channels
        net = MetricNet(start.net, dims, len(people.names) if centred else None)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        train, val = (
            Pictures(len(part), partial(_at, crops.files, part), size, self.tools.threads)
            for part in (np.flatnonzero(learn), np.flatnonzero(~learn))
        )
        prepare = prepare_of(start.input_form)
        batches = partial(PictureBatches, batch=chosen.batch, threads=self.tools.threads, prepare=prepare)
        self._before(net, batches(train, owners[learn]))
        for line in summary(net):
            self.tools.say(line)
        card = Card(
            recipe=self.name,
            net=start.name,
            classes=people.names,
            preprocessing={
                "size": size, "alignment": start.alignment.name, "alignment_options": dict(start.alignment.options),
                "detector": start.detector, "input": start.input_form, "dims": dims,
            },
            data_hash=data_hash(crops.hashes, owners),
            photos={"train": int(learn.sum()), "val": int((~learn).sum())},
            parameters=parameters(net),
            options={key: value for key, value in asdict(chosen).items() if key != "crops"},
            licence=chosen.licence or start.licence,
        )  # fmt: skip
        margin = margin if chosen.margin is None else chosen.margin
        scaled = {"scale": chosen.scale} if centred else {}
        plan = None if centred else PeopleAtATime(
            owners[learn], max(2, chosen.batch // chosen.photos), chosen.photos, chosen.seed
        )  # fmt: skip
        return Training(
            net=net,
            optimiser=self._optimiser(net),
            loss=partial(loss, margin=margin, **scaled),
            train=batches(
                train, owners[learn], seed=chosen.seed, augmentation=AUGMENTATIONS[chosen.augmentation], plan=plan
            ),
            val=batches(val, owners[~learn]),
            measure=verification,
            options=chosen,
            anneal=True,
            card=card,
            folder=self.output,
            tools=self.tools,
            measured=net.backbone,
            export=partial(_export, start.net),
        ).run()

    def _check(self) -> None:
        chosen: MetricOptions = self.chosen
        check_loop(chosen)
        for name, allowed in {"loss": tuple(LOSSES), "augmentation": tuple(AUGMENTATIONS)}.items():
            if getattr(chosen, name) not in allowed:
                raise BadInput(f"{name} is {', '.join(allowed)}, got {getattr(chosen, name)!r}")
        for name in ("photos", "min_photos"):
            if getattr(chosen, name) < 2:
                raise BadInput(f"{name} is at least 2, got {getattr(chosen, name)}")

    def _people(self) -> tuple[People, People]:
        """Who is trained on, and who is held out: first of all those who have too few photos to be trained on."""
        chosen: MetricOptions = self.chosen
        everybody = read_people(self.root)
        refuse_empty(self.root)
        counts = everybody.counts
        if len(counts) < 2:
            raise BadInput(f"{self.root}: only one class ({everybody.names[0]}); there is nothing to tell apart")
        rng = np.random.default_rng(chosen.seed)
        few = rng.permutation(np.flatnonzero((counts >= 2) & (counts < chosen.min_photos)))
        many = rng.permutation(np.flatnonzero(counts >= chosen.min_photos))
        wanted = chosen.unseen or max(2, round(_HELD_OUT * (len(few) + len(many))))
        held = np.concatenate([few, many])[:wanted]
        learned = np.setdiff1d(many, held)
        if len(held) < 2 or len(learned) < 2:
            raise BadInput(
                f"{self.root}: {len(many)} people have {chosen.min_photos} photos or more and {len(few)} have fewer, "
                f"but at least two; that leaves {len(learned)} to train on and {len(held)} to hold out, "
                f"and two of each are needed (min_photos, unseen)"
            )
        self.tools.say(
            f"{len(learned)} people to train on, {int(counts[learned].min())} to {int(counts[learned].max())} photos "
            f"each; {len(held)} people held out, {int(counts[held].sum())} photos"
        )
        return everybody.only(np.isin(everybody.owners, learned)), everybody.only(np.isin(everybody.owners, held))

    def _check_left(self, owners: NDArray[np.int64], learn: NDArray[np.bool_], people: int) -> None:
        """Whether everybody still has a photo, now that those without a face are gone."""
        gone = people - len(np.unique(owners[learn]))
        if gone:
            raise BadInput(f"{self.root}: {gone} people to train on have no photo with a face; remove their folders")
        if np.bincount(owners[~learn]).max(initial=0) < 2:
            raise BadInput(f"{self.root}: of the people held out, nobody has two photos with a face")

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """Refused: such a checkpoint gives vectors, not names."""
        raise BadInput(
            f"a checkpoint of {checkpoint.card.recipe} gives vectors, not names: take it as the embedder of verify, "
            f"enroll and identify, or as the base of a head"
        )


def _at(files: Sequence[Path], part: NDArray[np.int64], index: int) -> Path:
    return files[int(part[index])]


def _export(net: TorchNetwork, folder: Path, card: Card) -> Card:
    """Writes the network as ONNX; the card says its hash."""
    target = folder / f"{BEST}.onnx"
    with replacing(target) as beside:
        write_onnx(net.network, net.weights(), beside)
        sha256 = hashlib.sha256(beside.read_bytes()).hexdigest()
    return replace(card, preprocessing=card.preprocessing | {"onnx_sha256": sha256})
