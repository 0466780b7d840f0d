import { parseJson, stringifyJson } from "../value/json.ts";
import { decodeText } from "./charset.ts";
import { row } from "./function.ts";

/** `json.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/json/decode */
// biome-ignore format: a table
export const json = [
  row("json.decode",           "data: bytes|string",            "value",    ({ data }) => parseJson(typeof data === "string" ? data : decodeText(data))),
  row("json.encode",           "data: value, indent?: boolean",  "bytes",  ({ data, indent = false }) => Buffer.from(stringifyJson(data, style(indent)))),
  row("json.encode_to_string", "data: value, indent?: boolean",  "string", ({ data, indent = false }) => stringifyJson(data, style(indent))),
];

function style(isIndented: boolean) {
  return { indent: isIndented ? 2 : 0 };
}
