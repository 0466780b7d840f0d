import { describe, expect, it } from "@jest/globals";
import { edit, exampleText, load, smallestText } from "./example.ts";

describe("resolve", () => {
  it("completes the smallest useful spec, which has under ten lines", async () => {
    expect(smallestText.trimEnd().split("\n").length).toBeLessThan(10);
    expect(await load(smallestText)).toMatchObject({
      name: "staging",
      network: {
        project: "my-project",
        name: "staging-vpc",
        existing: false,
        subnets: [{ name: "staging-subnet", range: "192.168.100.0/28" }],
        serviceRange: { name: "staging-services", range: "192.168.208.0/20" },
      },
      egress: { kind: "connector", name: "staging-egress", subnet: "staging-subnet", minInstances: 2, maxInstances: 3 },
      identity: { serviceAccount: "staging-service", seedAccount: "staging-service-seed" },
      database: {
        cluster: "staging-cluster",
        version: "POSTGRES_16",
        instance: { name: "staging-primary", cpuCount: 2, availability: "ZONAL" },
        readPool: undefined,
        name: "app",
        login: { user: "app", auth: "password" },
        seed: { timeoutSeconds: 600 },
      },
      service: { name: "staging", public: false, port: 8080, timeoutSeconds: 300 },
      policy: { protect: false, timeToLiveSeconds: undefined, rebuild: undefined },
    });
  });

  it("reaches every value of the article", async () => {
    expect(await load(exampleText)).toMatchObject({
      region: "asia-northeast1",
      network: {
        name: "my-vpc",
        subnets: [{ name: "my-subnet", range: "192.168.100.0/28" }],
        serviceRange: { name: "my-iprange", range: "192.168.200.0/24" },
      },
      egress: { name: "my-connector", minInstances: 2, maxInstances: 3, machineType: "f1-micro", traffic: "all" },
      identity: { serviceAccount: "my-serviceaccount" },
      database: { cluster: "my-alloycls", instance: { name: "my-alloyins", cpuCount: 2 }, name: "mydb" },
      service: { name: "service-alloyrun", public: true, port: 8080, maxInstances: 10 },
    });
    expect((await load(edit("public: true", "executionEnvironment: gen1"))).service.executionEnvironment).toBe("gen1");
  });

  it("takes everything that the design names", async () => {
    const image = `r.example/app@sha256:${"0".repeat(64)}`;
    const text = `apiVersion: alloyrun/v1
kind: Environment
metadata: { name: staging, labels: { team: data } }
spec:
  project: my-project
  region: asia-northeast1
  network: { existing: projects/host-project/global/networks/shared, serviceRange: { name: shared-range } }
  egress: { direct: { subnet: { name: my-egress } }, traffic: private-ranges }
  identity: { serviceAccount: my-serviceaccount }
  database:
    cluster: my-alloycls
    version: POSTGRES_17
    instance: { machineType: c4a-highmem-4-lssd, availability: REGIONAL, flags: { work_mem: "65536" } }
    readPool: { name: my-pool, nodeCount: 2 }
    name: mydb
    login: { auth: iam }
    seed: { directory: ./seed, timeout: 1h }
  service:
    image: ${image}
    invokers: [ "group:team@example.com" ]
    minInstances: 1
    maxInstances: 10
    memory: 1Gi
    env: { GREETING: hello }
    secrets: { API_KEY: { secret: api-key, version: 3 } }
    smoke: { path: /, expect: { status: 200, contains: sasashun } }
  policy:
    approval: { when: [data-loss, cost], costPerDay: 50 }
    timeToLive: 72h
    rebuild: { schedule: "0 6 * * 1-5", timeZone: Asia/Tokyo, level: data, finishBy: 06:30 }
    protect: false
`;
    expect(await load(text)).toMatchObject({
      labels: { team: "data" },
      network: {
        project: "host-project",
        name: "shared",
        existing: true,
        subnets: [{ name: "my-egress", range: undefined }],
        serviceRange: { name: "shared-range", range: undefined },
      },
      egress: { kind: "direct", subnet: "my-egress", traffic: "private-ranges" },
      database: {
        instance: { cpuCount: 4, machineType: "c4a-highmem-4-lssd", availability: "REGIONAL" },
        readPool: { name: "my-pool", nodeCount: 2, cpuCount: 2 },
        login: { auth: "iam", user: "my-serviceaccount@my-project.iam" },
        seed: { timeoutSeconds: 3600 },
      },
      service: { image, env: { GREETING: "hello" }, secrets: { API_KEY: { secret: "api-key", version: 3 } } },
      policy: {
        approval: { when: ["data-loss", "cost"], costPerDay: 50, timeoutSeconds: 604_800 },
        timeToLiveSeconds: 259_200,
        rebuild: { level: "data", finishBy: "06:30" },
      },
    });
  });

  it("makes the connector's subnet beside direct egress only when it is given", async () => {
    const direct = edit(/connector:.*/.exec(exampleText)?.[0] ?? "", "direct: {}");
    expect((await load(direct)).network.subnets.map(({ name }) => name)).toEqual(["my-subnet", "users-egress"]);
    const without = edit(/ {4}subnet:.*\n/.exec(direct)?.[0] ?? "", "", direct);
    expect((await load(without)).network.subnets).toEqual([{ name: "users-egress", range: "192.168.101.0/26" }]);
  });

  it("leaves the ranges of an existing network to it", async () => {
    const network = "network: { existing: projects/my-project/global/networks/shared, subnet: { name: theirs } }";
    const { network: resolved } = await load(edit("  service:", `  ${network}\n  service:`, smallestText));
    expect(resolved).toEqual({
      project: "my-project",
      name: "shared",
      existing: true,
      subnets: [{ name: "theirs", range: undefined }],
      serviceRange: undefined,
    });
  });
});
