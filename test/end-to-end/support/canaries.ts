import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { LocalCloud } from "../../../local/main.ts";
import type { ObservableStore, Store } from "../../../local/store.ts";
import type { InstalledCloud } from "./installed-cloud.ts";
import { filesBelow, readContent } from "./passwords.ts";

/** What may hold secrets: Secret Manager's own payloads, and the keys of the local cloud, which no API shows. */
const vaults = new Set(["secretmanager.payloads", "local.keys"]);

/** Ways in which a text may stand in another: as it is, and as JSON, URLs and base64 carry it. */
export function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  const url = encodeURIComponent(text);
  const plain = [text, json, twice, url, url.replaceAll("%20", "+")];
  return [...new Set([...plain, ...[text, json].flatMap(base64Of)])];
}

/** The middle of a text's base64, for each of the three places at which it may begin; the ends depend on what is around. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString("base64url");
    return encoded.slice(offset === 0 ? 0 : offset + 1, -3);
  });
}

/** Where else to look. */
export interface Beside {
  /** Further texts by where they come from, such as what a webhook was sent. */
  readonly told?: Readonly<Record<string, readonly string[]>>;
  /** Folders beside that of the local cloud, such as the one for temporary files of commands. */
  readonly folders?: readonly string[];
  /** Whether a process is meant to have secrets in its environment; none is unless this says so. */
  readonly mayKnow?: (environment: string) => boolean;
}

/**
 * Looks for texts, in all their forms, in everything but Secret Manager's storage: the whole state, log entries, the
 * journal, every file, what commands printed, and the arguments and environments of processes.
 *
 * @returns where one was found, never the text itself
 */
export function findCanaries(cloud: InstalledCloud, canaries: readonly string[], beside: Beside = {}): string[] {
  const { local, project, printed } = cloud;
  const { told = {}, folders = [], mayKnow = () => false } = beside;
  const environments = readOfProcesses("environ").filter((environment) => !mayKnow(environment));
  const places = [
    ["printed", printed()],
    ...Object.entries(told).map(([place, texts]) => [place, texts.join("\n")] as const),
    ["arguments of processes", readOfProcesses("cmdline").join("\n")],
    ["environment of processes", environments.join("\n")],
    ...folders.flatMap(filesBelow).map((file) => [`files of ${dirname(file)}`, readContent(file)] as const),
    ["journal", JSON.stringify(local.journal.entries())],
    ["logs", JSON.stringify(local.cloud.logs.list(project))],
    ...stateOf(local),
    ...filesBelow(local.cloud.directory).map((file) => ["files", readContent(file)] as const),
  ] as const;
  const forms = canaries.flatMap(formsOf);
  const found = places.filter(([, content]) => isIn(content, forms));
  return [...new Set(found.map(([place]) => place))];
}

function isIn(content: string, forms: readonly string[]): boolean {
  // The two alphabets of base64 differ in two characters.
  const standard = content.replaceAll("+", "-").replaceAll("/", "_");
  return forms.some((form) => content.includes(form) || standard.includes(form));
}

/** Arguments or environment of every process that may be looked into, as one text each, with spaces in between. */
export function readOfProcesses(what: "cmdline" | "environ"): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/${what}`, "utf8").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    });
}

function stateOf({ cloud: { store } }: LocalCloud): (readonly [string, string])[] {
  if (!isObservable(store)) throw new Error("the entries of this store cannot be read");
  return [...store.entries()]
    .filter(({ collection }) => !vaults.has(collection))
    .map(({ collection, name, value }) => [collection, `${name} ${JSON.stringify(value)}`] as const);
}

function isObservable(store: Store): store is ObservableStore {
  return "entries" in store;
}
