"""One language between the verbs: each thing has one name, in every verb that has it (docs/decisions/0033-…)."""

from __future__ import annotations

import pytest
from command_line import rostro
from verbs import verbs

from rostro.core.errors import BadInput

ALL = sorted(verbs())
#: What a verb looks at, by the names that the help shows. Everything else is an option.
LOOKED_AT = {
    "photo", "photos", "paths", "a", "b", "source", "root",  # photos, folders of them, films
    "name", "names", "to", "into",  # people, models
    "group", "groups", "faces",  # of an album
    "what",  # the log, or whether it is sound
    "file", "key", "label",
}  # fmt: skip
#: Options that name the gallery, the checkpoint, …: never an argument, and spelled so everywhere.
THINGS = {"gallery", "checkpoint", "protocol", "embedder", "detector", "output", "picture", "collection", "keys"}
#: What was said once.
OLD = {"--root", "--top", "--largest-face", "--all-pairs", "--face-rule", "--validation"}
#: Verbs that find faces without finding them for an answer: `doctor` only says what would run.
FINDS = {name for name, verb in verbs().items() if "--detector" in verb.options} - {"doctor"}
DECIDES = {"verify", "identify", "watch", "serve", "anonymise"}
SEARCHES = {"identify", "watch", "serve", "anonymise", "find"}
CHOOSES = {
    "find", "verify", "enroll", "identify", "liveness", "embed", "classify", "evaluate", "compare", "calibrate",
    "people reject",
}  # fmt: skip


def having(option: str) -> set[str]:
    return {name for name, verb in verbs().items() if option in verb.options}


def test_the_table_is_not_empty() -> None:
    assert len(ALL) > 30
    assert {"verify", "gallery migrate", "train head", "models import"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_what_is_looked_at_is_an_argument_and_all_else_an_option(name: str) -> None:
    verb = verbs()[name]
    assert set(verb.arguments) <= LOOKED_AT
    assert not set(verb.arguments) & THINGS


@pytest.mark.parametrize("name", ALL)
def test_no_verb_shows_an_old_spelling(name: str) -> None:
    verb = verbs()[name]
    assert not OLD & set(verb.options)
    assert not [option for option in verb.options.values() if option.hidden]


def test_every_verb_that_ends_answers_as_json() -> None:
    assert set(ALL) - having("--json") == {"serve"}


def test_where_faces_are_found_it_can_be_said_how() -> None:
    for option in ("--max-side", "--min-score", "--engine", "--precision"):
        assert having(option) >= FINDS, option
    assert having("--max-side") == having("--min-score") == FINDS
    without = {"detect", "analyze", "liveness"}  # they give no vectors
    assert having("--alignment") == {name for name in FINDS if not name.startswith("train")} - without


def test_thresholds_are_where_something_is_decided_and_nowhere_else() -> None:
    trained = {"train head"}  # the head's own threshold, which is learned
    grouped = {"group", "find", "people audit"}  # decide among many, by no rate of one comparison
    assert having("--threshold") == DECIDES | trained | grouped
    assert having("--operating-point") == DECIDES | grouped
    assert having("--fmr") == DECIDES | {"evaluate", "compare", "calibrate"}
    assert having("--fpir") == SEARCHES
    living = DECIDES - {"anonymise"}  # who is in a picture that somebody holds up is hidden, too
    assert having("--require-live") == living | {"enroll"}  # or a picture would be let in later as a person
    assert having("--liveness") == living | {"enroll", "liveness", "evaluate"}


def test_one_rule_chooses_the_face_wherever_one_is_chosen() -> None:
    assert having("--face") == CHOOSES
    assert len({verbs()[name].options["--face"].help for name in CHOOSES}) == 1


def test_what_can_be_several_is_repeatable_wherever_it_is() -> None:
    several = {
        "--collection": {"identify", "watch"}, "--embedder": {"compare"}, "--detector": {"compare", "detect"},
        "--film": {"evaluate"}, "--fmr": {"evaluate", "compare"}, "--except": {"anonymise"}, "--only": {"anonymise"},
        "--what": {"analyze"}, "--like": {"find"},
        "--format": {"evaluate", "compare", "calibrate"} | {name for name in ALL if name.startswith("train ")},
    }  # fmt: skip
    found = {
        option.name: {name for name in having(option.name) if verbs()[name].options[option.name].repeatable}
        for verb in verbs().values()
        for option in verb.options.values()
        if option.repeatable
    }
    assert found == several


def test_reports_and_checkpoints_are_written_to_output_and_not_over_others() -> None:
    assert having("--overwrite") == {name for name in ALL if name.startswith("train ")} | {
        "evaluate", "compare", "calibrate", "anonymise",
    }  # fmt: skip
    assert having("--output") == having("--overwrite") | {"embed", "watch", "gallery backup", "people export", "group"}


#: Options whose help differs on purpose: verb's own defaults and purposes.
OWN_WORDS = {
    "--output",
    "--gallery",  # `group` needs none
    "--collection",
    "--embedder",
    "--detector",
    "--fmr",
    "--fpir",  # of strangers named, or of strangers found
    "--protocol",
    "--rate",
    "--patience",
    "--port",
    "--album",  # where photos go, faces wait, or groups are
    "--to",  # a person, a gallery: where it goes
    "--person",  # to whom it was done, with whom a photo is compared
    "--of",  # a person: whose a photo is, or is not
    "--undo",  # what the verb did
} | {
    "--keep-crops",
}


def test_an_option_says_the_same_in_every_verb() -> None:
    shared = {option for verb in verbs().values() for option in verb.options} - OWN_WORDS
    told = {
        option: {verb.options[option].help for name, verb in verbs().items() if option in verb.options}
        for option in shared
    }
    trained = {"--epochs", "--batch", "--base", "--net", "--size", "--loss", "--augmentation", "--threshold", "--seed"}
    assert not {option: texts for option, texts in told.items() if len(texts) > 1 and option not in trained}


@pytest.mark.parametrize(
    ("verb", "old", "new", "told"),
    [
        ("verify", ["a", "b", "--largest-face"], ["a", "b", "--face", "largest"], "--face largest"),
        ("enroll", ["a", "--largest-face"], ["a", "--face", "largest"], "--face largest"),
        ("classify", ["a", "--top", "2"], ["a", "--candidates", "2"], "--candidates"),
        ("classify", ["a", "--top=2"], ["a", "--candidates", "2"], "--candidates"),
        ("evaluate", ["lfw", "--root", "x"], ["x", "--protocol", "lfw"], "--protocol"),
        ("evaluate", ["--root", "x", "--json", "all-pairs"], ["x", "--json", "--protocol", "all-pairs"], "--protocol"),
        ("compare", ["--root", "x"], ["x"], "argument"),
        ("calibrate", ["--root=x", "--fmr", "1e-2"], ["x", "--fmr", "1e-2"], "argument"),
        ("predict", ["trained", "a", "b"], ["a", "b", "--checkpoint", "trained"], "--checkpoint"),
        ("gallery migrate", ["a", "b"], ["--gallery", "a", "--to", "b"], "--gallery and --to"),
        ("gallery backup", ["x", "--gallery", "a"], ["--output", "x", "--gallery", "a"], "--output"),
        ("detect", ["a", "--threshold", "0.3"], ["a"], "means nothing"),
        ("embed", ["a", "--threshold=0.3"], ["a"], "means nothing"),
        ("enroll", ["a", "--threshold", "0.3"], ["a"], "means nothing"),
        ("doctor", ["--threshold", "0.3"], [], "means nothing"),
    ],
)
def test_old_spellings_mean_the_new_ones_and_say_so(
    verb: str, old: list[str], new: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = verbs()[verb]
    assert table.parse(*old) == table.parse(*new)
    assert told in capsys.readouterr().err
    table.parse(*new)
    assert capsys.readouterr().err == ""


def test_old_spellings_do_not_say_what_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    verbs()["gallery migrate"].parse("a.db", "postgresql://ada:secret@db/people")
    assert "secret" not in capsys.readouterr().err


@pytest.mark.parametrize("word", ["--largest-face", "--root", "--json"])
def test_a_value_that_looks_like_an_option_stays_a_value(word: str) -> None:
    assert str(verbs()["verify"].parse("a", "b", "--picture", word)["picture"]) == word
    assert [str(photo) for photo in verbs()["detect"].parse("--", word)["photos"]] == [word]


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("identify", ["a", "--gallery", "x.db", "--gallery", "postgresql://ada:secret@db/people"]),
        ("enroll", ["a", "--name=Ada", "--name=Bob"]),
        ("verify", ["a", "b", "--embedder", "sface", "--embedder", "edgeface"]),
        ("gallery check", ["--gallery", "x", "--gallery", "y"]),
        ("train head", ["a", "--base", "sface", "--base", "edgeface"]),
        ("serve", ["--port", "1", "--port", "2"]),
    ],
)
def test_an_option_that_names_one_thing_does_not_name_two(verb: str, arguments: list[str]) -> None:
    with pytest.raises(BadInput, match="given twice") as error:
        verbs()[verb].parse(*arguments)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("verb", "arguments", "parameter", "found"),
    [
        ("compare", ["x", "--embedder", "a", "--embedder", "b"], "embedder", ["a", "b"]),
        ("compare", ["x", "--embedder", "a,b", "--detector", "c"], "embedder", ["a,b"]),
        ("identify", ["x", "--collection", "a", "--collection", "b"], "collection", ["a", "b"]),
        ("verify", ["x", "y", "--output"], "", []),
        ("evaluate", ["x", "--fmr", "1e-2", "--fmr", "1e-3"], "fmr", ["1e-2", "1e-3"]),
        ("detect", ["x", "--detector", "a", "--detector", "b"], "detector", ["a", "b"]),
    ],
)
def test_options_that_name_several(verb: str, arguments: list[str], parameter: str, found: list[str]) -> None:
    if not parameter:
        with pytest.raises(Exception, match=r"(?i)no such option"):
            verbs()[verb].parse(*arguments)
    else:
        assert verbs()[verb].parse(*arguments)[parameter] == found


@pytest.mark.parametrize("verb", sorted(CHOOSES))
def test_a_face_rule_that_there_is_not_is_refused_before_the_work(verb: str) -> None:
    arguments = {
        "verify": ["a", "b"], "find": ["a", "--like", "b"], "people reject": ["nowhere", "--of", "Ada"]
    }.get(verb, ["nowhere"])  # fmt: skip
    done = rostro(*verb.split(), *arguments, "--face", "best")
    assert done.returncode == 2
    assert "--face is only, dominant, largest or centre" in done.stderr


def test_rates_are_rates() -> None:
    for wrong in ("1e-3,x", "2", "0"):
        done = rostro("evaluate", "nowhere", "--protocol", "lfw", "--fmr", wrong)
        assert done.returncode == 2
        assert "--fmr is a rate between 0 and 1" in done.stderr
