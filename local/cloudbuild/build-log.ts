import type { Principal } from "../access/principal.ts";
import { system } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import type { Build } from "../model/generated/cloudbuild.ts";
import { accountEmail, accountPrincipal } from "../workload/service-account.ts";

/** Where the lines of a build go. */
export interface BuildLog {
  write(line: string): void;
  /** Stores all lines as `log-{build}.txt` in the build's bucket, when it has one. */
  close(): Promise<void>;
}

/** Opens the log of a build: Cloud Logging, a bucket, both or neither, as the build says. */
export async function openBuildLog(cloud: Cloud, build: Build): Promise<BuildLog> {
  const principal = await accountPrincipal(cloud, accountEmail(build.serviceAccount ?? "")).catch(() => undefined);
  const log = principal && toLogging(cloud, build, principal);
  const lines: string[] = [];
  return {
    write(line) {
      lines.push(line);
      log?.(line);
    },
    async close() {
      const bucket = build.logsBucket?.replace(/^gs:\/\//, "");
      if (bucket) await store(cloud, build, { bucket, text: lines.map((line) => `${line}\n`).join(""), principal });
    },
  };
}

/** Writes to Cloud Logging as the build's account, which needs the right to. */
function toLogging(
  { access, logs }: Cloud,
  { id = "", projectId: project = "", options }: Build,
  principal: Principal,
): ((line: string) => void) | undefined {
  const resource = `//cloudresourcemanager.googleapis.com/projects/${project}`;
  const mayWrite = access.allows(principal, "logging.logEntries.create", resource);
  if (!mayWrite || options?.logging === "NONE" || options?.logging === "GCS_ONLY") return undefined;
  const labels = { build_id: id, project_id: project, build_trigger_id: "" };
  return (text) => logs.write({ project, log: "cloudbuild", resource: { type: "build", labels }, text });
}

interface Stored {
  readonly bucket: string;
  readonly text: string;
  readonly principal: Principal | undefined;
}

/** Cloud Build writes to its own bucket itself, and to any other as the build's account. What is refused is lost. */
async function store(cloud: Cloud, { id, projectId = "" }: Build, { bucket, text, principal }: Stored): Promise<void> {
  const isOwn = bucket === ownLogsBucket(cloud, projectId);
  const writer = isOwn ? system() : principal;
  if (!writer) return;
  if (isOwn) {
    const resource = { name: bucket, location: "US" };
    // It may be there from an earlier build.
    await cloud
      .call("google.storage.v1.Buckets.Insert", { project: projectId, resource }, writer)
      .catch(() => undefined);
  }
  const { token } = cloud.tokens.accessToken({ principal: writer });
  await cloud.fetch({
    method: "POST",
    url: new URL(`https://storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=log-${id}.txt`),
    headers: { authorization: `Bearer ${token}`, "content-type": "text/plain" },
    body: Buffer.from(text),
  });
}

/** The bucket that Cloud Build keeps logs in unless a build says otherwise. */
export function ownLogsBucket({ projects }: Cloud, projectId: string): string {
  return `${projects.ensure(projectId).projectNumber}.cloudbuild-logs.googleusercontent.com`;
}
