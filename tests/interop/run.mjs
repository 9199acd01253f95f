// Plays session.json through the TypeScript SDK, as conversation.py does through the others.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const sdk = createRequire(`${process.env.NODE_PREFIX}/`);
const load = (path) => import(pathToFileURL(sdk.resolve(`@modelcontextprotocol/sdk/${path}`)));
const { Client } = await load("client/index.js");
const { ElicitRequestSchema } = await load("types.js");
const { StdioClientTransport, getDefaultEnvironment } = await load("client/stdio.js");

const steps = JSON.parse(readFileSync(new URL("session.json", import.meta.url)));
const NOT_FOUND = -32002;

function must(condition, message) {
  if (!condition) throw new Error(message);
}

const at = (value, pointer) => pointer.split("/").slice(1).reduce((inner, part) => inner?.[part], value) ?? null;

function filled(value, known) {
  if (Array.isArray(value)) return value.map((inner) => filled(inner, known));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, known)]));
  if (typeof value !== "string") return value;
  return value.startsWith("$") ? known[value.slice(1)] : value.replace(/\$(\w+)/g, (_, name) => known[name]);
}

function compare(where, answer, expected, known) {
  for (const [pointer, raw] of Object.entries(expected)) {
    const found = at(answer, pointer);
    const pattern = typeof raw === "string" && raw.startsWith("~");
    const wanted = pattern ? raw : filled(raw, known);
    const fits = pattern ? new RegExp(raw.slice(1)).test(found) : isDeepStrictEqual(found, wanted);
    must(fits, `${where}: ${pointer} is ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
  }
}

async function playCall(client, step, known, where) {
  const before = asked;
  const result = await client.callTool({ name: step.call, arguments: filled(step.args ?? {}, known) });
  const text = result.content[0].text;
  must(asked - before === Number(step.asks ?? false), `${where}: asked ${asked - before} times`);
  if (step.refused) {
    must(result.isError && text.includes(step.refused), `${where}: expected a refusal with ${step.refused}, got ${text}`);
    return;
  }
  must(!result.isError, `${where}: refused: ${text}`);
  must(isDeepStrictEqual(JSON.parse(text), result.structuredContent), `${where}: the text is not the structured content`);
  compare(where, result.structuredContent, step.expect ?? {}, known);
  for (const [name, pointer] of Object.entries(step.save ?? {})) known[name] = at(result.structuredContent, pointer);
}

async function playRead(client, step, known, where) {
  let result;
  try {
    result = await client.readResource({ uri: filled(step.read, known) });
  } catch (error) {
    must(step.missing && error.code === NOT_FOUND, `${where}: ${error.code} ${error.message}`);
    return;
  }
  must(!step.missing, `${where}: expected not found`);
  compare(where, JSON.parse(result.contents[0].text), step.expect, known);
}

const names = ["FACTURO_DATA_DIR", "FACTURO_LINGER", "FACTURO_LOG", "FACTURO_POSTGRES_BIN", "FACTURO_SCRATCH"];
const set = names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]);
const env = { ...getDefaultEnvironment(), ...Object.fromEntries(set) };
const transport = new StdioClientTransport({ command: process.env.FACTURO, env });
let protocol = "?";
transport.setProtocolVersion = (version) => (protocol = version);
const client = new Client({ name: "interop", version: "0" }, { capabilities: { elicitation: { form: {} } } });
// a person who says yes to whatever they are asked
let asked = 0;
client.setRequestHandler(ElicitRequestSchema, async () => {
  asked += 1;
  return { action: "accept", content: { confirm: true } };
});
await client.connect(transport);
try {
  const { tools } = await client.listTools();
  const played = new Set(steps.flatMap((step) => step.call ?? []));
  must(isDeepStrictEqual(new Set(tools.map((tool) => tool.name)), played), "session.json and tools/list differ");
  must((await client.listResources()).resources.length === 2, "resources/list");
  must((await client.listResourceTemplates()).resourceTemplates.length === 4, "resources/templates/list");
  const known = {};
  for (const [index, step] of steps.entries()) {
    const where = `step ${index + 1}, ${step.call ?? step.read}`;
    await (step.call ? playCall : playRead)(client, step, known, where);
  }
  console.log(`${protocol} ${steps.length + 3}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await client.close();
}
