"""Faces in XMP, held against exiftool: written where EXIF says, read in every form, and nothing of others is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rostro.core.errors import BadInput, UnreadablePhoto
from rostro.core.markup import xml_bytes, xml_of
from rostro.photos.reading import read_photo
from rostro.photos.xmp.frames import Frame
from rostro.photos.xmp.regions import regions_of
from rostro.photos.xmp.sidecars import NamedFace, named_faces, put_faces, sidecar_of

ADA = NamedFace("Ada", (60.0, 20.0, 100.0, 70.0), "0123456789abcdef")
#: EXIF orientation → what makes the stored picture of the upright one; Pillow's words turn counterclockwise.
UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


def photo(path: Path, orientation: int = 1, **options: Any) -> Path:
    """A black photo of 160 × 120 pixels with a white face where `ADA` is, stored as the orientation says."""
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[20:70, 60:100] = 255
    picture = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture.transpose(UNDO[orientation]) if orientation > 1 else picture
    stored.save(path, quality=95, exif=exif, **options)
    return path


@pytest.fixture(scope="module")
def exiftool() -> str:
    found = shutil.which("exiftool")
    if found is None:
        pytest.skip("exiftool is not installed (libimage-exiftool-perl); nobody else says what the sidecars mean")
    return found


def told(exiftool: str, *files: Path) -> list[dict[str, Any]]:
    """All that exiftool finds in the XMP of files."""
    command = [exiftool, "-json", "-struct", "-G1", "-XMP:all", *map(str, files)]
    found: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [
        {name: value for name, value in one.items() if name not in {"SourceFile", "XMP-x:XMPToolkit"}} for one in found
    ]


def test_regions_lie_where_the_face_is_stored_whatever_exif_says(tmp_path: Path, exiftool: str) -> None:
    photos = [photo(tmp_path / f"{orientation}.jpg", orientation) for orientation in range(1, 9)]
    sidecars = [put_faces(file, [ADA]).sidecar for file in photos]
    for file, sidecar, found in zip(photos, sidecars, told(exiftool, *sidecars), strict=True):
        stored = np.asarray(Image.open(file).convert("L"))
        height, width = stored.shape
        regions = found["XMP-mwg-rs:RegionInfo"]
        assert (regions["AppliedToDimensions"]["W"], regions["AppliedToDimensions"]["H"]) == (width, height)
        (region,) = regions["RegionList"]
        assert (region["Name"], region["Type"], region["Area"]["Unit"]) == ("Ada", "Face", "normalized")
        x, y, w, h = (float(region["Area"][side]) for side in "XYWH")
        left, top, right, bottom = (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
        inside = stored[round(top) : round(bottom), round(left) : round(right)]
        assert inside.size == 2000
        assert inside.mean() > 245, file
        (other,) = found["XMP-MP:RegionInfoMP"]["Regions"]
        assert other["PersonDisplayName"] == "Ada"
        place = [float(side) for side in other["Rectangle"].split(",")]
        assert place == pytest.approx([left / width, top / height, w, h], abs=1e-5)
        assert read_photo(file).image[20:70, 60:100].mean() > 245
        assert named_faces(file) == [], "ours are no news"
        anonymous = sidecar.read_text("utf-8").replace("0123456789abcdef", "")
        sidecar.write_text(anonymous, "utf-8")
        (named,) = named_faces(file)
        assert named.name == "Ada"
        assert named.box == pytest.approx(ADA.box, abs=0.01)


def test_what_others_wrote_stays_and_what_we_wrote_follows_the_album(tmp_path: Path, exiftool: str) -> None:
    file, sidecar = photo(tmp_path / "a.jpg", 6), tmp_path / "a.jpg.xmp"
    area = "Area={X=0.5,Y=0.2,W=0.1,H=0.1,Unit=normalized}"
    theirs = f"{{AppliedToDimensions={{W=120,H=160,Unit=pixel}},RegionList=[{{Name=Bob,Type=Face,{area}}}]}}"
    subprocess.run(
        [exiftool, "-q", f"-XMP-mwg-rs:RegionInfo={theirs}", "-XMP-dc:Title=A day & a night", "-XMP-xmp:Rating=4",
         "-XMP-dc:Subject=one", "-XMP-dc:Subject=two", "-XMP-dc:Description=two\nlines",
         "-XMP-MP:RegionInfoMP={Regions=[{PersonDisplayName=Carla,Rectangle=0.1|, 0.8|, 0.1|, 0.1}]}",
         "-XMP-crs:HasSettings=True", "-XMP-lr:HierarchicalSubject=People|Bob", str(sidecar)],
        check=True,
    )  # fmt: skip
    (before,), content = told(exiftool, sidecar), sidecar.read_bytes()
    assert not put_faces(file, []).changed
    assert put_faces(file, [ADA], dry_run=True).changed
    assert sidecar.read_bytes() == content
    assert put_faces(file, [ADA]).changed
    (with_ada,) = told(exiftool, sidecar)
    assert [one["Name"] for one in with_ada["XMP-mwg-rs:RegionInfo"]["RegionList"]] == ["Bob", "Ada"]
    assert [one["PersonDisplayName"] for one in with_ada["XMP-MP:RegionInfoMP"]["Regions"]] == ["Carla", "Ada"]
    assert with_ada["XMP-mwg-rs:RegionInfo"]["RegionList"][0] == before["XMP-mwg-rs:RegionInfo"]["RegionList"][0]
    assert {name: value for name, value in with_ada.items() if "Region" not in name} == {
        name: value for name, value in before.items() if "Region" not in name
    }
    once = sidecar.read_bytes()
    assert not put_faces(file, [ADA]).changed
    assert sidecar.read_bytes() == once
    grace = NamedFace("Grace", ADA.box, ADA.face)
    assert put_faces(file, [grace]).changed
    (renamed,) = told(exiftool, sidecar)
    assert [one["Name"] for one in renamed["XMP-mwg-rs:RegionInfo"]["RegionList"]] == ["Bob", "Grace"]
    assert {one.name for one in named_faces(file)} == {"Bob", "Carla"}
    assert put_faces(file, []).changed
    assert told(exiftool, sidecar) == [before]


def test_a_face_that_another_program_names_is_left_to_it(tmp_path: Path) -> None:
    file = photo(tmp_path / "a.jpg")
    put_faces(file, [NamedFace("Augusta", ADA.box, "")])  # an id less: as if another program had written it
    content = sidecar_of(file).read_bytes()
    put = put_faces(file, [ADA])
    assert (put.changed, put.against) == (False, (("Ada", "Augusta"),))
    assert put_faces(file, [NamedFace("Augusta", ADA.box, ADA.face)]).against == ()
    assert sidecar_of(file).read_bytes() == content


HEAD = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><!-- kept -->
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="old"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="" xmlns:q="urn:other:" q:a="1&#xA;2"
 xmlns:ns7="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:d="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:a="http://ns.adobe.com/xmp/sType/Area#" xmlns:mwg-rs="urn:not:regions">"""
TAIL = """<q:b><![CDATA[1 < 2]]></q:b></r:Description></r:RDF></x:xmpmeta><?xpacket end="w"?>"""
FORMS = {
    "attributes, as Lightroom": """<ns7:Regions r:parseType="Resource"><ns7:AppliedToDimensions d:w="160" d:h="120"
      d:unit="pixel"/><ns7:RegionList><r:Bag><r:li><r:Description ns7:Name="Ada" ns7:Type="Face"><ns7:Area a:x="0.5"
      a:y="0.375" a:w="0.25" a:h="0.41667" a:unit="normalized"/></r:Description></r:li></r:Bag></ns7:RegionList>
      </ns7:Regions>""",
    "elements, as digiKam": """<ns7:Regions><r:Description><ns7:RegionList><r:Seq><r:li r:parseType="Resource">
      <ns7:Name>Ada</ns7:Name><ns7:Area r:parseType="Resource"><a:x>0.5</a:x><a:y>0.375</a:y><a:w>0.25</a:w>
      <a:h>0.41667</a:h></ns7:Area></r:li></r:Seq></ns7:RegionList></r:Description></ns7:Regions>""",
    "attributes of the item, in pixels": """<ns7:Regions r:parseType="Resource"><ns7:RegionList><r:Bag>
      <r:li ns7:Name="Ada"><ns7:Area a:x="80" a:y="45" a:w="40" a:h="50" a:unit="pixel"/></r:li>
      <r:li ns7:Name="Rex" ns7:Type="Pet"><ns7:Area a:x="0.1" a:y="0.1" a:w="0.1" a:h="0.1"/></r:li>
      <r:li ns7:Name="Nowhere"><ns7:Area a:x="nan" a:y="0" a:w="1"/></r:li>
      </r:Bag></ns7:RegionList></ns7:Regions>""",
    "Microsoft's": """<m:RegionInfo xmlns:m="http://ns.microsoft.com/photo/1.2/"
      xmlns:i="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
      xmlns:g="http://ns.microsoft.com/photo/1.2/t/Region#"><r:Description><i:Regions><r:Bag><r:li><r:Description
      g:Rectangle="0.375,0.16667, 0.25, 0.41667" g:PersonDisplayName="Ada"/></r:li>
      <r:li g:PersonDisplayName="No"/></r:Bag>
      </i:Regions></r:Description></m:RegionInfo>""",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_and_what_is_unknown_is_kept(form: str, tmp_path: Path) -> None:
    file, sidecar = photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    sidecar.write_text(HEAD + FORMS[form] + TAIL, "utf-8")
    (named,) = named_faces(file)
    assert named.name == "Ada"
    assert named.box == pytest.approx(ADA.box, abs=0.01)
    other = NamedFace("Björn <&>", (5.0, 80.0, 35.0, 115.0), "f" * 16)
    assert put_faces(file, [other]).changed
    text = sidecar.read_text("utf-8")
    for kept in (
        "<?xpacket begin",
        "<!-- kept -->",
        'q:a="1&#xA;2"',
        "<![CDATA[1 < 2]]>",
        '<?xpacket end="w"?>',
        "ns7:Name",
    ):
        assert kept in text
    assert "Bj\u00f6rn &lt;&amp;&gt;" in text
    regions = regions_of(xml_of(sidecar.read_bytes()), 160, 120)
    assert sorted(region.name for region in regions) == ["Ada", "Björn <&>"]
    assert 'mwg-rs="urn:not:regions"' in text and "mwg-rs:Name" not in text
    assert put_faces(file, []).changed
    assert regions_of(xml_of(sidecar.read_bytes()), 160, 120)[0].name == "Ada"


def test_regions_of_the_upright_picture_are_known_by_their_dimensions(tmp_path: Path) -> None:
    file, sidecar = photo(tmp_path / "a.jpg", 8), tmp_path / "a.jpg.xmp"
    sidecar.write_text(HEAD + FORMS["attributes, as Lightroom"] + TAIL, "utf-8")  # 160 × 120; stored are 120 × 160
    (named,) = named_faces(file)
    assert named.box == pytest.approx(ADA.box, abs=0.01)
    wrong = (HEAD + FORMS["attributes, as Lightroom"] + TAIL).replace('d:w="160"', 'd:w="300"')
    sidecar.write_text(wrong, "utf-8")
    with pytest.raises(BadInput, match="of a picture of 300 × 120 pixels"):
        put_faces(file, [ADA])
    assert sidecar.read_text("utf-8") == wrong


def test_which_file_is_a_photos_sidecar(tmp_path: Path) -> None:
    file = photo(tmp_path / "a.jpg")
    assert sidecar_of(file).name == "a.jpg.xmp"
    adobe = tmp_path / "a.xmp"
    adobe.write_text(HEAD + FORMS["Microsoft's"] + TAIL, "utf-8")
    assert sidecar_of(file) == adobe
    assert [one.name for one in named_faces(file)] == ["Ada"]
    (tmp_path / "a.cr2").write_bytes(b"raw")
    assert sidecar_of(file).name == "a.jpg.xmp", "a.xmp is perhaps of the other picture"
    (tmp_path / "a.cr2").unlink()
    assert put_faces(file, [ADA]).sidecar == adobe, "one that has the name already"
    assert not (tmp_path / "a.jpg.xmp").exists()


def test_names_within_the_photo_are_read_and_the_photo_is_not_changed(tmp_path: Path) -> None:
    inside = (HEAD + FORMS["attributes, as Lightroom"] + TAIL).encode()
    for name in ("a.jpg", "a.png", "a.webp"):
        file = photo(tmp_path / name, xmp=inside) if name != "a.png" else tmp_path / name
        if name == "a.png":
            from PIL.PngImagePlugin import PngInfo

            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", inside.decode())
            Image.new("RGB", (160, 120)).save(file, pnginfo=info)
        content = file.read_bytes()
        assert [one.name for one in named_faces(file)] == ["Ada"], name
        put_faces(file, [NamedFace("Bo", (1.0, 1.0, 20.0, 20.0), "b" * 16)])
        assert file.read_bytes() == content


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'
HOSTILE = {
    "entities": (BOMB, "a document type"),
    "another file": ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type"),
    "deep": ("<a>" * 5000 + "</a>" * 5000, "inside of each other"),
    "many": ("<a>" + "<b/>" * 100_001 + "</a>", "more than 100,000 elements"),
    "cut off": (HEAD, "not XML"),
    "empty": ("", "not XML"),
    "no text": ("\0\1\2", "not XML"),
    "an encoding of its own": ('<?xml version="1.0" encoding="nonsense"?><a/>', "not XML"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_sidecar_that_is_none_is_named_and_left_alone(what: str, tmp_path: Path) -> None:
    text, reason = HOSTILE[what]
    file, sidecar = photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    sidecar.write_text(text, "utf-8")
    for act in (lambda: put_faces(file, [ADA]), lambda: named_faces(file)):
        with pytest.raises(BadInput, match=reason) as error:
            act()
        assert str(sidecar) in str(error.value)
    assert sidecar.read_text("utf-8") == text


def test_what_is_no_photo_gets_no_sidecar(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_text("hello")
    with pytest.raises(UnreadablePhoto, match="not a picture"):
        put_faces(file, [ADA])
    with pytest.raises(UnreadablePhoto, match="no such file"):
        Frame.of(tmp_path / "b.jpg")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.jpg"]


def test_a_document_comes_out_as_it_went_in() -> None:
    text = HEAD + FORMS["elements, as digiKam"] + TAIL
    once = xml_bytes(xml_of(text.encode()))
    assert xml_bytes(xml_of(once)) == once
    assert once.decode().count("<") == text.count("<")
