import { Option } from "commander";
import { parsePort } from "./arguments.ts";

/** The option by which a command names one of several local Google Clouds. */
export function localPort(): Option {
  return new Option("--port <number>", "which one, when several are").argParser(parsePort);
}
