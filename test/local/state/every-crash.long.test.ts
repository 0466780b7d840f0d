import { describe, expect, it } from "@jest/globals";
import { createArtifactRegistry } from "../../../local/artifactregistry/artifact-registry.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createScheduler } from "../../../local/scheduler/scheduler.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import { createWorkflowExecutions } from "../../../local/workflows/executions.ts";
import { createWorkflows } from "../../../local/workflows/workflows.ts";
import { testProject } from "../../support/local-cloud.ts";
import { crashEverywhere, number, type Request } from "./every-crash.ts";

const root = `projects/${testProject}`;
const region = "us-central1";
const place = `${root}/locations/${region}`;
const compute = `compute.googleapis.com/compute/v1/${root}`;
const network = `${root}/global/networks/my-vpc`;
const regional = `${compute}/regions/${region}`;
const subnetwork = `${root}/regions/${region}/subnetworks/small`;
const iam = `iam.googleapis.com/v1/${root}`;
const email = (id: string) => `${id}@${testProject}.iam.gserviceaccount.com`;

describe("a local cloud that is killed at any line of its log", () => {
  async function expectNothingLost(requests: readonly Request[], apis: Parameters<typeof crashEverywhere>[1]["apis"]) {
    const { points, findings } = await crashEverywhere(requests, { apis });
    expect(findings).toEqual([]);
    expect(points).toBeGreaterThan(requests.length);
  }

  it("has networks, subnetworks, addresses, rules and machines before or after their change", async () => {
    const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, network };
    const rule = { name: "allow-ssh", network, allowed: [{ IPProtocol: "tcp", ports: ["22"] }] };
    const machine = {
      ...{ name: "bastion", machineType: `zones/${region}-a/machineTypes/e2-micro` },
      disks: [
        { boot: true, initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" } },
      ],
      networkInterfaces: [{ subnetwork }],
    };
    await expectNothingLost(
      [
        { target: `POST ${compute}/global/networks`, body: { name: "my-vpc", autoCreateSubnetworks: false } },
        { target: `POST ${compute}/global/networks`, body: { name: "auto", autoCreateSubnetworks: true } },
        { target: `PATCH ${compute}/global/networks/my-vpc`, body: { routingConfig: { routingMode: "GLOBAL" } } },
        { target: `POST ${compute}/global/networks/auto/switchToCustomMode` },
        { target: `DELETE ${regional}/subnetworks/auto` },
        { target: `POST ${regional}/subnetworks`, body: { name: "small", network, ipCidrRange: "10.0.0.0/26" } },
        { target: `POST ${regional}/subnetworks/small/expandIpCidrRange`, body: { ipCidrRange: "10.0.0.0/24" } },
        { target: `POST ${regional}/addresses`, body: { name: "inside", subnetwork } },
        { target: `POST ${compute}/global/addresses`, body: { name: "range", ...range } },
        { target: `POST ${compute}/global/firewalls`, body: rule },
        { target: `PATCH ${compute}/global/firewalls/allow-ssh`, body: { priority: 10 } },
        { target: `POST ${compute}/zones/${region}-a/instances`, body: machine },
        { target: `POST ${compute}/zones/${region}-a/instances/bastion/stop` },
        { target: `DELETE ${compute}/zones/${region}-a/instances/bastion` },
        { target: `DELETE ${compute}/global/firewalls/allow-ssh` },
        { target: `DELETE ${compute}/global/addresses/range` },
        { target: `DELETE ${regional}/addresses/inside` },
        { target: `DELETE ${regional}/subnetworks/small` },
        { target: `DELETE ${compute}/global/networks/my-vpc` },
      ],
      [createCompute, createResourceManager],
    );
  });

  it("has connections, peerings and connectors before or after their change", async () => {
    const service = "servicenetworking.googleapis.com";
    const connections = `${service}/v1/services/${service}/connections`;
    const body = { network: `projects/${number}/global/networks/my-vpc`, reservedPeeringRanges: ["range"] };
    const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, network };
    const connectors = `vpcaccess.googleapis.com/v1/${place}/connectors`;
    const connector = { network: "my-vpc", ipCidrRange: "10.8.0.0/28", minInstances: 2, maxInstances: 3 };
    await expectNothingLost(
      [
        { target: `POST ${compute}/global/networks`, body: { name: "my-vpc", autoCreateSubnetworks: false } },
        { target: `POST ${compute}/global/addresses`, body: { name: "range", ...range } },
        { target: `POST ${compute}/global/addresses`, body: { name: "other", ...range } },
        { target: `POST ${connections}`, body },
        { target: `PATCH ${connections}/-`, body: { ...body, reservedPeeringRanges: ["range", "other"] } },
        { target: `POST ${connectors}?connectorId=connector`, body: connector },
        {
          target: `PATCH ${connectors}/connector?updateMask=minInstances,maxInstances`,
          body: { minInstances: 3, maxInstances: 4 },
        },
        { target: `DELETE ${connectors}/connector` },
        { target: `POST ${connections}/-`, body: { consumerNetwork: body.network } },
        { target: `POST ${connections}`, body },
        {
          target: `POST ${compute}/global/networks/my-vpc/removePeering`,
          body: { name: service.replaceAll(".", "-") },
        },
        { target: `DELETE ${compute}/global/addresses/range` },
        { target: `DELETE ${compute}/global/addresses/other` },
        { target: `DELETE ${compute}/global/networks/my-vpc` },
      ],
      [createCompute, createResourceManager, createServiceNetworking, createVpcAccess],
    );
  });

  it("has accounts, keys, roles, policies, services and their agents before or after their change", async () => {
    const account = { accountId: "runner" };
    const included = { title: "Reader", includedPermissions: ["secretmanager.secrets.get"] };
    const policy = (role: string) => ({
      policy: { bindings: [{ role, members: [`serviceAccount:${email("runner")}`] }] },
    });
    const setPolicy = `POST cloudresourcemanager.googleapis.com/v1/${root}:setIamPolicy`;
    const services = `POST serviceusage.googleapis.com/v1/${root}/services`;
    await expectNothingLost(
      [
        { target: `POST ${iam}/serviceAccounts`, body: account },
        { target: `POST ${iam}/roles`, body: { roleId: "reader", role: included } },
        { target: setPolicy, body: policy(`${root}/roles/reader`) },
        { target: `PATCH ${iam}/roles/reader?updateMask=stage`, body: { stage: "GA" } },
        { target: setPolicy, body: policy("roles/viewer") },
        { target: `DELETE ${iam}/roles/reader` },
        { target: `POST ${iam}/roles/reader:undelete`, body: {} },
        { target: `POST ${iam}/serviceAccounts/${email("runner")}:disable`, body: {} },
        { target: `POST ${iam}/serviceAccounts/${email("runner")}:enable`, body: {} },
        { target: `DELETE ${iam}/serviceAccounts/${email("runner")}` },
        { target: `POST ${iam}/serviceAccounts`, body: account },
        { target: `${services}/run.googleapis.com:enable`, body: {} },
        {
          target: `${services}:batchEnable`,
          body: { serviceIds: ["pubsub.googleapis.com", "compute.googleapis.com"] },
        },
        { target: `${services}/run.googleapis.com:disable`, body: {} },
      ],
      [createIam, createResourceManager, createServiceUsage],
    );
  });

  it("has secrets, repositories, topics, jobs and workflows before or after their change", async () => {
    const secrets = `secretmanager.googleapis.com/v1/${root}/secrets`;
    const repositories = `artifactregistry.googleapis.com/v1/${place}/repositories`;
    const jobs = `cloudscheduler.googleapis.com/v1/${place}/jobs`;
    const job = {
      name: `${place}/jobs/nightly`,
      schedule: "0 3 1 1 *",
      pubsubTarget: { topicName: `${root}/topics/news`, data: "eA==" },
    };
    const workflows = `workflows.googleapis.com/v1/${place}/workflows`;
    const source = "main:\n  steps:\n    - nap: {call: sys.sleep, args: {seconds: 100}}\n    - give: {return: 1}\n";
    const payload = { payload: { data: "eA==" } };
    await expectNothingLost(
      [
        { target: `POST ${secrets}?secretId=a`, body: { replication: { automatic: {} }, ttl: "40000s" } },
        { target: `POST ${secrets}/a:addVersion`, body: payload },
        { target: `POST ${secrets}/a/versions/1:disable`, body: {} },
        { target: `POST ${secrets}/a:addVersion`, body: payload },
        { target: `POST ${secrets}/a/versions/1:destroy`, body: {} },
        { target: `POST ${repositories}?repositoryId=apps`, body: { format: "DOCKER" } },
        { target: `DELETE ${repositories}/apps` },
        { target: `PUT pubsub.googleapis.com/v1/${root}/topics/news`, body: {} },
        { target: `PUT pubsub.googleapis.com/v1/${root}/subscriptions/inbox`, body: { topic: `${root}/topics/news` } },
        { target: `POST pubsub.googleapis.com/v1/${root}/topics/news:publish`, body: { messages: [{ data: "eA==" }] } },
        { target: `POST ${workflows}?workflowId=nap`, body: { sourceContents: source } },
        {
          target: `PATCH ${workflows}/nap?updateMask=sourceContents`,
          body: { sourceContents: source.replace("1", "2") },
        },
        { target: `POST workflowexecutions.googleapis.com/v1/${place}/workflows/nap/executions`, body: {} },
        { target: `DELETE ${workflows}/nap` },
        { target: `POST ${jobs}`, body: job },
        { target: `POST ${jobs}/nightly:pause`, body: {} },
        { target: `DELETE ${jobs}/nightly` },
      ],
      [
        ...[
          createArtifactRegistry,
          createIam,
          createPubSub,
          createResourceManager,
          createScheduler,
          createSecretManager,
        ],
        ...[createWorkflowExecutions, createWorkflows],
      ],
    );
  });
});
