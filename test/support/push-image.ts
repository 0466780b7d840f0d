import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalCloud } from "../../local/main.ts";
import { makeOpenDirectory, runtimeOf } from "../../local/workload/runtime.ts";

/** A one-file application to run. */
export interface Application {
  readonly project: string;
  readonly name: string;
  /** Text of `main.mjs`. */
  readonly source: string;
}

/** Pushes an application to a local cloud as a build would, and gives the reference to its image by digest. */
export function pushImage({ cloud }: LocalCloud, { project, name, source }: Application): string {
  const directory = join(cloud.directory, "apps", project, name);
  makeOpenDirectory(directory);
  writeFileSync(join(directory, "main.mjs"), source, { mode: 0o644 });
  const repository = `asia-northeast1-docker.pkg.dev/${project}/apps/${name}`;
  const digest = `sha256:${createHash("sha256").update(source).digest("hex")}`;
  const reference = `${repository}@${digest}`;
  const command = ["node", "main.mjs"];
  const uploadTime = cloud.clock.timestamp();
  const image = { reference, digest, directory, command, env: {}, packages: {}, uploadTime, sizeBytes: 1 };
  runtimeOf(cloud).images.push(image, "latest");
  return reference;
}

/** Source of a server that answers `text` and the path it was asked for. */
export function answering(text: string): string {
  return `
    import { createServer } from "node:http";
    createServer((request, response) => response.end(${JSON.stringify(text)} + " " + request.url)).listen(process.env.PORT);`;
}
