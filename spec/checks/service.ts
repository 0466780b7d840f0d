import { toSeconds } from "../duration.ts";
import type { Finding } from "../problem.ts";
import type { EnvironmentFile } from "../schema.ts";

type Section = EnvironmentFile["spec"]["service"];

const path = ["spec", "service"];

/** Variables that Cloud Run sets. */
const cloudRunVariables = new Set(["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"]);

/** Variables by which the application learns of its database. */
const databaseVariables = new Set(["DB_USER", "DB_PASS", "DB_NAME", "DB_PORT", "INSTANCE_HOST"]);

/** Ports of the Auth Proxy, which shares the instance's network: PostgreSQL and its health check. */
const proxyPorts: readonly number[] = [5432, 9090];

/** Least and most memory in MiB by vCPUs. */
const memoryOfCpus: Readonly<Record<number, readonly [number, number]>> = {
  1: [128, 4096],
  2: [128, 8192],
  4: [2048, 16_384],
  8: [4096, 32_768],
};

/** Checks image, scaling, memory, port, variables and secrets of the service section. */
export function checkService({ spec: { service } }: EnvironmentFile): Finding[] {
  return [
    ...checkImage(service),
    ...checkScaling(service),
    ...checkMemory(service),
    ...checkDoors(service),
    ...Object.entries(service.env).flatMap(([name, value]) => checkVariable(service, name, value)),
    ...Object.entries(service.secrets).flatMap(([name, { secret }]) => checkSecret(name, secret)),
  ];
}

function checkImage({ source, image }: Section): Finding[] {
  if (source !== undefined && image !== undefined) {
    const message = "is given beside source: an image is either built or there already";
    return [{ path: [...path, "image"], atKey: true, message, fix: "remove image or source" }];
  }
  if (source !== undefined || image !== undefined) return [];
  return [{ path, message: "has no application", fix: "add source: ./app, or image: …@sha256:…" }];
}

function checkScaling({ minInstances, maxInstances, timeout }: Section): Finding[] {
  const findings: Finding[] = [];
  if (minInstances > maxInstances) {
    const message = `must not be less than minInstances (${minInstances})`;
    const fix = `write ${minInstances} or more`;
    findings.push({ path: [...path, "maxInstances"], comparedWith: [[...path, "minInstances"]], message, fix });
  }
  if (toSeconds(timeout) > 3600) {
    const message = `${timeout} is longer than a request may take`;
    findings.push({ path: [...path, "timeout"], message, fix: "write 1h or less" });
  }
  return findings;
}

function checkMemory({ cpu, memory, executionEnvironment }: Section): Finding[] {
  const mebibytes = Number.parseInt(memory, 10) * (memory.endsWith("Gi") ? 1024 : 1);
  const [least, most] = memoryOfCpus[cpu] ?? [0, Number.POSITIVE_INFINITY];
  const floor = executionEnvironment === "gen2" ? Math.max(least, 512) : least;
  if (mebibytes < floor) {
    const message = `${memory} is too little for ${cpu} vCPU in ${executionEnvironment}`;
    return [{ path: [...path, "memory"], comparedWith: [[...path, "cpu"]], message, fix: `write ${floor}Mi or more` }];
  }
  if (mebibytes <= most) return [];
  const message = `${memory} is more than ${cpu} vCPU may have`;
  return [
    {
      path: [...path, "memory"],
      comparedWith: [[...path, "cpu"]],
      message,
      fix: `write ${most}Mi or less, or raise cpu`,
    },
  ];
}

function checkDoors({ port, public: isPublic, invokers }: Section): Finding[] {
  const findings: Finding[] = [];
  if (proxyPorts.includes(port)) {
    const message = `${port} is taken by the Auth Proxy beside the application`;
    findings.push({ path: [...path, "port"], message, fix: "write 8080" });
  }
  if (isPublic && invokers.length > 0) {
    const message = "means nothing while public is true: anybody may call";
    findings.push({
      path: [...path, "invokers"],
      atKey: true,
      message,
      fix: "remove invokers, or write public: false",
    });
  }
  return findings;
}

function checkVariable({ secrets }: Section, name: string, value: string): Finding[] {
  const findings = checkName(name, [...path, "env", name]);
  if (Object.hasOwn(secrets, name)) {
    const fix = "keep it in one of the two";
    findings.push({ path: [...path, "env", name], atKey: true, message: "is given below secrets too", fix });
  }
  if (Buffer.byteLength(value) > 32_768) {
    const message = "has a value longer than 32768 bytes";
    findings.push({
      path: [...path, "env", name],
      atKey: true,
      message,
      fix: "put it into the image or into a bucket",
    });
  }
  return findings;
}

function checkSecret(name: string, secret: string): Finding[] {
  const findings = checkName(name, [...path, "secrets", name]);
  if (secret.startsWith("alloyrun-")) {
    const message = `${secret} is alloyrun's own: the application gets the password of its login as DB_PASS`;
    findings.push({ path: [...path, "secrets", name, "secret"], message, fix: "name a secret of yours" });
  }
  return findings;
}

function checkName(name: string, at: readonly string[]): Finding[] {
  if (cloudRunVariables.has(name)) {
    const fix = name === "PORT" ? "remove it; write service.port" : "remove it";
    return [{ path: at, atKey: true, message: "is set by Cloud Run", fix }];
  }
  if (!databaseVariables.has(name)) return [];
  return [{ path: at, atKey: true, message: "is set by alloyrun for the database", fix: "remove it or rename it" }];
}
