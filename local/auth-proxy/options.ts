import { type Flag, type FlagName, flags } from "./flags.ts";

/** Wrong arguments: the message, then the usage, and exit code 1. */
export class UsageError extends Error {
  constructor(fields: { readonly message: string }) {
    super(fields.message);
    this.name = "UsageError";
  }
}

/** One instance to proxy. */
export interface InstanceOptions {
  /** `projects/{project}/locations/{region}/clusters/{cluster}/instances/{instance}` */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly autoIamAuthn: boolean;
  readonly ipType: "PRIVATE" | "PUBLIC" | "PSC";
}

/** The values of all flags, wherever they came from. */
export interface Options {
  readonly command: "run" | "wait" | "shutdown";
  readonly instances: readonly InstanceOptions[];
  text(flag: FlagName): string;
  isOn(flag: FlagName): boolean;
  number(flag: FlagName): number;
  /** Milliseconds. */
  duration(flag: FlagName): number;
}

type Values = ReadonlyMap<string, string>;

/**
 * Reads arguments and environment; an argument wins over its variable `ALLOYDB_PROXY_<FLAG>`, that over the default.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { values: given, words } = parseArguments(args);
  const values = new Map([...fromEnvironment(env), ...given]);
  for (const name of values.keys()) {
    if (flagOf(name).effect === "refused") throw new UsageError({ message: `this proxy does not do --${name}` });
  }
  const [first] = words;
  const command = first === "wait" || first === "shutdown" ? first : "run";
  const uris = command !== "run" ? [] : words.length > 0 ? words : urisOf(env);
  const reader = readValues(values);
  const isInformation = reader.isOn("help") || reader.isOn("version");
  if (command === "run" && uris.length === 0 && !isInformation) {
    throw new UsageError({
      message:
        "missing instance_uri (e.g., projects/$PROJECTS/locations/$LOCTION/clusters/$CLUSTER/instances/$INSTANCES)",
    });
  }
  return { ...reader, command, instances: toInstances(uris, values) };
}

function parseArguments(args: readonly string[]): { values: Map<string, string>; words: string[] } {
  const values = new Map<string, string>();
  const words: string[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") words.push(...rest.splice(0));
    else if (!word.startsWith("-") || word === "-") words.push(word);
    else {
      const { name, value } = splitFlag(word);
      const taken = value ?? (flagOf(name).kind === "switch" ? "true" : rest.shift());
      if (taken === undefined) throw new UsageError({ message: `flag needs an argument: ${word}` });
      values.set(name, checked(name, taken));
    }
  }
  return { values, words };
}

/** `--name`, `--name=value`, `-n`, `-n=value` and, where it takes one, `-nvalue`. */
function splitFlag(word: string): { readonly name: string; readonly value?: string } {
  if (word.startsWith("--")) {
    const at = word.indexOf("=");
    const name = word.slice(2, at < 0 ? undefined : at);
    if (!(name in flags)) throw new UsageError({ message: `unknown flag: --${name}` });
    return at < 0 ? { name } : { name, value: word.slice(at + 1) };
  }
  const letter = word[1] ?? "";
  const found = Object.entries<Flag>(flags).find(([, { short }]) => short === letter);
  if (!found) throw new UsageError({ message: `unknown shorthand flag: '${letter}' in ${word}` });
  const value = word.slice(2).replace(/^=/, "");
  return value === "" ? { name: found[0] } : { name: found[0], value };
}

function flagOf(name: string): Flag {
  return flags[name as FlagName];
}

const booleans: Readonly<Record<string, "true" | "false">> = {
  true: "true",
  t: "true",
  "1": "true",
  false: "false",
  f: "false",
  "0": "false",
};

function checked(name: string, value: string): string {
  const { kind } = flagOf(name);
  const result = kind === "switch" ? booleans[value.toLowerCase()] : value;
  const isWrong =
    result === undefined ||
    (kind === "number" && !/^\d+$/.test(value)) ||
    (kind === "duration" && Number.isNaN(parseDuration(value)));
  if (isWrong) throw new UsageError({ message: `invalid argument ${JSON.stringify(value)} for "--${name}" flag` });
  return result;
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.keys(flags).flatMap((name): [string, string][] => {
    const value = env[`ALLOYDB_PROXY_${name.replaceAll("-", "_").toUpperCase()}`];
    return value === undefined || value === "" ? [] : [[name, checked(name, value)]];
  });
}

function urisOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const single = env.ALLOYDB_PROXY_INSTANCE_URI;
  if (single) return [single];
  const found: string[] = [];
  for (let uri = env.ALLOYDB_PROXY_INSTANCE_URI_0; uri; uri = env[`ALLOYDB_PROXY_INSTANCE_URI_${found.length}`]) {
    found.push(uri);
  }
  return found;
}

const namePattern = /^projects\/[^/]+(?::[^/]+)?\/locations\/[^/]+\/clusters\/[^/]+\/instances\/[^/]+$/;

function toInstances(uris: readonly string[], common: Values): InstanceOptions[] {
  let next = Number(common.get("port") ?? flags.port.fallback);
  return uris.map((uri) => {
    const [name = "", query = ""] = uri.replace(/^https:\/\/alloydb\.googleapis\.com\/v1[a-z]*\//, "").split("?");
    if (!namePattern.test(name)) throw new UsageError({ message: `invalid instance URI: ${JSON.stringify(uri)}` });
    const own = queryValues(uri, query);
    const read = readValues(new Map([...common, ...own]));
    const port = own.has("port") ? read.number("port") : next++;
    const ipType = read.isOn("psc") ? "PSC" : read.isOn("public-ip") ? "PUBLIC" : "PRIVATE";
    return { name, address: read.text("address"), port, autoIamAuthn: read.isOn("auto-iam-authn"), ipType };
  });
}

function queryValues(uri: string, query: string): Map<string, string> {
  return new Map(
    [...new URLSearchParams(query)].map(([name, value]) => {
      const isKnown = name in flags && flagOf(name).perInstance && flagOf(name).effect === undefined;
      if (!isKnown) throw new UsageError({ message: `unsupported query parameter ${name} in ${JSON.stringify(uri)}` });
      return [name, checked(name, value === "" && flagOf(name).kind === "switch" ? "true" : value)];
    }),
  );
}

function readValues(values: Values): Pick<Options, "text" | "isOn" | "number" | "duration"> {
  const text = (name: FlagName) => values.get(name) ?? flagOf(name).fallback ?? "";
  return {
    text,
    isOn: (name) => values.get(name) === "true",
    number: (name) => Number(text(name)),
    duration: (name) => parseDuration(text(name)),
  };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `1m30s`; NaN when it is none. */
function parseDuration(text: string): number {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return Number.NaN;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ""] ?? Number.NaN), 0);
}
