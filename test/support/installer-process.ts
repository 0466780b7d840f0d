import { ensureApis, planApis } from "../../deploy/apis.ts";
import { ensureBucket, planBucket } from "../../deploy/bucket.ts";
import { openClients } from "../../deploy/clients.ts";
import { targetOf } from "../../deploy/deploy.ts";
import { examine } from "../../deploy/doctor/examine.ts";
import { ensureFunction, planFunction } from "../../deploy/functions.ts";
import { ensureIdentities, planIdentities } from "../../deploy/identities.ts";
import { installationAccounts, installationFunctions } from "../../deploy/installation.ts";
import { ensureLinkKey, planLinkKey } from "../../deploy/link-key.ts";
import { ensureSchedules, planSchedules } from "../../deploy/schedules.ts";
import { ensureTopics, planTopics } from "../../deploy/topics.ts";
import { ensureWorkflows, planWorkflows } from "../../deploy/workflows.ts";
import { parseSpec } from "../../spec/load.ts";

/*
 * The installer's own code, part by part, for a parent that asks for it. A process of its own, because what a Google client
 * trusts and asks is decided when its process starts. Arguments: project, region, and who it is.
 */

/** What the parent may ask for. */
export type Question =
  /** Installs all but what is built: of the functions only two, which do nothing, and no image. */
  | { readonly ask: "install" }
  /** What of that would be made or changed. */
  | { readonly ask: "plan" }
  /** What the doctor finds in the project and such an installation, and of what a spec needs. */
  | { readonly ask: "examine"; readonly spec?: string };

/** What comes back. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

const [, , project = "", region = "", member] = process.argv;
const clients = openClients();
const target = await targetOf(clients, { project, region });
const accounts = installationAccounts(project);
const functions = installationFunctions(project).filter(({ id }) => /^alloyrun-(request|network)$/.test(id));

const text = (content: string) => new TextEncoder().encode(content);
const source =
  'require("@google-cloud/functions-framework").http(process.env.FUNCTION_TARGET, (_, response) => response.end());';
const manifest = { main: "index.js", dependencies: { "@google-cloud/functions-framework": "^5.0.0" } };
const bundle = {
  files: { "index.js": text(source), "package.json": text(JSON.stringify(manifest)) },
  sources: [],
  content: "0".repeat(64),
};
const wanted = functions.map((one) => ({ ...one, bundle, environment: { NODE_ENV: "production" } }));

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "install":
      return install();
    case "plan":
      return plan();
    case "examine":
      return examineAll(question.spec);
  }
}

async function install(): Promise<void> {
  await ensureApis(clients.serviceUsage, target, clients.await);
  const names = await ensureIdentities(clients, target, accounts);
  await ensureBucket(clients.buckets, target, accounts, names);
  await Promise.all([
    ensureWorkflows(clients.workflows, target, clients.await),
    ensureTopics(clients.pubsub, target, names),
    ensureLinkKey(clients.secrets, target),
    ...wanted.map((one) => ensureFunction(clients, target, one)),
  ]);
  await ensureSchedules(clients.scheduler, target);
}

async function plan() {
  const identities = await planIdentities(clients, target, accounts);
  const changes = await Promise.all([
    planApis(clients.serviceUsage, target),
    identities.changes,
    planBucket(clients.buckets, target, accounts, identities.names),
    planWorkflows(clients.workflows, target),
    planTopics(clients.pubsub, target, identities.names),
    planLinkKey(clients.secrets, target),
    ...wanted.map((one) => planFunction(clients, target, one)),
    planSchedules(clients.scheduler, target),
  ]);
  return changes.flat();
}

function examineAll(spec: string | undefined) {
  const specFile = spec === undefined ? undefined : { file: "environment.yaml", spec: parseSpec(spec), text: spec };
  return examine({ project, region }, { plan, member: async () => member, specFile });
}

process.on("message", ({ id, question }: { readonly id: number; readonly question: Question }) => {
  answer(question).then(
    (value) => process.send?.({ id, value } satisfies Answer),
    (caught) => process.send?.({ id, error: String(caught) } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 } satisfies Answer);
