import { checkDatabase } from "./checks/database.ts";
import { checkDoors } from "./checks/doors.ts";
import { checkNetwork } from "./checks/network.ts";
import { checkOwnership } from "./checks/ownership.ts";
import { checkPolicy } from "./checks/policy.ts";
import { checkService } from "./checks/service.ts";
import { readDocument, type SpecDocument } from "./document.ts";
import { checkFolders, type FolderReader } from "./folders.ts";
import { type Finding, SpecError, type SpecProblem } from "./problem.ts";
import { isBelow, repair } from "./repair.ts";
import { resolve } from "./resolve.ts";
import { type EnvironmentFile, environmentSchema, type Spec } from "./schema.ts";
import { toFindings } from "./shape.ts";

/**
 * Reads a spec and checks all that can be checked without the folders it names and without Google Cloud.
 *
 * @throws SpecError with every problem, each with its line
 */
export function parseSpec(content: string | Uint8Array): Spec {
  const { spec, problems } = examine(content);
  if (!spec || problems.length > 0) throw new SpecError({ problems });
  return spec;
}

/**
 * Reads a spec and checks all that can be checked offline, the folders that it names included.
 *
 * @throws SpecError with every problem, each with its line
 */
export async function loadSpec(content: string | Uint8Array, folders: FolderReader): Promise<Spec> {
  const { spec, problems, document, file, changed } = examine(content);
  const ofFolders = file ? await checkFolders(file, { folders, changed, place: document.place }) : [];
  if (!spec || problems.length + ofFolders.length > 0) throw new SpecError({ problems: [...problems, ...ofFolders] });
  return spec;
}

interface Examination {
  readonly document: SpecDocument;
  readonly problems: readonly SpecProblem[];
  /** Present when the file has the right shape, or could be made to have it by leaving its wrong parts out. */
  readonly file?: EnvironmentFile;
  /** Paths whose content is not what the file says. */
  readonly changed: readonly (readonly PropertyKey[])[];
  /** Present when nothing is wrong with the shape. */
  readonly spec?: Spec;
}

function examine(content: string | Uint8Array): Examination {
  const document = readDocument(content);
  if (document.value === undefined) return { document, problems: document.problems, changed: [] };
  const parsed = environmentSchema.safeParse(document.value);
  const shape = parsed.success ? [] : toFindings(parsed.error.issues, document.value);
  const { file, changed } = parsed.success
    ? { file: parsed.data, changed: [] }
    : (repair(document.value, parsed.error.issues) ?? { changed: [] });
  const meaning = file ? checkMeaning(file).filter((finding) => isSound(finding, changed)) : [];
  const problems = [...document.problems, ...[...shape, ...meaning].map(document.place)];
  return { document, problems, file, changed, spec: parsed.success ? resolve(parsed.data) : undefined };
}

function checkMeaning(file: EnvironmentFile): Finding[] {
  const spec = resolve(file);
  return [
    ...checkOwnership(file),
    ...checkNetwork(file, spec),
    ...checkDatabase(file, spec),
    ...checkService(file),
    ...checkPolicy(file),
    ...checkDoors(file),
  ];
}

/** Whether everything that a finding is about stands in the file as it was checked. */
function isSound({ path, comparedWith = [] }: Finding, changed: Examination["changed"]): boolean {
  return [path, ...comparedWith].every((part) => !isBelow(part, changed));
}
