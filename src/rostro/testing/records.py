"""What galleries keep besides faces: records of people, which go with them, and of the gallery."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rostro.gallery.base import Gallery
from rostro.gallery.records import NOBODY
from rostro.testing.made_up import templates


class RecordsContract:
    """Part of `GalleryContract`; gives no fixtures."""

    def test_records_are_kept_one_for_each(self, gallery: Gallery) -> None:
        gallery.add({"Ana": templates(1), "Bo": templates(1, seed=1)})
        ana, bo = gallery.person("Ana").id, gallery.person("Bo").id
        assert gallery.records("consent") == []
        gallery.keep_records("consent", {ana: "José\u2028" * 2_000, bo: "b", NOBODY: "own"})
        gallery.keep_records("seen", {ana: "2026"})
        assert {r.person: r.body for r in gallery.records("consent", [ana, bo])} == {ana: "José\u2028" * 2_000, bo: "b"}
        assert [r.body for r in gallery.records("consent", [NOBODY])] == ["own"]
        assert len(gallery.records("consent")) == 3 and [r.body for r in gallery.records("seen")] == ["2026"]
        gallery.keep_records("consent", {ana: "a", bo: None})
        gallery.keep_records("consent", {ana: "other", bo: "new"}, only_missing=True)
        assert {r.person: r.body for r in gallery.records("consent", [ana, bo])} == {ana: "a", bo: "new"}
        gallery.keep_records("seen", {ana: "2027"})
        assert [r.body for r in gallery.records("seen", [ana])] == ["2027"]
        assert gallery.records("consent", []) == []

    def test_records_of_the_gallery_follow_each_other(self, gallery: Gallery) -> None:
        def next_numbers(last: str | None) -> list[str]:
            return [str(int(last or 0) + 1), str(int(last or 0) + 2)]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: gallery.append_records("log", next_numbers), range(4)))
        found = gallery.records("log")
        assert [record.body for record in found] == list(map(str, range(1, 9)))
        assert [r.body for r in gallery.records("log", after=found[2].id, limit=2)] == ["4", "5"]

    def test_records_go_with_their_person(self, gallery: Gallery) -> None:
        gallery.add({"Ana": templates(1), "Bo": templates(1, seed=1), "Cy": templates(1, seed=2)})
        ids = {name: gallery.person(name).id for name in ("Ana", "Bo", "Cy")}
        gallery.keep_records("consent", {person: name for name, person in ids.items()})
        gallery.rename("Ana", "Anna")
        gallery.merge("Bo", "Anna")
        assert {(r.person, r.body) for r in gallery.records("consent")} == {
            (ids["Ana"], "Ana"),
            (ids["Ana"], "Bo"),
            (ids["Cy"], "Cy"),
        }
        gallery.remove("Anna")
        assert [r.body for r in gallery.records("consent")] == ["Cy"]
        gallery.forget("Cy", gallery.templates("Cy")[0].source_hash)
        assert gallery.records("consent") == []
        gallery.keep_records("consent", {ids["Ana"]: "back", ids["Cy"]: "back"})
        assert gallery.records("consent") == []
