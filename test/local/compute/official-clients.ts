import {
  GlobalOperationsClient,
  NetworksClient,
  RegionOperationsClient,
  SubnetworksClient,
} from "@google-cloud/compute";
import { VpcAccessServiceClient } from "@google-cloud/vpc-access";

/**
 * Runs as a program of its own in the environment that the local cloud gives. Compute's client follows no proxy, so it
 * is told the port that serves its API alone. Prints what the clients were answered.
 */
const project = "test-project";
const region = "us-central1";
const options = { apiEndpoint: "127.0.0.1", port: Number(process.argv[2]), protocol: "http" };
const networks = new NetworksClient(options);
const subnetworks = new SubnetworksClient(options);

const [inserting] = await networks.insert({
  project,
  networkResource: { name: "my-vpc", autoCreateSubnetworks: false },
});
const operation = String(inserting.latestResponse.name);
const [waited] = await new GlobalOperationsClient(options).wait({ project, operation });
const [network] = await networks.get({ project, network: "my-vpc" });
const missing = await networks.get({ project, network: "none" }).catch((error: unknown) => error);
const [adding] = await subnetworks.insert({
  project,
  region,
  subnetworkResource: { name: "sub", network: network.selfLink, ipCidrRange: "10.8.0.0/28" },
});
await new RegionOperationsClient(options).wait({ project, region, operation: String(adding.latestResponse.name) });
const scopes: string[] = [];
for await (const [scope, { subnetworks: found }] of subnetworks.aggregatedListAsync({ project })) {
  if (found?.length) scopes.push(scope);
}

const connectors = new VpcAccessServiceClient();
const [creating] = await connectors.createConnector({
  parent: `projects/${project}/locations/${region}`,
  connectorId: "my-connector",
  connector: { subnet: { name: "sub" }, minInstances: 2, maxInstances: 3 },
});
const [connector] = await creating.promise();

process.stdout.write(
  JSON.stringify({
    status: waited.status,
    network: network.name,
    missing: (missing as Error).message,
    scopes,
    connector: { state: connector.state, network: connector.network },
  }),
);
process.exit(0);
