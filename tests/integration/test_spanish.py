"""What people see of real answers in Spanish: sentences, numbers, pictures, empty answers; programs see the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from command_line import answer, rostro
from pages import ROOT

from rostro.photos.reading import read_photo

if TYPE_CHECKING:
    from pathlib import Path

#: Words that a Spanish line has not.
ENGLISH = re.compile(
    r"\b(the|same|person|unknown|nearest|faces?|photos?|threshold|templates?|people|were|with|none|not)\b"
)


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROSTRO_LANGUAGE", "es")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def gallery(samples: dict[str, Path], tmp_path: Path) -> str:
    path = str(tmp_path / "galería.db")
    done = rostro("enroll", samples["obama.jpg"], "--name", "Obama", "--gallery", path)
    assert done.returncode == 0, done.stderr
    return path


def spoken(*arguments: object, code: int) -> str:
    """What a person sees of an answer: all Spanish."""
    done = rostro(*arguments)
    assert done.returncode == code, done.stderr
    told = done.stdout + done.stderr
    for path in (str(argument) for argument in arguments if "/" in str(argument)):
        told = told.replace(path, "…")
    told = re.sub(r"'?\brostro [a-z]+ [^)]*", "…", told)  # what is to be typed is the same in every language
    assert not ENGLISH.search(told), told
    assert not re.search(r"(?<![\w.])\d+\.\d{2,3}(?![\w.])", told), f"{told}: a point in a number"
    return told


def test_verify(samples: dict[str, Path], tmp_path: Path) -> None:
    same = [samples["obama.jpg"], samples["obama2.jpg"]]
    told = spoken("verify", *same, "--language", "es", code=0)
    assert re.match(
        r"la misma persona: similitud 0,\d{3} \(umbral 0,\d{3}, tasa de falsas coincidencias 0,0001\)", told
    )
    told = spoken("verify", samples["obama.jpg"], samples["biden.jpg"], "--language", "es", code=1)
    assert told.startswith("no es la misma persona: similitud ")


def test_pictures_speak_it(samples: dict[str, Path], gallery: str, tmp_path: Path) -> None:
    for name, arguments in {
        "verify": ["verify", samples["obama.jpg"], samples["obama2.jpg"]],
        "identify": ["identify", samples["obama2.jpg"], "--gallery", gallery],
        "detect": ["detect", samples["obama2.jpg"]],
        "embed": ["embed", samples["obama2.jpg"]],
    }.items():
        for language in ("en", "es"):
            picture = tmp_path / f"{name}-{language}.png"
            assert rostro(*arguments, "--picture", picture, "--language", language).returncode == 0
        english, spanish = (read_photo(tmp_path / f"{name}-{language}.png").image for language in ("en", "es"))
        assert english.shape != spanish.shape or not np.array_equal(english, spanish), name


def test_identify_enroll_detect(samples: dict[str, Path], spanish: None, gallery: str) -> None:
    told = spoken("identify", samples["obama2.jpg"], samples["astronaut.png"], "--gallery", gallery, code=0)
    assert re.search(r"…: Obama \(0,\d{3}\)", told)
    assert re.search(r"…: desconocido \(más cercano: Obama, 0,\d{3}\)", told)
    told = spoken("enroll", samples["biden.jpg"], samples["obama.jpg"], "--name", "Biden", "--gallery", gallery, code=2)
    assert "plantillas nuevas: 1, personas: 1, en " in told
    assert "1 foto no se pudo usar" in told
    told = spoken("detect", samples["obama.jpg"], code=0)
    assert re.search(r"…: 1 cara\n  \(\d+; \d+\) a \(\d+; \d+\)  puntuación 0,\d\d", told)


def test_people_and_galleries(spanish: None, gallery: str) -> None:
    told = spoken("gallery", "info", "--gallery", gallery, code=0)
    assert re.search(r"^personas: +1$", told, re.MULTILINE)
    assert re.search(r"^tamaño: +\d+,\d kB$", told, re.MULTILINE), "not 0.0 MB"
    assert "Obama: 1 plantilla\n" in spoken("people", "show", "Obama", "--gallery", gallery, code=0)
    assert "en buen estado" in spoken("gallery", "check", "--gallery", gallery, code=0)
    assert "Obama ahora se llama Ana" in spoken("people", "rename", "Obama", "Ana", "--gallery", gallery, code=0)
    assert "Ana se borró, con 1 plantilla\n" in spoken("people", "remove", "Ana", "--gallery", gallery, code=0)


def test_doctor(spanish: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRO_KEY_FILE", "command:vault read s3cr3t")
    done = rostro("doctor")
    assert done.returncode == 0
    assert "copia local de modelos: sin definir" in done.stdout, "a setting is not installed or not"
    assert re.search(r"corre sobre: CPU ", done.stdout)
    assert "sin conexión: no" in done.stdout
    assert "archivo de la clave: command:vault\n" in done.stdout
    assert "measured" not in done.stdout


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_empty_answer_says_that_it_is_empty(
    language: str, gallery: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rostro("people", "remove", "Obama", "--gallery", gallery).returncode == 0
    nobody = {"en": "nobody is enrolled", "es": "no hay nadie registrado"}[language]
    no_keys = {"en": "there are no keys", "es": "no hay claves"}[language]
    for arguments, code, told in (
        (["people", "list", "--gallery", gallery], 1, nobody),
        (["gallery", "info", "--gallery", gallery], 0, nobody),
        (["keys", "list"], 1, no_keys),
    ):
        done = rostro(*arguments, "--language", language)
        assert done.returncode == code
        assert told in done.stderr, arguments
        document = answer(*arguments, "--language", language, code=code)
        assert document == answer(*arguments, code=code), "programs see no difference"


def test_documents_do_not_change_with_the_reader(samples: dict[str, Path], gallery: str) -> None:
    for arguments in (
        ["verify", samples["obama.jpg"], samples["obama2.jpg"]],
        ["identify", samples["obama2.jpg"], "--gallery", gallery],
        ["detect", samples["obama2.jpg"]],
    ):
        english, spanish = (rostro(*arguments, "--json", "--language", code).stdout for code in ("en", "es"))
        assert json.loads(english) == json.loads(spanish)


def test_a_hint_is_of_the_verb_that_runs(samples: dict[str, Path], tmp_path: Path) -> None:
    """An unknown space has no threshold: verify can be given one, and calibrate measures one."""
    done = rostro("verify", samples["obama.jpg"], samples["obama2.jpg"], "--alignment", "crop", "--language", "es")
    assert done.returncode == 2
    assert "--threshold da uno; 'rostro calibrate' mide uno" in done.stderr


def test_the_demonstration(tmp_path: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRO_LANGUAGE", "es")
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo.py", tmp_path], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^obama.jpg, obama2.jpg: La misma persona \(similitud 0,\d{3}\)$", done.stdout, re.MULTILINE)
    assert "se reconoció a todos, y el desconocido es desconocido" in done.stderr
    page = (tmp_path / "demo.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in page
    assert "Todo lo que sigue se calculó en este equipo." in page
    assert re.search(r"similitud 0,\d{3}, umbral 0,\d{3}", page)
    assert not ENGLISH.search(re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))
