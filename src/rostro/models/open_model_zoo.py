"""Networks of Intel's Open Model Zoo: two files each, a description and its weights, in OpenVINO's own format."""

from __future__ import annotations

from rostro.models.entry import ModelFile

#: Where the files lie that Intel's own storage no longer has.
MIRROR = (
    "https://github.com/MisterFoziljon/OpenVino-Face-Recognition/raw/93a6a9503d2ec545502a496f64ec2f7df45db312/models"
)


def paper_of(network: str) -> str:
    """What to cite."""
    return f"Intel: {network}. Open Model Zoo, Smart Classroom"


def network_file(network: str, ending: str, *, sha256: str, size: int, folders: tuple[str, ...]) -> ModelFile:
    """One of a network's two files.

    Args:
        network: Its name in the zoo.
        ending: ``xml`` or ``bin``.
        sha256: Of the file.
        size: In bytes.
        folders: Addresses that it lies under, in the order in which they are asked.
    """
    name = f"{network}.{ending}"
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        commercial=True,
        paper=paper_of(network),
        sources=tuple(f"{folder}/{name}" for folder in folders),
    )
