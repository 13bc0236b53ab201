"""What ``embedder`` and ``finetune`` share: people in, a network whose vectors tell people apart out."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.files import replacing
from rostro.core.ranges import Range, counted
from rostro.embedding.trained import prepare_of
from rostro.nets.onnx_file import write_onnx
from rostro.photos.left_out import CROPS, no_pictures
from rostro.training.base import BATCH, LoopOptions, option
from rostro.training.classifiers.scores import verification
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.batches import PeopleAtATime, PictureBatches, Pictures
from rostro.training.data.crops import make_crops
from rostro.training.data.examples import Data, PictureExamples
from rostro.training.data.parts import read_everybody
from rostro.training.loop import losses as _losses
from rostro.training.loop.checkpoint import BEST
from rostro.training.recipes._course import Course, Learner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch
    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import AlignmentSpec
    from rostro.nets.metric import MetricNet
    from rostro.nets.torch_network import TorchNetwork
    from rostro.photos.people import People
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.recipes._course import Says

#: Name → (the loss, whether it compares faces with centres, its own margin).
LOSSES: dict[str, tuple[Callable[..., Tensor], bool, float]] = {
    "arcface": (_losses.arcface, True, 0.5),
    "cosface": (_losses.cosface, True, 0.35),
    "triplet": (_losses.triplet, False, 0.2),
}
_HELD_OUT = 0.1
#: Of angles and of cosines; and of what they are multiplied with.
MARGIN = Range(what="a margin", low=0, high=2)
SCALE = Range(what="a scale", low=0, high=100_000, above=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOptions(LoopOptions):
    """What both can be told."""

    batch: int = option(64, "Photos per step (per process, where torchrun starts several).", BATCH)
    loss: str = option("arcface", "arcface, cosface or triplet.")
    margin: float | None = option(None, "Of the loss. Default: arcface 0.5 radians, cosface 0.35, triplet 0.2.", MARGIN)
    scale: float = option(
        32.0, "What arcface and cosface multiply cosines with; 64 for tens of thousands of people.", SCALE
    )
    photos: int = option(4, "K: photos of each person in a step of triplet; a step has batch / K people.", counted(2))
    min_photos: int = option(5, "People with fewer photos are not trained on, but may be held out.", counted(2))
    unseen: int = option(0, "People held out to measure verification on. Default: a tenth.", counted(0))
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceData(Data):
    """Aligned faces of people to train on and of people held out, and the network that they are cut for."""

    start: Start


class MetricRecipe(Course[FaceData]):
    """A folder of people; some are held out, and verification is measured on them."""

    needs: ClassVar = ("onnx",)
    allowed: ClassVar = {"loss": tuple(LOSSES), "augmentation": tuple(AUGMENTATIONS)}
    unlisted: ClassVar = frozenset({"crops"})  # where they lie changes nothing
    chosen: MetricOptions

    @abstractmethod
    def _start(self) -> Start:
        """The network before the training."""

    @abstractmethod
    def _optimiser(self, net: MetricNet) -> torch.optim.Optimizer:
        """Over what is to be learned."""

    def _before(self, net: MetricNet, batches: PictureBatches) -> None:
        """Called with the training photos, in order, when everything is ready."""

    def _data(self) -> FaceData:
        """Aligned faces, made once."""
        import torch

        chosen = self.chosen
        people, held = self._people()
        torch.manual_seed(chosen.seed)
        start = self._start()
        crops = make_crops(
            [*people.photos, *held.photos], start.alignment, start.detector,
            Path(chosen.crops) if chosen.crops else self.output / CROPS,
            recognizer=self.recognizer, progress=self.progress,
        )  # fmt: skip
        owners = np.concatenate([people.owners, held.owners + len(people.names)])[crops.kept].astype(np.int64)
        learn = crops.kept < len(people.photos)
        self._check_left(owners, learn, len(people.names))
        size, threads = start.alignment.size, self.recognizer.settings.threads
        augmentation = AUGMENTATIONS[chosen.augmentation]
        plan = None if _is_centred(chosen) else PeopleAtATime(
            owners[learn], max(2, chosen.batch // chosen.photos), chosen.photos, chosen.seed
        )  # fmt: skip
        parts = {
            name: PictureExamples(
                pictures=Pictures(len(part), partial(_at, crops.files, part), size, threads),
                labels=owners[part],
                threads=threads,
                augmentation=augmentation,
                plan=plan,
                prepare=prepare_of(start.input_form),
                named=[crops.hashes[index] for index in part],
            )
            for name, part in {"train": np.flatnonzero(learn), "val": np.flatnonzero(~learn)}.items()
        }
        return FaceData(
            classes=people.names,
            parts=parts,
            preprocessing={
                "size": size, "alignment": start.alignment.name, "alignment_options": dict(start.alignment.options),
                "detector": start.detector, "input": start.input_form,
            },
            start=start,
        )  # fmt: skip

    def _learner(self, data: FaceData) -> Learner:
        """The network with a centre per person, or without; an ONNX file of every better epoch."""
        import torch

        from rostro.nets.metric import MetricNet

        chosen, start = self.chosen, data.start
        loss, centred, margin = LOSSES[chosen.loss]
        dims = next(iter(start.net.network.outputs.values())).channels
        net = MetricNet(start.net, dims, len(data.classes) if centred else None)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._before(net, cast("PictureBatches", data.parts["train"].batches(chosen.batch)))
        self._say_layers(net)
        scaled = {"scale": chosen.scale} if centred else {}
        return Learner(
            name=start.name,
            net=net,
            optimiser=self._optimiser(net),
            loss=partial(loss, margin=margin if chosen.margin is None else chosen.margin, **scaled),
            measure=verification,
            loss_name=f"{chosen.loss}: {'cross entropy, nats' if centred else 'squared distance'}",
            measured=net.backbone,
            unseen=True,
            export=partial(_export, start.net),
            about={"preprocessing": {"dims": dims}, "licence": start.licence},
        )

    def _people(self) -> tuple[People, People]:
        """Who is trained on, and who is held out: first of all those who have too few photos to be trained on."""
        chosen = self.chosen
        everybody = read_everybody(self.root)
        if everybody.others:
            self.progress.say(f"left out: {no_pictures(everybody.others)}")
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
        self.progress.say(
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
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """Refused: such a checkpoint gives vectors, not names."""
        raise BadInput(
            f"a checkpoint of {checkpoint.card.recipe} gives vectors, not names: take it as the embedder of verify, "
            f"enroll and identify, or as the base of a head"
        )


def _is_centred(chosen: MetricOptions) -> bool:
    return LOSSES[chosen.loss][1]


def _at(files: Sequence[Path], part: NDArray[np.int64], index: int) -> Path:
    return files[int(part[index])]


def _export(net: TorchNetwork, folder: Path, card: Card) -> Card:
    """Writes the network as ONNX; the card says its hash."""
    target = folder / f"{BEST}.onnx"
    with replacing(target) as beside:
        write_onnx(net.network, net.weights(), beside)
        sha256 = hashlib.sha256(beside.read_bytes()).hexdigest()
    return replace(card, preprocessing=card.preprocessing | {"onnx_sha256": sha256})
