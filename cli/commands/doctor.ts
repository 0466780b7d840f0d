import { deployCommand, examine } from "../../deploy/doctor/examine.ts";
import type { Finding } from "../../deploy/doctor/finding.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Installation, type Place } from "../installation.ts";
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
  const installation = await findInstallation(place);
  const { requests } = installation;
  try {
    const { run } = await requests.request({ action: "check" });
    const { failures } = await watchRun(requests, run, { place });
    return failures.map(({ step, message }) => toFinding(`step ${step}`, message, deployCommand(place)));
  } catch (caught) {
    if (!(caught instanceof ProblemError)) throw caught;
    const { status, detail } = caught.problem;
    const command = status === 403 ? await grantCommand(installation) : deployCommand(place);
    return [toFinding("alloyrun-request", detail, command)];
  }
}

function toFinding(resource: string, problem: string, command: string): Finding {
  return { check: "permissions", resource, problem, command };
}

/** Who may not call the function can hardly grant it: whoever may is told to whom. */
async function grantCommand({ place: { project, region }, member }: Installation): Promise<string> {
  return (
    `gcloud run services add-iam-policy-binding alloyrun-request --project=${project} --region=${region} ` +
    `--member=${(await member()) ?? "user:EMAIL"} --role=roles/run.invoker`
  );
}
