"""Has others' checkers read exported registration records.

    records.py check FILE...   the schema that AEAT publishes, and the rules of verifactu-lint; JSON is turned into XML first
    records.py prove FILE      the same on spoilt copies of a good XML file: each must be complained of

Any finding counts, warnings and doubts too. Exits with 1 where something is amiss.
"""

import json
import re
import sys
import tempfile
from importlib import resources
from pathlib import Path

from lxml import etree
from verifactu_lint.reglas import audita
from verifactu_lint.registros import lee

BASE = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/"
OUTER = f"{{{BASE}SuministroLR.xsd}}"
INNER = f"{{{BASE}SuministroInformacion.xsd}}"


def schema():
    # its imports, the one of xmldsig among them, are files beside it: nothing is fetched
    with resources.as_file(resources.files("verifactu_sdk") / "schemas") as folder:
        parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
        return etree.XMLSchema(etree.parse(str(folder / "SuministroLR.xsd"), parser))


def from_json(text):
    """The root and what is directly below it are of one namespace, all else of the other; arrays are repeated elements."""

    def put(parent, namespace, name, value):
        if isinstance(value, list):
            for one in value:
                put(parent, namespace, name, one)
            return
        element = etree.SubElement(parent, namespace + name)
        if isinstance(value, dict):
            for child, inner in value.items():
                put(element, INNER, child, inner)
        elif isinstance(value, str):
            element.text = value
        else:
            raise ValueError(f"{name} is {value!r}, not a text")

    ((name, fields),) = json.loads(text).items()
    root = etree.Element(OUTER + name)
    for child, value in fields.items():
        put(root, OUTER, child, value)
    return root


def complaints(rules, document):
    """What the schema and the linter say of a document."""
    rules.validate(document)
    found = [f"schema: line {error.line}: {re.sub('{[^}]*[.]xsd}', '', error.message)}" for error in rules.error_log]
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(etree.tostring(document, encoding="UTF-8", xml_declaration=True))
        file.flush()
        records = lee(file.name)
    if not records:
        found.append("there are no records")
    for finding in audita(records).hallazgos:
        found.append(f"{finding.regla} ({finding.severidad.value}): {finding.referencia}: {finding.titulo}")
    return found, len(records)


def read(path):
    if path.suffix == ".json":
        return from_json(path.read_text(encoding="utf-8"))
    return etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False)).getroot()


def check(paths):
    rules, failed = schema(), False
    for path in paths:
        found, count = complaints(rules, read(path))
        print(f"{path}: {count} records, {len(found)} complaints")
        for complaint in found:
            print(f"  {complaint}")
        failed = failed or bool(found)
    return failed


def spoilt(good):
    """Each way to spoil a file, and the document that comes of it."""

    def copy():
        document = etree.fromstring(etree.tostring(good))
        return document, document.findall(f".//{INNER}RegistroAlta")

    def one(name, spoil):
        document, records = copy()
        spoil(document, records)
        return name, document

    def set_text(record, path, text):
        record.find("/".join(INNER + name for name in path.split("/"))).text = text

    def drop(record, name):
        record.remove(record.find(INNER + name))

    yield one("no issuer's name", lambda _, of: drop(of[0], "NombreRazonEmisor"))
    yield one("an unknown kind", lambda _, of: set_text(of[0], "TipoFactura", "F9"))
    yield one("a decimal comma", lambda _, of: set_text(of[0], "ImporteTotal", "157,78"))
    yield one("another total", lambda _, of: set_text(of[0], "ImporteTotal", "9999.99"))
    yield one("another hash", lambda _, of: set_text(of[1], "Huella", "0" * 64))
    yield one("another hash of the record before", lambda _, of: set_text(of[1], "Encadenamiento/RegistroAnterior/Huella", "0" * 64))
    yield one("a time without offset", lambda _, of: set_text(of[1], "FechaHoraHusoGenRegistro", "2026-11-24T19:20:35"))
    yield one("no buyer", lambda _, of: drop(of[0], "Destinatarios"))
    yield one("a record taken out", lambda document, of: document.remove(of[2].getparent()))
    yield one("the same record twice", lambda document, of: document.append(etree.fromstring(etree.tostring(of[0].getparent()))))
    yield one("no records", lambda document, _: [document.remove(record) for record in document[1:]])


def prove(path):
    rules, failed, good = schema(), False, read(path)
    for name, document in spoilt(good):
        found, _ = complaints(rules, document)
        print(f"{name}: {found[0] if found else 'NOT NOTICED'}")
        failed = failed or not found
    return failed


def main():
    command, *paths = sys.argv[1:] or ["help"]
    paths = [Path(path) for path in paths]
    if command == "check" and paths:
        return check(paths)
    if command == "prove" and len(paths) == 1:
        return prove(paths[0])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(int(main()))
