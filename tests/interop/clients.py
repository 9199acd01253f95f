"""The Python clients and the Inspector, each as conversation.py wants them."""

import asyncio
import json
import os
from contextlib import asynccontextmanager

from conversation import Failed, Missing, must

# -32002 in the eras up to 2025-11-25, -32602 from 2026-07-28 on
NOT_FOUND = {-32002, -32602}


def server():
    """The command and the environment of the server under test."""
    names = ("FACTURO_DATA_DIR", "FACTURO_LINGER", "FACTURO_LOG", "FACTURO_POSTGRES_BIN", "FACTURO_SCRATCH")
    return os.environ["FACTURO"], {name: os.environ[name] for name in names if os.environ.get(name)}


class Person:
    """Says yes to whatever they are asked."""

    def __init__(self):
        self.asked = 0

    async def answer(self, form, of):
        must(form.requested_schema["required"] == ["confirm"], f"a form of {form.requested_schema}")
        self.asked += 1
        return of(action="accept", content={"confirm": True})


class Official:
    """The package mcp."""

    def __init__(self, client, person):
        self.client = client
        self.person = person
        self.protocol = client.protocol_version

    async def tools(self):
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def resources(self):
        return [str(resource.uri) for resource in (await self.client.list_resources()).resources]

    async def templates(self):
        listed = await self.client.list_resource_templates()
        return [template.uri_template for template in listed.resource_templates]

    async def call(self, name, arguments):
        result = await self.client.call_tool(name, arguments)
        return bool(result.is_error), result.structured_content, result.content[0].text

    async def read(self, uri):
        from mcp import MCPError

        try:
            return json.loads((await self.client.read_resource(uri)).contents[0].text)
        except MCPError as error:
            must(error.error.code in NOT_FOUND, f"{uri}: {error}")
            raise Missing from error


@asynccontextmanager
async def official(era):
    from mcp import Client, StdioServerParameters
    from mcp.types import ElicitResult

    command, env = server()
    person = Person()

    async def asked(_context, form):
        return await person.answer(form, ElicitResult)

    server_to_start = StdioServerParameters(command=command, env=env)
    async with Client(server_to_start, mode=era, elicitation_callback=asked) as client:
        yield Official(client, person)


class Fast:
    """The package fastmcp."""

    def __init__(self, client, person):
        self.client = client
        self.person = person
        self.protocol = client.protocol_version

    async def tools(self):
        return [tool.name for tool in await self.client.list_tools()]

    async def resources(self):
        return [str(resource.uri) for resource in await self.client.list_resources()]

    async def templates(self):
        return [template.uri_template for template in await self.client.list_resource_templates()]

    async def call(self, name, arguments):
        result = await self.client.call_tool(name, arguments, raise_on_error=False)
        return result.is_error, result.structured_content, result.content[0].text

    async def read(self, uri):
        from mcp import MCPError

        try:
            return json.loads((await self.client.read_resource(uri))[0].text)
        except MCPError as error:
            must(error.error.code in NOT_FOUND, f"{uri}: {error}")
            raise Missing from error


@asynccontextmanager
async def fast(era):
    from fastmcp import Client
    from fastmcp.client.elicitation import ElicitResult
    from fastmcp.client.transports import StdioTransport

    command, env = server()
    person = Person()

    async def asked(_message, _type, form, _context):
        return await person.answer(form, ElicitResult)

    async with Client(StdioTransport(command=command, args=[], env=env), mode=era, elicitation_handler=asked) as client:
        yield Fast(client, person)


# What the Inspector's command line says by its exit code.
REFUSED = 5


class Inspector:
    """A process for each request, with nobody to be asked."""

    def __init__(self, era):
        self.era = era
        self.person = None
        self.protocol = era

    async def run(self, *arguments):
        command, env = server()
        settings = [part for name, value in {**env, "FACTURO_CONFIRM": "never"}.items() for part in ("-e", f"{name}={value}")]
        process = await asyncio.create_subprocess_exec(
            "mcp-inspector", "--cli", "-q", "--format", "json", "--protocol-era", self.era, *settings, command, *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, out.decode(), err.decode()

    async def done(self, *arguments):
        code, out, err = await self.run(*arguments)
        must(code == 0, f"{' '.join(arguments)}: exit {code}: {err or out}")
        return json.loads(out)["result"]

    async def tools(self):
        # exit 6 when a schema would not do for some host; its warnings are failures here too
        code, out, err = await self.run("--method", "tools/list", "--strict")
        must(code == 0 and "Warning" not in err, f"tools/list --strict: exit {code}: {err}")
        listed = json.loads(out)["result"]
        return [tool["name"] for tool in listed["tools"]]

    async def resources(self):
        return [resource["uri"] for resource in (await self.done("--method", "resources/list"))["resources"]]

    async def templates(self):
        listed = await self.done("--method", "resources/templates/list")
        return [template["uriTemplate"] for template in listed["resourceTemplates"]]

    async def call(self, name, arguments):
        request = ("--method", "tools/call", "--tool-name", name, "--tool-args-json", json.dumps(arguments))
        code, out, err = await self.run(*request)
        must(code in (0, REFUSED), f"{name}: exit {code}: {err or out}")
        result = json.loads(out)["result"]
        must(bool(result.get("isError")) == (code == REFUSED), f"{name}: exit {code}, isError {result.get('isError')}")
        return code == REFUSED, result.get("structuredContent"), result["content"][0]["text"]

    async def read(self, uri):
        code, out, err = await self.run("--method", "resources/read", "--uri", uri)
        if code != 0:
            must("There is no " in err, f"{uri}: exit {code}: {err}")
            raise Missing(err)
        return json.loads(json.loads(out)["result"]["contents"][0]["text"])


@asynccontextmanager
async def inspector(era):
    yield Inspector(era)


CLIENTS = {"mcp": official, "fastmcp": fast, "inspector": inspector}
__all__ = ["CLIENTS", "Failed"]
