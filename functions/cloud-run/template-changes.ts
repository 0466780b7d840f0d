import type { Container, Revision, RevisionTemplate } from "../../google/clients/run.ts";
import type { FieldChange } from "../../plan/change.ts";
import { idOf } from "../../spec/names.ts";
import { differences } from "../changes.ts";
import { applicationContainer, proxyContainer } from "./template.ts";
import type { Variable } from "./variable.ts";

/** What a revision is made from, or the revision that was made from it. */
export type Content = RevisionTemplate | Revision;

const app = `template.containers.${applicationContainer}`;
const proxy = `template.containers.${proxyContainer}`;

/** What people are told of a template, what they ask for most first; containers are named instead of counted. */
// biome-ignore format: a table
const rows: readonly (readonly [path: string, of: (content: Content) => unknown])[] = [
  [`${app}.image`,                           (c) => containerOf(c, applicationContainer)?.image],
  ["template.scaling.minInstanceCount",      ({ scaling }) => scaling?.minInstanceCount ?? 0],
  ["template.scaling.maxInstanceCount",      ({ scaling }) => scaling?.maxInstanceCount ?? undefined],
  [`${app}.resources.limits.cpu`,            (c) => containerOf(c, applicationContainer)?.resources?.limits?.cpu],
  [`${app}.resources.limits.memory`,         (c) => containerOf(c, applicationContainer)?.resources?.limits?.memory],
  [`${app}.ports.containerPort`,             (c) => containerOf(c, applicationContainer)?.ports?.[0]?.containerPort],
  ["template.maxInstanceRequestConcurrency", (c) => c.maxInstanceRequestConcurrency ?? undefined],
  ["template.timeout",                       ({ timeout }) => timeout && `${Number(timeout.seconds ?? 0)}s`],
  ["template.executionEnvironment",          (c) => c.executionEnvironment ?? undefined],
  ["template.serviceAccount",                (c) => c.serviceAccount ?? undefined],
  ["template.vpcAccess.connector",           ({ vpcAccess }) => vpcAccess?.connector || undefined],
  ["template.vpcAccess.subnetwork",          ({ vpcAccess }) => vpcAccess?.networkInterfaces?.[0]?.subnetwork ?? undefined],
  ["template.vpcAccess.egress",              ({ vpcAccess }) => vpcAccess?.egress ?? undefined],
  [`${proxy}.image`,                         (c) => containerOf(c, proxyContainer)?.image],
  [`${proxy}.args`,                          (c) => containerOf(c, proxyContainer)?.args],
];

const table = rows.map(([path, of]) => ({ path, wanted: of, observed: of }));

/**
 * What differs between the content that is wanted and the present one. Of environment variables only their names are told,
 * never a value; of secrets the name and the version.
 */
export function templateChanges(wanted: Content, present: Content): readonly FieldChange[] {
  return [...differences(table, wanted, present), ...variableChanges(wanted, present)];
}

function variableChanges(wanted: Content, present: Content): readonly FieldChange[] {
  const [after, before] = [variablesOf(wanted), variablesOf(present)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [from, to] = [before.get(name), after.get(name)];
    if (from && to && isSame(from, to)) return [];
    const isOtherValue = from && to && !isSecret(from) && !isSecret(to);
    return [
      { path: `${app}.env.${name}`, from: from && toText(from), to: isOtherValue ? "another value" : to && toText(to) },
    ];
  });
}

function variablesOf(content: Content): ReadonlyMap<string, Variable> {
  const variables = (containerOf(content, applicationContainer)?.env ?? []) as readonly Variable[];
  return new Map(variables.map((variable) => [variable.name, variable]));
}

function isSame(one: Variable, other: Variable): boolean {
  return isSecret(one) || isSecret(other) ? toText(one) === toText(other) : (one.value ?? "") === (other.value ?? "");
}

function isSecret({ valueSource }: Variable): boolean {
  return Boolean(valueSource?.secretKeyRef);
}

function toText({ valueSource }: Variable): string {
  const reference = valueSource?.secretKeyRef;
  return reference ? `${idOf(reference.secret)}/versions/${reference.version}` : "a value";
}

function containerOf({ containers }: Content, name: string): Container | undefined {
  return containers?.find((container) => container.name === name);
}
