import { describe, expect, it } from "@jest/globals";
import { createFabric, unreachableAddress } from "../../local/fabric.ts";

const network = "projects/p/global/networks/my-vpc";
const endpoint = { network, privateAddress: "192.168.200.2", loopback: "127.20.0.3" };

describe("allocate", () => {
  it("gives every owner an address of its own, below the cloud's block", () => {
    const fabric = createFabric(20);
    const addresses = ["a", "b", "c"].map((owner) => fabric.allocate(owner));
    expect(new Set(addresses).size).toBe(3);
    for (const address of addresses) expect(address).toMatch(/^127\.20\.\d+\.\d+$/);
  });

  it("gives a released address again", () => {
    const fabric = createFabric(20);
    const address = fabric.allocate("a");
    fabric.release(address);
    expect(fabric.allocate("b")).toBe(address);
  });
});

describe("translation", () => {
  it("leads a workload of the network to the endpoint, and any other nowhere", () => {
    const fabric = createFabric(20);
    fabric.attach(endpoint);
    expect(fabric.translation(network)).toEqual([{ privateAddress: "192.168.200.2", loopback: "127.20.0.3" }]);
    const nowhere = [{ privateAddress: "192.168.200.2", loopback: unreachableAddress }];
    expect(fabric.translation("projects/p/global/networks/other")).toEqual(nowhere);
    expect(fabric.translation(undefined)).toEqual(nowhere);
  });

  it.each([
    ["the own network's first", false],
    ["the own network's last", true],
  ])("prefers an address that is reached when two networks share a range (%s)", (_, reverse) => {
    const fabric = createFabric(20);
    const other = { ...endpoint, network: "projects/p/global/networks/other", loopback: "127.20.0.9" };
    for (const one of reverse ? [other, endpoint] : [endpoint, other]) fabric.attach(one);
    expect(fabric.translation(network)).toEqual([{ privateAddress: "192.168.200.2", loopback: "127.20.0.3" }]);
  });

  it("forgets detached endpoints", () => {
    const fabric = createFabric(20);
    fabric.attach(endpoint);
    fabric.detach(network, endpoint.privateAddress);
    expect(fabric.translation(network)).toEqual([]);
  });
});

describe("workloads", () => {
  it("are known by name while registered", () => {
    const fabric = createFabric(20);
    const workload = { name: "revision/1", address: "127.20.0.4", network };
    fabric.register(workload);
    expect(fabric.workload("revision/1")).toEqual(workload);
    fabric.unregister("revision/1");
    expect(fabric.workload("revision/1")).toBeUndefined();
  });
});
