import { deployCommand, examine } from "../../deploy/doctor/examine.ts";
import type { Finding } from "../../deploy/doctor/finding.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Place } from "../installation.ts";
import { ProblemError } from "../request-client.ts";
import type { Terminal } from "../terminal.ts";
import { watchRun } from "../watch.ts";
import { readSpec } from "./validate.ts";

/** Where to look, and for which spec. */
export interface DoctorOptions extends Place {
  /** Path of an environment.yaml. */
  readonly spec?: string;
  /** Whether people are shown more findings than fit on a phone. */
  readonly all?: boolean;
}

/** How many findings fit on a phone. */
const shownFindings = 5;

/**
 * Looks for what is wrong, tells for every finding the command that mends it, and changes nothing. Where the installation
 * looks right, every step says itself whether its permissions are in effect.
 */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const { project, region, spec: file, all = false } = options;
  const checked = file === undefined ? undefined : await readSpec(file, terminal);
  if (file !== undefined && !checked) return exitCodes.invalid;
  const place = { project, region };
  const looked = await examine(place, file !== undefined && checked ? { file, ...checked } : undefined);
  const isRight = !looked.some(({ check }) => check === "installation");
  const findings = isRight ? [...looked, ...(await checkPermissions(place))] : looked;
  terminal.answer({ project, region, findings });
  if (findings.length === 0) {
    terminal.say([`Nothing is wrong with alloyrun in ${project} (${region}).`]);
    return exitCodes.ok;
  }
  const shown = all ? findings : findings.slice(0, shownFindings);
  const more = findings.length - shown.length;
  terminal.say([
    ...shown.flatMap(renderFinding),
    ...(more > 0 ? [`and ${more} more: the same with --all`] : []),
    `${findings.length} ${findings.length === 1 ? "finding" : "findings"}. Nothing was changed.`,
  ]);
  return exitCodes.failed;
}

function renderFinding({ check, resource, problem, command }: Finding): readonly string[] {
  return [`${check}: ${resource}: ${problem}`, `    ${command}`];
}

/** The same run as `deploy` ends with: nobody else can tell what an account may do. */
async function checkPermissions(place: Place): Promise<readonly Finding[]> {
  const finding = (resource: string, problem: string, command: string): Finding => ({
    ...{ check: "permissions", resource, problem, command },
  });
  try {
    const { requests } = await findInstallation(place);
    const { run } = await requests.request({ action: "check" });
    const { failures } = await watchRun(requests, run, { place });
    return failures.map(({ step, message }) => finding(`step ${step}`, message, deployCommand(place)));
  } catch (caught) {
    if (!(caught instanceof ProblemError)) throw caught;
    const { status, detail } = caught.problem;
    if (status !== 403) return [finding("alloyrun-request", detail, deployCommand(place))];
    const grant =
      `gcloud run services add-iam-policy-binding alloyrun-request --project=${place.project} ` +
      `--region=${place.region} --member=user:$(gcloud config get account) --role=roles/run.invoker`;
    return [finding("alloyrun-request", detail, grant)];
  }
}
