import type { Scenario } from "../case.ts";

const api = "compute.googleapis.com/compute/v1/projects/{project}";

/** The article's network, and what else networks, subnetworks, addresses, rules and routes can do. */
export const networkScenario: Scenario = {
  project: "gcloud-network",
  cases: [
    {
      run: "compute networks create my-vpc --subnet-mode=custom",
      json: [{ name: "my-vpc", autoCreateSubnetworks: false, routingConfig: { routingMode: "REGIONAL" } }],
      wire: [
        `POST ${api}/global/networks`,
        `POST ${api}/global/operations/OP/wait`,
        `GET ${api}/global/networks/my-vpc`,
      ],
    },
  ],
};
