"""Plays session.json through any client: the same calls, the same answers expected of each."""

import json
import re
from pathlib import Path

STEPS = json.loads(Path(__file__).with_name("session.json").read_text())
RESOURCES = {"facturo://alerts", "facturo://business"}
TEMPLATES = {
    "facturo://clients/{id}",
    "facturo://clients/{id}/invoices",
    "facturo://invoices/{id}",
    "facturo://invoices/{id}/history",
}


class Missing(Exception):
    """A resource that is not there, as the client reports it."""


class Failed(Exception):
    """The product or a client did not do what it should."""


def must(condition, message):
    if not condition:
        raise Failed(message)


def at(value, pointer):
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def filled(value, known):
    """Puts what earlier steps saved where the step says $name."""
    if isinstance(value, dict):
        return {name: filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, known) for inner in value]
    if isinstance(value, str):
        if value.startswith("$"):
            return known[value[1:]]
        return re.sub(r"\$(\w+)", lambda name: str(known[name[1]]), value)
    return value


def compare(where, answer, expected, known):
    for pointer, wanted in expected.items():
        found = at(answer, pointer)
        if isinstance(wanted, str) and wanted.startswith("~"):
            fits = isinstance(found, str) and re.search(wanted[1:], found)
        else:
            wanted = filled(wanted, known)
            fits = found == wanted
        must(fits, f"{where}: {pointer} is {found!r}, expected {wanted!r}")


async def play(client):
    """`client` has tools(), resources(), templates(), call(name, arguments) and read(uri), and a person, or None where nobody is
    asked. Answers the steps played."""
    tools = await client.tools()
    must(len(tools) == len(set(tools)), "tools/list names a tool twice")
    played = {step["call"] for step in STEPS if "call" in step}
    must(set(tools) == played, f"session.json and tools/list differ by {sorted(set(tools) ^ played)}")
    must(set(await client.resources()) == RESOURCES, "resources/list")
    must(set(await client.templates()) == TEMPLATES, "resources/templates/list")
    known = {}
    for number, step in enumerate(STEPS, 1):
        where = f"step {number}, {step.get('call') or step.get('read')}"
        await (play_call if "call" in step else play_read)(client, step, known, where)
    return len(STEPS) + 3


async def play_call(client, step, known, where):
    before = client.person and client.person.asked
    refused, answer, text = await client.call(step["call"], filled(step.get("args", {}), known))
    if client.person:
        must(client.person.asked - before == int(step.get("asks", False)), f"{where}: asked {client.person.asked - before} times")
    if "refused" in step:
        must(refused and step["refused"] in text, f"{where}: expected a refusal with {step['refused']!r}, got {text}")
        return
    must(not refused, f"{where}: refused: {text}")
    must(json.loads(text) == answer, f"{where}: the text is not the structured content")
    must(next(iter(json.loads(text))) == "summary", f"{where}: the summary does not come first")
    compare(where, answer, step.get("expect", {}), known)
    known.update({name: at(answer, pointer) for name, pointer in step.get("save", {}).items()})


async def play_read(client, step, known, where):
    try:
        answer = await client.read(filled(step["read"], known))
    except Missing:
        must(step.get("missing"), f"{where}: is missing")
        return
    must(not step.get("missing"), f"{where}: expected not found")
    compare(where, answer, step["expect"], known)
