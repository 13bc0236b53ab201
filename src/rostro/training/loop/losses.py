"""Losses of metric learning, as pure functions: what is compared, and by which margin.

Classification with a margin compares a face with one learned vector per person (its *centre*): `arcface` adds the
margin to the angle, `cosface` takes it from the cosine. `triplet` knows no centres and compares the faces of a batch.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def arcface(cosines: Tensor, labels: Tensor, *, margin: float = 0.5, scale: float = 64.0) -> Tensor:
    """Additive angular margin: cross entropy of scale · cos(θ + margin) for the own centre, scale · cos θ for others.

    Source: Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face Recognition. CVPR 2019.
    Past θ = π - margin the cosine would rise again; as in the authors' code it goes on falling there, as a straight
    line in cos θ.

    Args:
        cosines: (N, classes) between faces and centres.
        labels: (N,) number of each face's class.
        margin: Radians, in [0, π/2].
        scale: What cosines are multiplied with before the softmax.

    Returns:
        The mean loss.
    """
    import torch

    own = cosines.gather(1, labels[:, None]).clamp(-1, 1)
    sine = (1 - own.square()).clamp(min=1e-7).sqrt()  # the slope of a root is infinite at 0
    turned = own * cos(margin) - sine * sin(margin)
    harder = torch.where(own > cos(pi - margin), turned, own - margin * sin(margin))
    return _cross_entropy(cosines, labels, harder, scale)


def cosface(cosines: Tensor, labels: Tensor, *, margin: float = 0.35, scale: float = 64.0) -> Tensor:
    """Large margin cosine loss: cross entropy of scale · (cos θ - margin) for the own centre, scale · cos θ for others.

    Source: Wang et al.: CosFace: Large Margin Cosine Loss for Deep Face Recognition. CVPR 2018.

    Args:
        cosines: (N, classes) between faces and centres.
        labels: (N,) number of each face's class.
        margin: Of the cosine.
        scale: What cosines are multiplied with before the softmax.

    Returns:
        The mean loss.
    """
    own = cosines.gather(1, labels[:, None])
    return _cross_entropy(cosines, labels, own - margin, scale)


def triplet(vectors: Tensor, labels: Tensor, *, margin: float = 0.2) -> Tensor:
    """FaceNet's loss over the semi-hard triplets of a batch.

    For each two faces of a person, the nearest other person's face that is farther than they are from each other; where
    there is none, the farthest other face. The loss is the mean of max(0, d(a, p) - d(a, n) + margin), d the squared
    Euclidean distance.

    Source: Schroff, Kalenichenko, Philbin: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015,
    section 3.2.

    Args:
        vectors: (N, dims) of unit norm.
        labels: (N,) number of each face's person.
        margin: Of the squared distance.

    Returns:
        The mean loss; 0 where the batch has no triplet.
    """
    import torch

    distances = (2 - 2 * vectors @ vectors.T).clamp(min=0)
    same = labels[:, None] == labels
    pairs = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchors, positives = pairs.nonzero(as_tuple=True)
    others = ~same[anchors]
    usable = others.any(dim=1)
    anchors, positives, others = anchors[usable], positives[usable], others[usable]
    if not len(anchors):
        return 0.0 * distances.sum()
    near = distances[anchors, positives]
    row = distances[anchors]
    farther = others & (row > near[:, None])
    semi_hard = row.masked_fill(~farther, torch.inf).min(dim=1).values
    farthest = row.masked_fill(~others, -torch.inf).max(dim=1).values
    negative = torch.where(farther.any(dim=1), semi_hard, farthest)
    return (near - negative + margin).clamp(min=0).mean()


def _cross_entropy(cosines: Tensor, labels: Tensor, own: Tensor, scale: float) -> Tensor:
    from torch.nn.functional import cross_entropy

    return cross_entropy(scale * cosines.scatter(1, labels[:, None], own), labels)
