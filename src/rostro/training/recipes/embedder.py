"""Recipe ``embedder``: metric learning from scratch; what comes out is an embedder like those that rostro ships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.core.errors import UnknownModel
from rostro.core.parts import did_you_mean
from rostro.core.ranges import LEARNING_RATE, counted
from rostro.core.types import AlignmentSpec
from rostro.embedding.trained import SIGNED
from rostro.training.base import EPOCHS, option
from rostro.training.loop.backbones import BACKBONES, build
from rostro.training.recipes._metric import MetricOptions, MetricRecipe, Start

if TYPE_CHECKING:
    import torch

    from rostro.nets.metric import MetricNet


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderOptions(MetricOptions):
    """What it can be told."""

    epochs: int = option(40, "Most passes over the training photos.", EPOCHS)
    rate: float = option(0.05, "Learning rate at its highest.", LEARNING_RATE)
    net: str = option("mobilefacenet", "mobilefacenet, iresnet18, iresnet34 or iresnet50.")
    dims: int = option(128, "Length of the vectors.", counted(1, 65_536))


class EmbedderRecipe(MetricRecipe):
    """One folder per person, hundreds of people or more."""

    name = "embedder"
    about = "An embedder from scratch (ArcFace, CosFace or triplets), on one folder per person; it is an embedder then."
    options = EmbedderOptions
    chosen: EmbedderOptions

    def _start(self) -> Start:
        chosen = self.chosen
        if chosen.net not in BACKBONES:
            guess = did_you_mean(chosen.net, BACKBONES)
            raise UnknownModel(f"no network named {chosen.net!r}.{guess} There is: {', '.join(BACKBONES)}")
        net = build(chosen.net, chosen.dims)
        return Start(
            name=chosen.net,
            net=net,
            alignment=AlignmentSpec("five_point", net.network.size),
            detector=self.recognizer.detector_name,
            input_form=SIGNED,
        )

    def _optimiser(self, net: MetricNet) -> torch.optim.Optimizer:
        """Stochastic gradient descent with momentum, as in the papers."""
        import torch

        learned = [parameter for parameter in net.parameters() if parameter.requires_grad]
        return torch.optim.SGD(learned, lr=self.chosen.rate, momentum=0.9, weight_decay=5e-4)
