import { deployCommand, examine } from "../../deploy/doctor/examine.ts";
import type { Finding } from "../../deploy/doctor/finding.ts";
import type { Place } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Installation } from "../installation.ts";
import { ProblemError } from "../request-client.ts";
import type { Terminal } from "../terminal.ts";
import { renderExamination } from "../view/doctor.ts";
import { watchRun } from "../watch.ts";
import { readSpec } from "./validate.ts";

/** Where to look, and for which spec. */
export interface DoctorOptions extends Place {
  /** Path of an environment.yaml. */
  readonly spec?: string;
  /** Whether people are shown more findings than fit on a phone. */
  readonly all?: boolean;
}

/**
 * Looks for what is wrong, before an installation as after it, tells for every finding the command that mends it, and
 * changes nothing. Where the installation looks right, every step says itself whether its permissions are in effect.
 */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const { project, region, spec: file, all = false } = options;
  const checked = file === undefined ? undefined : await readSpec(file, terminal);
  if (file !== undefined && !checked) return exitCodes.invalid;
  const place = { project, region };
  const member = () =>
    findInstallation(place)
      .then((installation) => installation.member())
      .catch(() => undefined);
  const specFile = file !== undefined && checked ? { file, ...checked } : undefined;
  const { findings: seen, notes } = await examine(place, { specFile, member });
  const isRight = !seen.some(({ check }) => check === "installation");
  const findings = isRight ? [...seen, ...(await checkPermissions(place))] : seen;
  terminal.answer({ project, region, findings, notes });
  terminal.say(renderExamination({ findings, notes }, { ...place, all }));
  return findings.length === 0 ? exitCodes.ok : exitCodes.found;
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
