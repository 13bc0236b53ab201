"""Recipe ``finetune``: the last blocks of a network that knows faces already, trained further on one's own people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.files import expanded
from rostro.core.ranges import LEARNING_RATE, SHARE, counted
from rostro.core.types import AlignmentSpec
from rostro.nets.keras_file import read_keras
from rostro.training.base import BATCH, EPOCHS, option
from rostro.training.classifiers.linear import prototypes
from rostro.training.loop.backbones import build, described
from rostro.training.loop.checkpoint import read_checkpoint
from rostro.training.loop.loop import run_net
from rostro.training.loop.processes import choose_device
from rostro.training.recipes._metric import MetricOptions, MetricRecipe, Start
from rostro.training.recognizers import model_file

if TYPE_CHECKING:
    import torch

    from rostro.nets.metric import MetricNet
    from rostro.nets.network import Network
    from rostro.training.data.batches import PictureBatches

#: What a layer's name begins with → its block, in the networks of `rostro.nets`: ``Block8_6``, ``conv5_3``, ``fc7``, …
_BLOCK = re.compile(r"Block\d+_\d+|(?:Mixed|Conv2d)_\d[a-z]|Bottleneck|conv\d_\d+(?=_)|conv\d|fc\d|[^/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneOptions(MetricOptions):
    """What it can be told."""

    epochs: int = option(10, "Most passes over the training photos.", EPOCHS)
    batch: int = option(32, "Photos per step (per process, where torchrun starts several).", BATCH)
    rate: float = option(0.01, "Learning rate of the centres and of the last block, at its highest.", LEARNING_RATE)
    base: str = option("facenet128", "facenet128, an embedder named vggface…, or a checkpoint of embedder or finetune.")
    blocks: int = option(3, "How many of the last blocks are trained; 0 trains all.", counted(0, 10_000))
    decay: float = option(0.5, "Each block before the last one learns at this part of the next one's rate.", SHARE)


class FinetuneRecipe(MetricRecipe):
    """One folder per person."""

    name = "finetune"
    about = "Trains the last blocks of an embedder further, on one folder per person; what comes out is an embedder."
    options = FinetuneOptions
    chosen: FinetuneOptions

    def _start(self) -> Start:
        chosen = self.chosen
        path = expanded(chosen.base)
        start = self._checkpoint(path) if path.exists() else self._shipped(chosen.base)
        blocks = blocks_of(start.net.network)
        if chosen.blocks > len(blocks):
            raise BadInput(f"blocks {chosen.blocks}: {chosen.base} has {len(blocks)}: {', '.join(blocks)}")
        learned = list(blocks)[-chosen.blocks :]
        start.net.learn_only({layer for block in learned for layer in blocks[block]})
        self.progress.say(f"of {len(blocks)} blocks these are trained: {', '.join(learned)}")
        return start

    def _shipped(self, name: str) -> Start:
        """An embedder that runs one of our networks."""
        part = described(name)
        weights, file = model_file(part.forms, self.recognizer)
        net = build(name, part.dims)
        net.load(read_keras(file, part.network_of(weights)))
        return Start(
            name=name, net=net, alignment=part.alignment, detector=part.detector, input_form=name,
            licence=weights.licence,
        )  # fmt: skip

    @staticmethod
    def _checkpoint(path: Path) -> Start:
        """What `embedder` or this recipe made before."""
        checkpoint = read_checkpoint(path)
        card, how = checkpoint.card, checkpoint.card.preprocessing
        if "alignment" not in how:
            raise BadInput(f"{path}: a checkpoint of {card.recipe} gives no vectors of faces; 'embedder' makes ones")
        net = build(card.net, how["dims"])
        prefix = "backbone."
        net.load_state_dict(
            {name[len(prefix) :]: value for name, value in checkpoint.tensors.items() if name.startswith(prefix)}
        )
        return Start(
            name=card.net, net=net, detector=how["detector"], input_form=how["input"], licence=card.licence,
            alignment=AlignmentSpec(how["alignment"], how["size"], how["alignment_options"]),
        )  # fmt: skip

    def _before(self, net: MetricNet, batches: PictureBatches) -> None:
        """Centres begin where the people are: at the mean vector of each."""
        import torch

        if net.centres is None:
            return
        device = choose_device(self.chosen.device)
        vectors = run_net(net.backbone.to(device), batches, device)
        means = prototypes(vectors, batches.labels, len(net.centres))
        with torch.no_grad():
            net.centres.copy_(torch.from_numpy(means))

    def _optimiser(self, net: MetricNet) -> torch.optim.Optimizer:
        """A group of parameters per block, each slower than the one behind it."""
        import torch

        from rostro.nets.torch_network import TorchNetwork

        backbone = net.backbone
        assert isinstance(backbone, TorchNetwork)
        groups = [] if net.centres is None else [{"params": [net.centres], "part_of_rate": 1.0}]
        part = 1.0
        for layers in reversed(blocks_of(backbone.network).values()):
            own = [p for layer in layers for p in backbone.layers[layer].parameters() if p.requires_grad]
            if own:
                groups.append({"params": own, "part_of_rate": part})
                part *= self.chosen.decay
        return torch.optim.SGD(groups, lr=self.chosen.rate, momentum=0.9, weight_decay=5e-4)


def blocks_of(network: Network) -> dict[str, list[str]]:
    """Block → the layers with weights in it, in the order of the network."""
    blocks: dict[str, list[str]] = {}
    for layer in network.weighted:
        match = _BLOCK.match(layer.name)
        blocks.setdefault(match.group() if match else layer.name, []).append(layer.name)
    return blocks
