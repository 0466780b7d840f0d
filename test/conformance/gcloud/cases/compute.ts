import type { Scenario } from "../case.ts";

const region = "--region=asia-northeast1";
const zone = "--zone=asia-northeast1-a";
const api = "compute.googleapis.com/compute/v1/projects/{project}";
const regional = `${api}/regions/asia-northeast1`;
const zonal = `${api}/zones/asia-northeast1-a`;
const networking = "servicenetworking.googleapis.com/v1";
const number = "GET cloudresourcemanager.googleapis.com/v1/projects/{project}";
const asked = "network=projects%2F{number}%2Fglobal%2Fnetworks%2Fmy-vpc";
const all = "includeAllScopes=True&maxResults=500&returnPartialSuccess=True";

const insert = (at: string, collection: string, name: string) => [
  `POST ${at}/${collection}`,
  `POST ${at === api ? `${api}/global` : at}/operations/OP/wait`,
  `GET ${at}/${collection}/${name}`,
];
const remove = (at: string, path: string) => [
  `DELETE ${at}/${path}`,
  `POST ${at === api ? `${api}/global` : at}/operations/OP/wait`,
];

/** The article's network, and what else networks, subnetworks, addresses and peerings can do. */
export const networkScenario: Scenario = {
  project: "gcloud-network",
  cases: [
    {
      run: "compute networks create my-vpc --subnet-mode=custom",
      json: [{ name: "my-vpc", autoCreateSubnetworks: false, routingConfig: { routingMode: "REGIONAL" } }],
      wire: insert(api, "global/networks", "my-vpc"),
    },
    { run: "compute networks create my-vpc --subnet-mode=custom", exit: 1, stderr: /networks\/my-vpc' already exists/ },
    { run: "compute networks list", json: [{ name: "my-vpc" }], wire: [`GET ${api}/global/networks?maxResults=500`] },
    { run: "compute networks update my-vpc --bgp-routing-mode=global" },
    { run: "compute networks describe my-vpc", after: 60, json: { routingConfig: { routingMode: "GLOBAL" } } },
    { run: "compute networks create auto-vpc --subnet-mode=auto", json: [{ autoCreateSubnetworks: true }] },
    { run: "compute networks delete auto-vpc", wire: remove(api, "global/networks/auto-vpc") },
    {
      run: `compute networks subnets create my-subnet --network=my-vpc --range=192.168.100.0/28 ${region} --enable-private-ip-google-access`,
      json: [{ name: "my-subnet", ipCidrRange: "192.168.100.0/28", privateIpGoogleAccess: true }],
      wire: insert(regional, "subnetworks", "my-subnet"),
    },
    {
      run: "compute networks subnets list",
      json: [{ name: "my-subnet" }],
      wire: [`GET ${api}/aggregated/subnetworks?${all}`],
    },
    { run: "compute networks subnets list-usable", json: [{ ipCidrRange: "192.168.100.0/28" }] },
    { run: `compute networks subnets expand-ip-range my-subnet ${region} --prefix-length=27` },
    { run: `compute networks subnets update my-subnet ${region} --no-enable-private-ip-google-access` },
    { run: `compute networks subnets update my-subnet ${region} --enable-flow-logs` },
    { run: `compute networks subnets update my-subnet ${region} --add-secondary-ranges=pods=10.1.0.0/20` },
    { run: `compute networks subnets update my-subnet ${region} --remove-secondary-ranges=pods` },
    {
      run: `compute networks subnets describe my-subnet ${region}`,
      json: { ipCidrRange: "192.168.100.0/27", privateIpGoogleAccess: false, logConfig: { enable: true } },
      stdout: /^(?![\s\S]*secondaryIpRanges)/,
    },
    {
      run: `compute networks subnets add-iam-policy-binding my-subnet ${region} --member=user:jane@example.com --role=roles/compute.networkUser`,
      json: { bindings: [{ role: "roles/compute.networkUser", members: ["user:jane@example.com"] }] },
    },
    {
      run: "compute addresses create my-iprange --global --purpose=VPC_PEERING --addresses=192.168.200.0 --prefix-length=24 --network=my-vpc",
      json: [{ name: "my-iprange", address: "192.168.200.0", prefixLength: 24, status: "RESERVED" }],
      wire: insert(api, "global/addresses", "my-iprange"),
    },
    {
      run: `compute addresses create first second ${region} --subnet=my-subnet`,
      json: [
        { addressType: "INTERNAL", status: "RESERVED" },
        { addressType: "INTERNAL", status: "RESERVED" },
      ],
    },
    { run: `compute addresses create outside ${region}`, json: [{ addressType: "EXTERNAL", status: "RESERVED" }] },
    {
      run: "compute addresses list --sort-by=name",
      json: [{ name: "first" }, { name: "my-iprange" }, { name: "outside" }, { name: "second" }],
      wire: [`GET ${api}/aggregated/addresses?${all}`],
    },
    {
      run: `compute addresses describe outside ${region}`,
      json: { region: "https://www.googleapis.com/compute/v1/projects/{project}/regions/asia-northeast1" },
    },
    {
      run: `compute addresses delete first second outside ${region}`,
      wire: ["POST compute.googleapis.com/batch/compute/v1"],
    },
    {
      run: "services vpc-peerings connect --service=servicenetworking.googleapis.com --ranges=my-iprange --network=my-vpc",
      stderr: /finished successfully/,
      wire: [
        number,
        `POST ${networking}/services/servicenetworking.googleapis.com/connections`,
        `GET ${networking}/operations/OP`,
      ],
    },
    {
      run: "services vpc-peerings list --network=my-vpc",
      json: [{ network: "projects/{number}/global/networks/my-vpc", reservedPeeringRanges: ["my-iprange"] }],
      wire: [number, `GET ${networking}/services/-/connections?${asked}`],
    },
    { run: "compute networks peerings list --network=my-vpc", json: [{ peerings: [{ state: "ACTIVE" }] }] },
    {
      run: "compute addresses create more-range --global --purpose=VPC_PEERING --prefix-length=20 --network=my-vpc",
      json: [{ prefixLength: 20 }],
    },
    {
      run: "services vpc-peerings update --service=servicenetworking.googleapis.com --ranges=my-iprange,more-range --network=my-vpc --force",
    },
    {
      run: "services vpc-peerings delete --service=servicenetworking.googleapis.com --network=my-vpc",
      wire: [
        number,
        `POST ${networking}/services/servicenetworking.googleapis.com/connections/-`,
        `GET ${networking}/operations/OP`,
      ],
    },
    { run: "compute addresses delete my-iprange more-range --global" },
    { run: "compute networks delete my-vpc", exit: 1, stderr: /is already being used by/ },
    { run: `compute networks subnets delete my-subnet ${region}`, wire: remove(regional, "subnetworks/my-subnet") },
    { run: "compute networks delete my-vpc", wire: remove(api, "global/networks/my-vpc") },
    { run: "compute networks describe my-vpc", exit: 1, stderr: /global\/networks\/my-vpc' was not found/ },
  ],
};

const bastion = `my-bastion ${zone}`;
const account = "bastion@{project}.iam.gserviceaccount.com";

/** The bastion and its firewall rule as records, the connector, and what lies around them. */
export const machineScenario: Scenario = {
  project: "gcloud-machine",
  cases: [
    { run: "iam service-accounts create bastion" },
    { run: "compute networks create my-vpc --subnet-mode=custom" },
    { run: `compute networks subnets create my-subnet --network=my-vpc --range=192.168.100.0/28 ${region}` },
    { run: `compute networks subnets create connector --network=my-vpc --range=192.168.101.0/28 ${region}` },
    {
      run: `compute firewall-rules create allow-ssh --network=my-vpc --direction=INGRESS --allow=tcp:22 --target-service-accounts=${account}`,
      json: [{ name: "allow-ssh", allowed: [{ IPProtocol: "tcp", ports: ["22"] }], targetServiceAccounts: [account] }],
      wire: insert(api, "global/firewalls", "allow-ssh"),
    },
    { run: "compute firewall-rules update allow-ssh --source-ranges=10.0.0.0/8 --rules=tcp:22,tcp:5432 --disabled" },
    {
      run: "compute firewall-rules describe allow-ssh",
      json: { sourceRanges: ["10.0.0.0/8"], disabled: true, allowed: [{ ports: ["22"] }, { ports: ["5432"] }] },
    },
    { run: "compute firewall-rules list --filter=network:my-vpc", json: [{ name: "allow-ssh" }] },
    { run: "compute routes list --filter=destRange=0.0.0.0/0", json: [{ priority: 1000 }] },
    { run: "compute regions describe asia-northeast1", json: { name: "asia-northeast1", status: "UP" } },
    { run: "compute regions list --filter=name=asia-northeast1", json: [{ name: "asia-northeast1" }] },
    { run: "compute zones list --filter=name=asia-northeast1-a", json: [{ name: "asia-northeast1-a" }] },
    {
      run: `compute instances create ${bastion} --machine-type=e2-micro --network-interface=subnet=my-subnet --image-family=debian-11 --image-project=debian-cloud --metadata=enable-oslogin=true --service-account=${account} --scopes=cloud-platform`,
      after: 120,
      json: [{ name: "my-bastion", status: "RUNNING", networkInterfaces: [{ networkIP: "192.168.100.2" }] }],
      // With an account named, the project's default one is not asked for.
      wire: [`GET ${zonal}`, ...insert(zonal, "instances", "my-bastion")],
    },
    { run: "compute instances list", json: [{ name: "my-bastion" }], wire: [`GET ${api}/aggregated/instances?${all}`] },
    { run: `compute instances add-metadata ${bastion} --metadata=startup=none` },
    { run: `compute instances add-labels ${bastion} --labels=team=data,stage=dev` },
    { run: `compute instances remove-labels ${bastion} --labels=stage` },
    { run: `compute instances add-tags ${bastion} --tags=ssh` },
    { run: `compute instances update ${bastion} --deletion-protection` },
    { run: `compute instances delete ${bastion}`, exit: 1, stderr: /cannot be deleted while it is protected/ },
    { run: `compute instances update ${bastion} --no-deletion-protection` },
    { run: `compute instances delete-access-config ${bastion}` },
    { run: `compute instances add-access-config ${bastion}` },
    {
      run: `compute instances set-machine-type ${bastion} --machine-type=e2-small`,
      exit: 1,
      stderr: /must be stopped/,
    },
    { run: `compute instances stop ${bastion}` },
    { run: `compute instances set-machine-type ${bastion} --machine-type=e2-small` },
    { run: `compute instances set-service-account ${bastion} --no-service-account --no-scopes` },
    { run: `compute instances describe ${bastion} --flatten=status`, stdout: /TERMINATED/ },
    { run: `compute instances start ${bastion}` },
    { run: `compute instances reset ${bastion}` },
    {
      run: `compute instances describe ${bastion}`,
      json: {
        status: "RUNNING",
        labels: { team: "data" },
        tags: { items: ["ssh"] },
        machineType:
          "https://www.googleapis.com/compute/v1/projects/{project}/zones/asia-northeast1-a/machineTypes/e2-small",
        networkInterfaces: [{ accessConfigs: [{ name: "external-nat", type: "ONE_TO_ONE_NAT" }] }],
      },
      stdout: /"key": "startup"/,
    },
    { run: "compute operations list --filter=operationType=stop", json: [{ operationType: "stop", status: "DONE" }] },
    { run: "compute project-info describe", json: { name: "{project}", id: "{number}" } },
    { run: `compute instances delete ${bastion}`, wire: remove(zonal, "instances/my-bastion") },
    { run: "compute firewall-rules delete allow-ssh", wire: remove(api, "global/firewalls/allow-ssh") },
    {
      run: `compute networks vpc-access connectors create my-connector ${region} --subnet=connector --min-instances=2 --max-instances=3 --machine-type=f1-micro`,
      stderr: /Created connector/,
      wire: [
        "POST vpcaccess.googleapis.com/v1/projects/{project}/locations/asia-northeast1/connectors?connectorId=my-connector",
        "GET vpcaccess.googleapis.com/v1/projects/{project}/locations/asia-northeast1/operations/OP",
        "GET vpcaccess.googleapis.com/v1/projects/{project}/locations/asia-northeast1/connectors/my-connector",
      ],
    },
    {
      run: `compute networks vpc-access connectors describe my-connector ${region}`,
      json: { state: "READY", subnet: { name: "connector" }, minInstances: 2, maxInstances: 3 },
    },
    { run: `compute networks vpc-access connectors update my-connector ${region} --min-instances=3 --max-instances=4` },
    { run: `compute networks vpc-access connectors list ${region}`, json: [{ minInstances: 3, maxInstances: 4 }] },
    { run: `compute networks vpc-access connectors delete my-connector ${region}`, stderr: /Deleted connector/ },
    { run: `compute networks vpc-access connectors describe my-connector ${region}`, exit: 1, stderr: /NOT_FOUND/ },
  ],
};
