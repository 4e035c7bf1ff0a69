"""The package's manifest, `imsmanifest.xml`.

Source: SCORM 1.2 Content Aggregation Model, Manifest; IMS Content Packaging 1.1.2; IMS Learning Resource
Meta-Data 1.2.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.engines.e4_elearning.texts import one_line

IMSCP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADLCP = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
IMSMD = "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOCATIONS = f"{IMSCP} imscp_rootv1p1p2.xsd {IMSMD} imsmd_rootv1p2p1.xsd {ADLCP} adlcp_rootv1p2.xsd"
TITLE_CHARS = 200
DESCRIPTION_CHARS = 1000
LAUNCH = "index.html"

# The stubs know no default namespace.
PREFIXES: Mapping[Any, str] = {None: IMSCP, "adlcp": ADLCP, "imsmd": IMSMD, "xsi": XSI}


def manifest_xml(course: Course, lesson: LessonContent, files: Sequence[str], mastery_score: int | None) -> bytes:
    """Describe a package of one SCO.

    Args:
        files: every other file of the package.
        mastery_score: from which a learner passes; None for a lesson without questions.
    """
    name = _identifier(course.code, lesson.code)
    title = one_line(lesson.title, TITLE_CHARS)
    manifest = etree.Element(f"{{{IMSCP}}}manifest", {"identifier": name, "version": "1.0"}, PREFIXES)
    manifest.set(f"{{{XSI}}}schemaLocation", LOCATIONS)
    metadata = _add(manifest, "metadata")
    _add(metadata, "schema").text = "ADL SCORM"
    _add(metadata, "schemaversion").text = "1.2"
    _describe(metadata, course, lesson, title)
    organization = _add(
        _add(manifest, "organizations", default=f"{name}-ORG"), "organization", identifier=f"{name}-ORG"
    )
    _add(organization, "title").text = title
    item = _add(organization, "item", identifier=f"{name}-ITEM", identifierref=f"{name}-SCO", isvisible="true")
    _add(item, "title").text = title
    if mastery_score is not None:
        _add(item, "masteryscore", ADLCP).text = str(mastery_score)
    resources = _add(manifest, "resources")
    resource = _add(resources, "resource", identifier=f"{name}-SCO", type="webcontent", href=LAUNCH)
    resource.set(f"{{{ADLCP}}}scormtype", "sco")
    for file in files:
        _add(resource, "file", href=file)
    return bytes(etree.tostring(manifest, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _describe(metadata: etree._Element, course: Course, lesson: LessonContent, title: str) -> None:
    general = _add(_add(metadata, "lom", IMSMD), "general", IMSMD)
    described = one_line(lesson.objective or course.description or lesson.title, DESCRIPTION_CHARS)
    _say(_add(general, "title", IMSMD), title, course.language)
    _add(general, "language", IMSMD).text = course.language
    _say(_add(general, "description", IMSMD), described, course.language)


def _say(parent: etree._Element, text: str, language: str) -> None:
    said = _add(parent, "langstring", IMSMD)
    said.set(XML_LANG, language)
    said.text = text


def _add(parent: etree._Element, tag: str, namespace: str = IMSCP, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)


def _identifier(*parts: str) -> str:
    """An XML ID made of codes, the same for each render: LMSs know a lesson by it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(("CC", *parts)))
