import type { LoggingClient } from "../../google/clients/logging.ts";
import type { Revision, RevisionTemplate, RunServicesClient } from "../../google/clients/run.ts";
import { idOf, revisionId } from "../../spec/names.ts";
import { type Attempt, findAttempt, makerOf } from "../attempt.ts";
import type { Run } from "../contract.ts";
import type { StepError } from "../error.ts";
import { failWith, tailOf } from "../evidence.ts";
import { explain, firstFailure, isSecretDenied, type Readiness, readinessOf } from "./condition.ts";

/** Annotation of a revision: the run that made it. It is no part of the content that names the revision. */
const runAnnotation = "alloyrun-run";

/** How often a revision is made again in one run because a grant on a secret had not taken effect. */
export const secretAttempts = 8;

/** A revision as it is found. */
export interface RevisionAttempt extends Attempt<Revision> {
  /** Whether an attempt of this run has failed already. */
  readonly isRepeated: boolean;
}

/**
 * The revision that has exactly this content: the name says so. One that failed in an earlier run is passed over, and one
 * that Cloud Run refused a secret in this run too, a few times.
 *
 * @param service `projects/{project}/locations/{location}/services/{service}`
 */
export async function findRevision(
  service: string,
  template: RevisionTemplate,
  tools: { readonly services: Pick<RunServicesClient, "getRevision">; readonly run: Pick<Run, "id" | "attempt"> },
): Promise<RevisionAttempt> {
  let refused = 0;
  const attempt = await findAttempt({
    id: revisionId(idOf(service), template),
    look: (id) => tools.services.getRevision(`${service}/revisions/${id}`),
    isGivenUp: (revision) => {
      if (readiness(revision) !== "failed") return false;
      if (revision.annotations?.[runAnnotation] !== makerOf(tools.run)) return true;
      refused += 1;
      return isSecretDenied(failureOf(revision)) && refused < secretAttempts;
    },
  });
  return { ...attempt, isRepeated: refused > 0 };
}

/** How a revision stands. */
export function readiness(revision: Revision): Readiness {
  return readinessOf(revision.conditions, "Ready");
}

/** The template under the name of the attempt, marked with its run. */
export function namedTemplate(
  template: RevisionTemplate,
  id: string,
  run: Pick<Run, "id" | "attempt">,
): RevisionTemplate {
  return { ...template, revision: id, annotations: { [runAnnotation]: makerOf(run) } };
}

/** Why a revision is not ready, with the last lines of its containers. */
export async function explainRevision(
  revision: Revision,
  names: { readonly project: string; readonly service: string; readonly revision: string },
  logging: LoggingClient,
): Promise<StepError> {
  const evidence = await tailOf(logging, { project: names.project, filter: revisionFilter(names), limit: 20 });
  return failWith(evidence, {
    code: "FAILED_PRECONDITION",
    reason: "REVISION_FAILED",
    resource: revision.name ?? names.revision,
    message: `revision ${names.revision} is not ready: ${explain(failureOf(revision))}; mend the cause and run up again`,
  });
}

/** Entries of a revision's containers, in the Logging query language. */
export function revisionFilter(names: { readonly service: string; readonly revision: string }): string {
  return [
    `resource.type="cloud_run_revision"`,
    `resource.labels.service_name="${names.service}"`,
    `resource.labels.revision_name="${names.revision}"`,
  ].join(" AND ");
}

function failureOf(revision: Revision) {
  return firstFailure(revision.conditions, "Ready");
}
