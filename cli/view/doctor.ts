import type { Finding, Note } from "../../deploy/doctor/finding.ts";

/** How many findings fit on a phone. */
const shownFindings = 5;

/** What was found and with what each is mended, then what is good to know; the first that fit, unless all are wanted. */
export function renderExamination(
  { findings, notes }: { readonly findings: readonly Finding[]; readonly notes: readonly Note[] },
  { project, region, all }: { readonly project: string; readonly region: string; readonly all: boolean },
): readonly string[] {
  const known = notes.flatMap(({ check, text, way }) => [`note: ${check}: ${text}`, `    ${way}`]);
  if (findings.length === 0) return [`Nothing is wrong with alloyrun in ${project} (${region}).`, ...known];
  const shown = all ? findings : findings.slice(0, shownFindings);
  const more = findings.length - shown.length;
  return [
    ...shown.flatMap(({ check, resource, problem, command }) => [
      `${check}: ${resource}: ${problem}`,
      `    ${command}`,
    ]),
    ...(more > 0 ? [`and ${more} more: the same with --all`] : []),
    ...known,
    `${findings.length} ${findings.length === 1 ? "finding" : "findings"}. Nothing was changed.`,
  ];
}
