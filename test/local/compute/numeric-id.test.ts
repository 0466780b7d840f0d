import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import {
  base,
  insertNetwork,
  insertSubnetwork,
  networkPath,
  region,
  startNetworks,
  subnetworkPath,
} from "./fixture.ts";

let local: LocalCloud;
let id: string;

beforeAll(async () => {
  local = await startNetworks();
  await insertNetwork(local);
  await insertSubnetwork(local, "my-subnet", "10.0.0.0/24");
  id = String((await rest(local, `GET ${base}/global/networks/my-vpc`)).body.id);
});
afterAll(() => local.stop());

describe("a numeric id in a name's place", () => {
  it("is the resource's own, as its selfLinkWithId says", async () => {
    const { body } = await rest(local, `GET ${base}/global/networks/${id}`);
    expect(body).toMatchObject({ id, name: "my-vpc" });
    expect(body.selfLinkWithId).toMatch(new RegExp(`/global/networks/${id}$`));
    expect(body).toEqual((await rest(local, `GET ${base}/global/networks/my-vpc`)).body);
  });

  it("changes what it names, and is nothing once that is gone", async () => {
    const subnetwork = await rest(local, `GET ${base}/regions/${region}/subnetworks/my-subnet`);
    const byId = `${base}/regions/${region}/subnetworks/${String(subnetwork.body.id)}`;
    const change = { privateIpGoogleAccess: false };
    const changed = await operate(local, `POST ${byId}/setPrivateIpGoogleAccess`, { body: change });
    expect(changed.targetLink).toMatch(new RegExp(`/${subnetworkPath("my-subnet")}$`));
    expect((await rest(local, `GET ${byId}`)).body).toMatchObject(change);
    await operate(local, `DELETE ${byId}`);
    expect((await rest(local, `GET ${byId}`)).status).toBe(404);
  });

  it("is not found in another project, of another kind, or when nothing has it", async () => {
    const elsewhere = `compute.googleapis.com/compute/v1/projects/other-project/global/networks/${id}`;
    expect([403, 404]).toContain((await rest(local, `GET ${elsewhere}`)).status);
    expect((await rest(local, `GET ${base}/global/firewalls/${id}`)).status).toBe(404);
    const none = await rest(local, `GET ${base}/global/networks/1${id}`);
    expect(errorOf(none).message).toBe(`The resource '${networkPath.replace("my-vpc", `1${id}`)}' was not found`);
  });
});
