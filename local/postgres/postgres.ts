import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import type { KeyPair } from "../certificate.ts";
import type { Cloud } from "../cloud.ts";
import { createIssuer, type Issuer } from "./authority.ts";
import { type Binaries, locateBinaries } from "./binaries.ts";
import { bootstrapStatements } from "./bootstrap.ts";
import { copyDataDirectory, initialise, writeAccess } from "./data-directory.ts";
import { adminRole, iamRelay, nativeRelay, replicaRole } from "./host-rules.ts";
import { makePassable } from "./ownership.ts";
import { startServer } from "./server.ts";
import { withSession } from "./session.ts";

/** What servers of the local cloud are made from; prepared once, when the first is wanted. */
export interface Installation {
  readonly binaries: Binaries;
  /** Directory for the data of servers, private to the server's user and this process. */
  readonly directory: string;
  /** PEM of the authority behind the certificates below; servers trust no other for logins by certificate. */
  readonly clientAuthority: string;
  /** Certificates with which the machinery logs in, new in each process. All but the replica's stay in its memory. */
  readonly certificates: Readonly<Record<"admin" | "replica" | "nativeRelay" | "iamRelay", KeyPair>>;
  /** A data directory with the roles that AlloyDB starts with, to be copied. */
  readonly template: string;
}

/** What of the cloud an installation needs. */
export type InstallationCloud = Pick<Cloud, "directory" | "processes" | "fabric">;

/**
 * Prepares PostgreSQL for a local cloud: finds the binaries, and makes the template unless it was made before.
 *
 * Takes about a second, and 0.1 s with a template.
 *
 * @param internal the authority behind the machinery's own certificates, the same for as long as the data lives
 */
export async function installPostgres(cloud: InstallationCloud, internal?: Issuer): Promise<Installation> {
  const directory = path.join(cloud.directory, "postgres");
  await makePassable(directory);
  const authority = internal ?? (await createIssuer("local-internal"));
  const binaries = await locateBinaries(directory);
  const certificates = {
    admin: await authority.issueClient(adminRole),
    replica: await authority.issueClient(replicaRole),
    nativeRelay: await authority.issueClient(nativeRelay),
    iamRelay: await authority.issueClient(iamRelay),
  };
  const template = path.join(directory, "template");
  const installation = { binaries, directory, clientAuthority: authority.certificate, certificates, template };
  if (!existsSync(template)) await makeTemplate(cloud, installation, authority);
  return installation;
}

/** Makes the template elsewhere first, so that it is whole or not there. */
async function makeTemplate(cloud: InstallationCloud, installation: Installation, authority: Issuer): Promise<void> {
  const draft = `${installation.template}.draft`;
  await rm(draft, { recursive: true, force: true });
  await initialise(draft, installation.binaries);
  await bootstrap(cloud, { ...installation, template: draft }, authority);
  await rename(draft, installation.template);
}

/** Gives the template its roles through a server of its own, over the same door that the machinery uses later. */
async function bootstrap(cloud: InstallationCloud, installation: Installation, authority: Issuer): Promise<void> {
  const { binaries, template, clientAuthority, certificates } = installation;
  const address = cloud.fabric.allocate("postgres/template");
  const server = await authority.issueServer([address]);
  await writeAccess(
    template,
    { admission: { unencrypted: false, connectorsOnly: false }, server, clientAuthority },
    binaries.user,
  );
  const running = await startServer({ processes: cloud.processes, binaries, dataDirectory: template, address });
  try {
    const login = { address, database: "postgres", user: adminRole, serverAuthority: clientAuthority };
    await withSession({ ...login, certificate: certificates.admin }, async (session) => {
      for (const statement of bootstrapStatements) await session.query(statement);
    });
  } finally {
    await running.stop();
    cloud.fabric.release(address);
  }
}

/** Makes a data directory for a new cluster, with the roles that AlloyDB starts with. Takes about 0.1 s. */
export async function createDataDirectory({ template, binaries }: Installation, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await copyDataDirectory(template, target, { user: binaries.user });
}
