import type { Scenario } from "../case.ts";

const region = "--region=asia-northeast1";
const inCluster = `--cluster=my-alloycls ${region}`;
const instance = `my-alloyins ${inCluster}`;
const api = "alloydb.googleapis.com/v1/projects/{project}/locations/asia-northeast1";
const looks = `GET ${api}/operations/OP`;

/** The article's database, its users, and what can be changed of them. */
export const alloydbScenario: Scenario = {
  project: "gcloud-alloydb",
  cases: [
    { run: "compute networks create my-vpc --subnet-mode=custom" },
    { run: "compute addresses create my-iprange --global --purpose=VPC_PEERING --prefix-length=20 --network=my-vpc" },
    {
      run: "services vpc-peerings connect --service=servicenetworking.googleapis.com --ranges=my-iprange --network=my-vpc",
    },
    {
      run: `alloydb clusters create my-alloycls ${region} --password=secret --network=my-vpc`,
      wire: [`POST ${api}/clusters?clusterId=my-alloycls`, looks, `GET ${api}/clusters/my-alloycls`],
    },
    {
      run: `alloydb clusters describe my-alloycls ${region}`,
      json: { state: "READY", network: "projects/{number}/global/networks/my-vpc" },
      stdout: /^(?![\s\S]*secret)/,
    },
    { run: `alloydb clusters list ${region}`, json: [{ state: "READY" }], wire: [`GET ${api}/clusters`] },
    { run: `alloydb clusters update my-alloycls ${region} --continuous-backup-recovery-window-days=10` },
    {
      run: `alloydb instances create ${instance} --instance-type=PRIMARY --cpu-count=2`,
      wire: [
        `POST ${api}/clusters/my-alloycls/instances?instanceId=my-alloyins`,
        looks,
        `GET ${api}/clusters/my-alloycls/instances/my-alloyins`,
      ],
    },
    { run: `alloydb instances describe ${instance}`, json: { state: "READY", machineConfig: { cpuCount: 2 } } },
    { run: `alloydb instances list ${inCluster}`, json: [{ instanceType: "PRIMARY" }] },
    { run: `alloydb instances update ${instance} --database-flags=alloydb.iam_authentication=on` },
    { run: `alloydb instances restart ${instance}`, after: 600 },
    { run: `alloydb instances failover ${instance}` },
    { run: `alloydb users create app ${inCluster} --password=first --db-roles=pg_read_all_data` },
    { run: `alloydb users set-password app ${inCluster} --password=second` },
    { run: `alloydb users set-roles app ${inCluster} --db-roles=pg_write_all_data` },
    { run: `alloydb users set-superuser app ${inCluster} --superuser=true` },
    {
      run: `alloydb users list ${inCluster} --filter=name~/app$`,
      json: [{ databaseRoles: ["alloydbsuperuser", "pg_write_all_data"], userType: "ALLOYDB_BUILT_IN" }],
      stdout: /^(?![\s\S]*second)/,
    },
    { run: `alloydb users delete app ${inCluster}` },
    { run: `alloydb operations list ${region} --filter=metadata.verb=create`, stdout: /my-alloyins/ },
    { run: `alloydb clusters delete my-alloycls ${region}`, exit: 1, stderr: /FAILED_PRECONDITION/ },
    {
      run: `alloydb instances delete ${instance}`,
      wire: [`DELETE ${api}/clusters/my-alloycls/instances/my-alloyins`, looks],
    },
    {
      run: `alloydb clusters delete my-alloycls ${region}`,
      wire: [`DELETE ${api}/clusters/my-alloycls?force=False`, looks],
    },
    { run: `alloydb clusters describe my-alloycls ${region}`, exit: 1, stderr: /NOT_FOUND/ },
  ],
};
