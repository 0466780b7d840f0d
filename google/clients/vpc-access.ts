import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://vpcaccess.googleapis.com/v1";

/** A Serverless VPC Access connector; it takes no labels. */
export interface Connector {
  /** `projects/{project}/locations/{location}/connectors/{connector}`; must not be sent on create. */
  readonly name?: string;
  /** `name` is the subnetwork's id. */
  readonly subnet?: { readonly name?: string; readonly projectId?: string };
  readonly minInstances?: number;
  readonly maxInstances?: number;
  readonly machineType?: string;
  readonly state?: string;
}

/** Serverless VPC Access. @see https://cloud.google.com/vpc/docs/reference/vpcaccess/rest/v1/projects.locations.connectors */
export interface VpcAccessClient {
  readonly getConnector: (name: string) => Promise<Connector | undefined>;
  readonly createConnector: (name: string, connector: Connector) => Promise<Operation>;
  /** Changes the named fields; `minInstances` and `maxInstances` go together. */
  readonly patchConnector: (name: string, connector: Connector, fields: readonly string[]) => Promise<Operation>;
  readonly deleteConnector: (name: string) => Promise<Operation>;
}

/** Opens Serverless VPC Access. */
export const connectVpcAccess: Connect<VpcAccessClient> = (auth) => (guard) => vpcAccessOf(createRest(auth, guard));

function vpcAccessOf(rest: Rest): VpcAccessClient {
  const call = (method: "GET" | "POST" | "PATCH" | "DELETE", verb: string, name: string) => ({
    method,
    url: `${api}/${name}`,
    site: { method: `vpcaccess.connectors.${verb}`, resource: name },
  });
  const operation = async (answer: Promise<LongrunningBody>) => longrunningOperation(api, await answer);
  return {
    getConnector: (name) => rest.findJson(call("GET", "get", name)),
    createConnector: (name, body) => {
      const [parent, connectorId] = name.split("/connectors/");
      const url = `${api}/${parent}/connectors`;
      return operation(rest.fetchJson({ ...call("POST", "create", name), url, query: { connectorId }, body }));
    },
    patchConnector: (name, body, fields) =>
      operation(rest.fetchJson({ ...call("PATCH", "patch", name), query: { updateMask: fields.join(",") }, body })),
    deleteConnector: (name) => operation(rest.fetchJson(call("DELETE", "delete", name))),
  };
}
