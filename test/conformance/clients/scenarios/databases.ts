import { generateKeyPairSync } from "node:crypto";
import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import type { Actor, Scenario } from "../actor.ts";
import { location } from "../kind.ts";
import { insertNetwork } from "./networks.ts";

const compute = (method: string) => `google.cloud.compute.v1.${method}`;
const peering = (method: string) => `google.cloud.servicenetworking.v1.ServicePeeringManager.${method}`;
const longrunning = (method: string) => `servicenetworking.googleapis.com google.longrunning.Operations.${method}`;
const parent = "services/servicenetworking.googleapis.com";
const everyConnection = `${parent}/connections/-`;
const password = "s3cret-Password";
const here = { project: testProject };

/** A network with ranges for producers; gives its name in the words of Service Networking. */
async function makeNetwork(actor: Actor, name: string, ranges: readonly string[]): Promise<string> {
  await insertNetwork(actor, name);
  for (const range of ranges) {
    const kind = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 20 };
    const addressResource = { name: range, ...kind, network: `projects/${testProject}/global/networks/${name}` };
    await actor.operate(compute("GlobalAddresses.Insert"), { ...here, addressResource });
  }
  const { projectNumber } = actor.local.cloud.projects.ensure(testProject);
  return `projects/${projectNumber}/global/networks/${name}`;
}

const connections: Scenario = {
  title: "private services connections: create, list, change, operations, delete, remove the peering",
  async run(actor) {
    const { do: call, operate, ended, stem } = actor;
    const name = `peered-${stem}`;
    const [first, second] = [`first-${stem}`, `second-${stem}`];
    const network = await makeNetwork(actor, name, [first, second]);
    const connection = { network, reservedPeeringRanges: [first] };
    const made = await call(peering("CreateConnection"), { parent, connection });
    const operation = { name: made.name ?? "" };
    await call(longrunning("CancelOperation"), operation);
    await ended("servicenetworking.googleapis.com", made);
    await call(longrunning("GetOperation"), operation, { done: true });
    const { operations } = await call(longrunning("ListOperations"), { name: "operations" });
    expect(operations).toEqual(expect.arrayContaining([expect.objectContaining(operation)]));
    await call(longrunning("DeleteOperation"), operation);
    await call(peering("ListConnections"), { parent, network }, { connections: [connection] });
    const changed = { network, reservedPeeringRanges: [first, second] };
    const mask = { updateMask: "reservedPeeringRanges", force: true };
    await operate(peering("UpdateConnection"), { name: everyConnection, connection: changed, ...mask }, changed);
    await operate(peering("DeleteConnection"), { name: everyConnection, consumerNetwork: network });
    expect(await call(peering("ListConnections"), { parent, network })).toEqual({});
    await operate(peering("CreateConnection"), { parent, connection });
    const networksRemovePeeringRequestResource = { name: "servicenetworking-googleapis-com" };
    await operate(compute("Networks.RemovePeering"), { ...here, network: name, networksRemovePeeringRequestResource });
    expect(await call(compute("Networks.Get"), { ...here, network: name })).not.toHaveProperty("peerings");
  },
};

const versions = ["v1", "v1beta", "v1alpha"] as const;
type Version = (typeof versions)[number];
const admin = (version: Version, method: string) => `google.cloud.alloydb.${version}.AlloyDBAdmin.${method}`;

/** The users and databases of a cluster, and what its primary answers, by one version. */
async function useDatabases({ do: call }: Actor, version: Version, cluster: string): Promise<void> {
  const by = (method: string) => admin(version, method);
  const name = `${cluster}/users/${version}`;
  await call(by("CreateUser"), { parent: cluster, userId: version, user: { password } }, { name });
  const databaseRoles = ["alloydbsuperuser"];
  await call(by("UpdateUser"), { user: { name, databaseRoles }, updateMask: "database_roles" }, { databaseRoles });
  await call(by("GetUser"), { name }, { name, databaseRoles });
  const { users } = await call(by("ListUsers"), { parent: cluster });
  expect(users).toEqual(expect.arrayContaining([expect.objectContaining({ name })]));
  if (version !== "v1") {
    const database = { name: `${cluster}/databases/of_${version}` };
    await call(
      by("CreateDatabase"),
      { parent: cluster, databaseId: `of_${version}`, database: { charset: "UTF8" } },
      database,
    );
  }
  const { databases } = await call(by("ListDatabases"), { parent: cluster });
  expect(databases).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: `${cluster}/databases/postgres` })]),
  );
  await call(
    by("ExecuteSql"),
    {
      instance: `${cluster}/instances/primary`,
      database: "postgres",
      user: version,
      password,
      sqlStatement: "SELECT 1",
    },
    { sqlResults: [{ rows: [{ values: [{ value: "1" }] }] }] },
  );
  await call(by("DeleteUser"), { name });
}

/** What is done with a running instance, by one version. */
async function useInstance({ do: call, operate }: Actor, version: Version, cluster: string): Promise<void> {
  const by = (method: string) => admin(version, method);
  const name = `${cluster}/instances/primary`;
  const labels = { changed: version };
  await operate(by("UpdateInstance"), { instance: { name, labels }, updateMask: "labels" }, { name, labels });
  await call(by("GetInstance"), { name }, { state: "READY", labels });
  const { instances } = await call(by("ListInstances"), { parent: cluster });
  expect(instances).toEqual(expect.arrayContaining([expect.objectContaining({ name })]));
  await call(by("GetConnectionInfo"), { parent: name }, { ipAddress: expect.stringMatching(/^\d/) as never });
  const certificate = { pemCertificateChain: expect.any(Array) as never };
  const asked = { parent: cluster, publicKey: publicKey(), certDuration: "3600s" };
  await call(by("GenerateClientCertificate"), asked, certificate);
  await operate(by("RestartInstance"), { name }, { name });
  await operate(by("FailoverInstance"), { name }, { name });
  await operate(by("InjectFault"), { name, faultType: "STOP_VM" }, { name });
  await call(by("GetInstance"), { name }, { state: "READY" });
}

function publicKey(): string {
  const { publicKey: made } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return made.export({ type: "spki", format: "pem" }).toString();
}

/** What is known without any cluster. */
async function useCatalogue({ do: call }: Actor, version: Version): Promise<void> {
  const flags = await call(admin(version, "ListSupportedDatabaseFlags"), { parent: location, pageSize: 1 });
  expect(flags.supportedDatabaseFlags).toHaveLength(1);
  expect(await call(admin(version, "ListBackups"), { parent: location })).toEqual({});
}

const instances: Scenario = {
  title: "instances, users and databases of AlloyDB by every version",
  async run(actor) {
    const { do: call, operate, local, stem } = actor;
    const range = `database-${stem}`;
    const network = await makeNetwork(actor, range, [range]);
    await operate(peering("CreateConnection"), { parent, connection: { network, reservedPeeringRanges: [range] } });
    await local.cloud.clock.advance(300_000);
    const name = `${location}/clusters/real-${stem}`;
    const cluster = { networkConfig: { network }, initialUser: { password } };
    await operate(admin("v1", "CreateCluster"), { parent: location, clusterId: `real-${stem}`, cluster });
    const create = (version: Version, instanceId: string, instance: JsonObject) =>
      operate(
        admin(version, "CreateInstance"),
        { parent: name, instanceId, instance },
        { state: "READY", ...instance },
      );
    await create("v1", "primary", { instanceType: "PRIMARY", availabilityType: "REGIONAL" });
    for (const version of versions) {
      await useCatalogue(actor, version);
      await useDatabases(actor, version, name);
      await useInstance(actor, version, name);
    }
    for (const version of ["v1beta", "v1alpha"] as const) {
      await create(version, `pool-${version}`, { instanceType: "READ_POOL", readPoolConfig: { nodeCount: 1 } });
      await operate(admin(version, "DeleteInstance"), { name: `${name}/instances/pool-${version}` });
    }
    await operate(admin("v1", "DeleteInstance"), { name: `${name}/instances/primary` });
    expect(await call(admin("v1", "ListInstances"), { parent: name })).toEqual({});
  },
};

/** AlloyDB with its databases, and the connection that they are reached by. */
export const databaseScenarios: readonly Scenario[] = [connections, instances];
