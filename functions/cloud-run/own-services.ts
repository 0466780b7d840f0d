import type { RunServicesClient, Service } from "../../google/clients/run.ts";
import { parentOf } from "../../google/name.ts";
import type { Serving } from "../../plan/generation.ts";
import { idOf, type Ownership } from "../../spec/names.ts";
import { isOwn } from "../ownership.ts";
import { readServing, servingOf } from "./serving.ts";
import { openedAnnotation, reachedRevisions } from "./traffic.ts";

/** A service of an environment: a spec that names another leaves it standing, and it goes on answering. */
export interface OwnService {
  /** `projects/{project}/locations/{region}/services/{service}` */
  readonly service: string;
  /** What it answers most requests from; absent when it answers none, or by a revision that is not one that we made. */
  readonly serving?: Serving;
  /** The run that last moved its traffic, or was about to. */
  readonly openedBy?: string;
}

/** Something that requests reach. */
export interface Reach {
  /** `projects/{project}/locations/{region}/services/{service}` */
  readonly service: string;
  /** From what they are answered; undefined where the revision does not say it as ours do. */
  readonly serving: Serving | undefined;
}

/** Whose services are looked for, and beside which one: in its project and region. */
interface Beside {
  readonly service: string;
  readonly ownership: Ownership;
}

type Tools = Pick<RunServicesClient, "listServices" | "getRevision">;

/** The services of an environment's own, under whatever names, and what each serves. */
export async function observeOwn(beside: Beside, services: Tools): Promise<readonly OwnService[]> {
  const own = await listOwn(beside, services);
  return Promise.all(
    own.map(async ({ name, found }) => {
      const revision = await readServing(found, services);
      const serving = revision && servingOf(revision);
      const openedBy = found.annotations?.[openedAnnotation];
      return { service: name, ...(serving && { serving }), ...(openedBy && { openedBy }) };
    }),
  );
}

/** What requests to an environment reach, by any of its services: one entry for each revision that has traffic. */
export async function findReach(beside: Beside, services: Tools): Promise<readonly Reach[]> {
  const own = await listOwn(beside, services);
  const reached = own.flatMap(({ name, found }) => reachedRevisions(found).map((id) => ({ service: name, id })));
  return Promise.all(
    reached.map(async ({ service, id }) => {
      const revision = await services.getRevision(`${service}/revisions/${id}`);
      return { service, serving: revision && servingOf(revision) };
    }),
  );
}

/** Why something may be in use, as the end of a sentence; undefined when nothing that has traffic can reach it. */
export function whyInUse(
  reach: readonly Reach[],
  { cluster, database }: { readonly cluster: string; readonly database?: string },
): string | undefined {
  const isIt = ({ serving }: Reach) =>
    serving?.instance.startsWith(`${cluster}/`) && (database === undefined || serving.database === database);
  const user = reach.find(isIt);
  if (user) return `${user.service} answers from it`;
  const unclear = reach.find(({ serving }) => serving === undefined);
  return unclear && `${unclear.service} answers by a revision that does not say from which database`;
}

/** Full names as our own inputs have them: Google may answer with the project's number. */
async function listOwn({ service, ownership }: Beside, services: Tools) {
  const all = await services.listServices(parentOf(service));
  const named = (found: Service) => `${parentOf(service)}/services/${idOf(found.name ?? "")}`;
  return all.filter((each) => isOwn(each, ownership)).map((found) => ({ name: named(found), found }));
}
