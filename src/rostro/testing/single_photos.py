"""What galleries keep of single photos: they are moved and forgotten, and known again after their person was erased."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.errors import BadInput, NameTaken, UnknownPerson, UnknownPhoto
from rostro.gallery.base import Gallery
from rostro.gallery.marks import Mark, marks_of
from rostro.gallery.single import FaceMove, StoredPhoto
from rostro.testing.made_up import template, templates, unit_vectors
from rostro.testing.records import RecordsContract

_A, _B, _C = "a" * 64, "b" * 64, "c" * 64


class SinglePhotosContract(RecordsContract):
    """Part of `GalleryContract`; gives no fixtures."""

    def test_one_photo_moves(self, gallery: Gallery) -> None:
        one, two, three = unit_vectors(3)
        gallery.add({"Ana": [template(one, _A), template(two, _B)], "Bo": [template(three, _C)]})
        gallery.search(unit_vectors(1), 1)
        assert gallery.move("Ana", _B, "Bo") == 1
        assert {p.name: p.templates for p in gallery.people()} == {"Ana": 1, "Bo": 2}
        assert {t.source_hash for t in gallery.templates("Bo")} == {_B, _C}
        (hits,) = gallery.search(two[None], 3)
        assert hits[0].person == gallery.person("Bo").id and len(hits) == 3
        assert gallery.known_sources([_B]) == {_B: {"Bo"}}

    def test_a_photo_moves_to_somebody_new_and_who_has_none_left_is_gone(self, gallery: Gallery) -> None:
        gallery.add({"Ana": [template(unit_vectors(1)[0], _A)]})
        ana = gallery.person("Ana").id
        assert gallery.move("Ana", _A, "Jose\u0301 ") == 1
        assert [(p.name, p.templates) for p in gallery.people()] == [("Jos\u00e9", 1)]
        assert gallery.names([ana]) == {}
        (hits,) = gallery.search(unit_vectors(1), 3)
        assert [hit.person for hit in hits] == [gallery.person("Jos\u00e9").id]

    def test_moving_what_the_other_has_leaves_one(self, gallery: Gallery) -> None:
        vector = unit_vectors(1)[0]
        box = (1.0, 2.0, 3.0, 4.0)
        gallery.add({"Ana": [template(vector, _A), template(vector, _A, box=box)], "Bo": [template(vector, _A)]})
        assert gallery.move("Ana", _A, "Bo") == 2
        assert [(p.name, p.templates) for p in gallery.people()] == [("Bo", 2)]
        assert len(gallery.search(vector[None], 10)[0]) == 2

    def test_one_photo_is_forgotten(self, gallery: Gallery) -> None:
        one, two = unit_vectors(2)
        gallery.add({"Ana": [template(one, _A), template(two, _B)], "Bo": [template(two, _B)]})
        assert gallery.forget("Ana", _B) == 1
        assert gallery.known_sources([_A, _B]) == {_A: {"Ana"}, _B: {"Bo"}}
        assert {hit.person for hit in gallery.search(two[None], 1)[0]} == {gallery.person("Bo").id}
        assert gallery.forget("Bo", _B) == 1
        assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 1)]
        assert gallery.erased([_A, _B]) == set()

    def test_many_faces_move_at_once(self, gallery: Gallery) -> None:
        one, two, three, four = unit_vectors(4)
        box = (1.0, 2.0, 3.0, 4.0)
        gallery.add({"Ana": [template(one, _A, box=box), template(two, _B)], "Bo": [template(three, _C)]})
        gallery.add({"Cy": [template(four, _B)]})
        ana = gallery.person("Ana").id
        moves = [
            FaceMove("Ana", _A, box, "Bo"),
            FaceMove("Ana", _B, None, "Dora"),
            FaceMove("Bo", _C, None, "Nadie"),  # nobody, and not to be made
            FaceMove("Nadie", _C, None, "Bo"),
            FaceMove("Cy", _C, None, "Bo"),
        ]
        assert gallery.move_faces(moves, new={"Dora"}) == moves[:2]
        assert {p.name: p.templates for p in gallery.people()} == {"Bo": 2, "Cy": 1, "Dora": 1}
        assert gallery.names([ana]) == {}
        assert [t.box for t in gallery.templates("Bo") if t.source_hash == _A] == [box]
        assert gallery.known_sources([_A, _B]) == {_A: {"Bo"}, _B: {"Cy", "Dora"}}
        assert gallery.search(two[None], 1)[0][0].person == gallery.person("Dora").id
        assert {name: len(found) for name, found in gallery.templates_of(["Bo", "Dora"]).items()} == {
            "Bo": 2,
            "Dora": 1,
        }

    def test_a_face_that_the_other_has_already_is_one(self, gallery: Gallery) -> None:
        vector, box = unit_vectors(1)[0], (1.0, 2.0, 3.0, 4.0)
        gallery.add({"Ana": [template(vector, _A, box=box)], "Bo": [template(vector, _A, box=box)]})
        move = FaceMove("Ana", _A, box, "Bo")
        assert gallery.move_faces([move]) == [move]
        assert [(p.name, p.templates) for p in gallery.people()] == [("Bo", 1)]
        assert len(gallery.search(vector[None], 5)[0]) == 1

    @pytest.mark.parametrize("do", ["move", "forget"])
    def test_a_photo_that_a_person_has_not(self, gallery: Gallery, do: str) -> None:
        gallery.add({"Ana": [template(unit_vectors(1)[0], _A)], "Bo": templates(1, seed=1)})
        to = ("Bo",) if do == "move" else ()
        with pytest.raises(UnknownPhoto, match="Ana"):
            getattr(gallery, do)("Ana", _B, *to)
        with pytest.raises(UnknownPerson, match="Nadie"):
            getattr(gallery, do)("Nadie", _A, *to)
        assert {p.name: p.templates for p in gallery.people()} == {"Ana": 1, "Bo": 1}

    def test_a_photo_is_not_moved_to_who_has_it(self, gallery: Gallery) -> None:
        gallery.add({"Ana": [template(unit_vectors(1)[0], _A)]})
        with pytest.raises(BadInput, match="already"):
            gallery.move("Ana", _A, " Ana")
        assert gallery.person("Ana").templates == 1

    def test_photos_are_found_by_name_and_hash(self, gallery: Gallery) -> None:
        one, two = unit_vectors(2)
        gallery.add({"Ana": [template(one, _A)], "Bo": [template(one, _A), template(two, "ab" + _B)]})
        ana, bo, other = (
            StoredPhoto(*row)
            for row in (("Ana", _A, "aaaaaaaa.jpg"), ("Bo", _A, "aaaaaaaa.jpg"), ("Bo", "ab" + _B, "abbbbbbb.jpg"))
        )
        assert gallery.photos_called("aaaaaaaa.jpg") == [ana, bo]
        assert gallery.photos_called("ab") == [other]
        assert set(gallery.photos_called("a")) == {ana, bo, other}
        assert gallery.photos_called("%") == gallery.photos_called("nothing") == []

    def test_only_new_people_or_only_known_ones(self, gallery: Gallery) -> None:
        gallery.add({"Ana": templates(1)}, who="new")
        with pytest.raises(NameTaken, match="Ana"):
            gallery.add({"Bo": templates(1, seed=1), "Ana ": templates(1, seed=2)}, who="new")
        assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 1)]
        with pytest.raises(UnknownPerson, match="Bo"):
            gallery.add({"Ana": templates(1, seed=3), "Bo": templates(1, seed=1)}, who="known")
        assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 1)]
        assert gallery.add({"Ana": templates(1, seed=4)}, who="known") == 1

    def test_photos_of_the_erased_are_known_again(self, gallery: Gallery) -> None:
        one, two, three = unit_vectors(3)
        gallery.add({"Ana": [template(one, _A), template(two, _B)], "Bo": [template(three, _C)]})
        assert gallery.erased([_A, _B, _C]) == set()
        gallery.remove("Ana")
        assert gallery.erased([_A, _B, _C]) == {_A, _B}
        marks = gallery.marks()
        assert len(marks) == 2 and len({mark.key for mark in marks}) == 1
        assert all(len(part) == 32 for mark in marks for part in mark)
        kept = b"".join(part for mark in marks for part in mark)
        assert bytes.fromhex(_A) not in kept, "neither the photo nor its hash"
        gallery.remove("Bo")
        assert len({mark.key for mark in gallery.marks()}) == 1
        gallery.drop_marks([_A, _C])
        assert gallery.erased([_A, _B, _C]) == {_B}
        assert gallery.erased([]) == set()

    def test_marks_of_another_gallery_are_taken_in(self, gallery: Gallery) -> None:
        gallery.add({"Ana": [template(np.asarray(unit_vectors(1)[0]), _A)]})
        gallery.remove("Ana")
        foreign = list(marks_of([_B], [b"k" * 32]))
        gallery.keep_marks(foreign)
        gallery.keep_marks(foreign)
        assert gallery.erased([_A, _B, _C]) == {_A, _B}
        assert len(gallery.marks()) == 2 and foreign[0] in gallery.marks()
        assert isinstance(gallery.marks()[0], Mark)
        gallery.drop_marks([_B])
        assert gallery.erased([_A, _B]) == {_A}
