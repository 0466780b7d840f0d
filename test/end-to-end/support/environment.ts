import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

/** Region of every test environment. */
export const region = "asia-northeast1";

const example = fileURLToPath(new URL("../../../examples/users/", import.meta.url));

/** A spec on disk with its application and seed, made from the example, and the means to change it. */
export interface Environment {
  readonly name: string;
  /** Path of its environment.yaml. */
  readonly file: string;
  /** Replaces text in a file below the folder. */
  edit(path: string, from: string | RegExp, to: string): void;
  write(path: string, content: string): void;
  /** Writes the spec anew with other options. */
  configure(options: EnvironmentOptions): void;
  remove(): void;
}

/** What a test environment has beside the smallest useful spec; names derive from its own. */
export interface EnvironmentOptions {
  readonly project?: string;
  readonly network?: object;
  readonly egress?: object;
  readonly identity?: object;
  readonly database?: object;
  readonly service?: object;
  readonly policy?: object;
  readonly notify?: object;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Makes an environment of its own name, with ranges that no other one uses. */
export function createEnvironment(name: string, options: EnvironmentOptions = {}): Environment {
  const folder = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
  mkdirSync(folder, { recursive: true });
  cpSync(join(example, "app"), join(folder, "app"), {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  cpSync(join(example, "seed"), join(folder, "seed"), { recursive: true });
  const file = join(folder, "environment.yaml");
  const environment: Environment = {
    name,
    file,
    edit(path, from, to) {
      const before = readFileSync(join(folder, path), "utf8");
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${path} has no ${from}`);
      writeFileSync(join(folder, path), after);
    },
    write: (path, content) => writeFileSync(join(folder, path), content),
    configure: (changed) => writeFileSync(file, stringify(specOf(name, changed))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  environment.configure(options);
  return environment;
}

function specOf(name: string, options: EnvironmentOptions): object {
  return {
    apiVersion: "alloyrun/v1",
    kind: "Environment",
    metadata: { name, ...(options.labels && { labels: options.labels }) },
    spec: {
      project: options.project ?? "my-project",
      region,
      ...(options.network && { network: options.network }),
      ...(options.egress && { egress: options.egress }),
      ...(options.identity && { identity: options.identity }),
      database: { seed: { directory: "./seed" }, ...options.database },
      service: {
        ...(options.service && "image" in options.service ? {} : { source: "./app" }),
        public: true,
        smoke: { expect: { contains: "Select Users" } },
        ...options.service,
      },
      ...(options.policy && { policy: options.policy }),
      ...(options.notify && { notify: options.notify }),
    },
  };
}
