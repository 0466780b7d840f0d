import { toSeconds } from "../duration.ts";
import type { Finding } from "../problem.ts";
import { zonesOf } from "../regions.ts";
import { cpusOf } from "../resolve.ts";
import type { EnvironmentFile, Spec } from "../schema.ts";
import { suggest } from "../suggest.ts";

type Section = EnvironmentFile["spec"]["database"];

/** vCPUs that an N2 node can have; N2 is chosen when no machine type is given. */
const n2Cpus: readonly number[] = [2, 4, 8, 16, 32, 64, 96, 128];

const reservedDatabases = new Set(["postgres", "template0", "template1", "alloydbadmin", "alloydbmetadata"]);

/** Names that PostgreSQL and AlloyDB keep for themselves, and words that mean somebody else in a GRANT. */
const reservedUser = /^(postgres$|pg_|alloydb|public$|none$|current_|session_user$|user$)/;

/** Checks sizes, zone, names and login of the database section. */
export function checkDatabase({ spec: file }: EnvironmentFile, spec: Spec): Finding[] {
  const { database } = file;
  return [
    ...checkMachine(database.instance, ["spec", "database", "instance"]),
    ...(database.readPool ? checkMachine(database.readPool, ["spec", "database", "readPool"]) : []),
    ...checkZone(database.instance, spec.region),
    ...checkNames(database, spec),
    ...checkLogin(database),
    ...checkTimeout(database),
  ];
}

function checkMachine(
  { cpuCount, machineType, flags }: Pick<Section["instance"], "cpuCount" | "machineType" | "flags">,
  path: readonly string[],
): Finding[] {
  const findings: Finding[] = [];
  const cpus = cpusOf(machineType);
  if (cpuCount !== undefined && cpus !== undefined && cpuCount !== cpus) {
    const message = `${cpuCount} is not the vCPUs of ${machineType}`;
    const fix = `write ${cpus}, or remove cpuCount`;
    findings.push({ path: [...path, "cpuCount"], message, fix });
  }
  if (cpuCount !== undefined && machineType === undefined && !n2Cpus.includes(cpuCount)) {
    const message = `${cpuCount} vCPUs need a machineType: an N2 has ${n2Cpus.join(", ")}`;
    const fix =
      cpuCount === 1 ? "write 2, or add machineType: c4a-highmem-1" : "write one of these, or add machineType";
    findings.push({ path: [...path, "cpuCount"], comparedWith: [[...path, "machineType"]], message, fix });
  }
  if ("alloydb.iam_authentication" in flags) {
    const message = "is set by login.auth";
    findings.push({ path: [...path, "flags", "alloydb.iam_authentication"], atKey: true, message, fix: "remove it" });
  }
  return findings;
}

function checkZone({ zone, availability }: Section["instance"], region: string): Finding[] {
  if (zone === undefined) return [];
  const path = ["spec", "database", "instance", "zone"];
  if (availability === "REGIONAL") {
    return [{ path, message: "is for a ZONAL instance only", fix: "remove zone, or write availability: ZONAL" }];
  }
  const zones = zonesOf(region);
  if (zones.includes(zone)) return [];
  const fix = `write ${suggest(zone, zones) ?? zones.join(" or ")}`;
  return [{ path, comparedWith: [["spec", "region"]], message: `${zone} is not a zone of ${region}`, fix }];
}

function checkNames(database: Section, { database: { instance, readPool, name } }: Spec): Finding[] {
  const findings: Finding[] = [];
  if (readPool && readPool.name === instance.name) {
    const path = ["spec", "database", database.readPool?.name === undefined ? "instance" : "readPool", "name"];
    findings.push({
      path,
      message: `${readPool.name} names two instances of one cluster`,
      fix: "give it another name",
    });
  }
  if (reservedDatabases.has(name) || name.startsWith("pg_") || /_g\d+$/.test(name)) {
    const message = `${name} is kept for ${/_g\d+$/.test(name) ? "rebuilt databases" : "AlloyDB itself"}`;
    findings.push({ path: ["spec", "database", "name"], message, fix: "choose another name, such as app" });
  }
  return findings;
}

function checkLogin({ login: { user, auth } }: Section): Finding[] {
  const path = ["spec", "database", "login", "user"];
  if (user === undefined) return [];
  if (auth === "iam") {
    const message = "is not used with auth: iam, where the login is the service's account";
    return [{ path, atKey: true, message, fix: "remove user, or write auth: password" }];
  }
  if (!reservedUser.test(user)) return [];
  const message = `${user} is not for applications: they log in as a user of their own`;
  return [{ path, message, fix: "choose another name, such as app" }];
}

function checkTimeout({ seed: { timeout } }: Section): Finding[] {
  if (toSeconds(timeout) <= 86_400) return [];
  const path = ["spec", "database", "seed", "timeout"];
  return [{ path, message: `${timeout} is longer than a job may run`, fix: "write 24h or less" }];
}
