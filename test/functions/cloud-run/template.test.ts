import { describe, expect, it } from "@jest/globals";
import { toTemplate } from "../../../functions/cloud-run/template.ts";
import { revisionId } from "../../../spec/names.ts";
import { revisionParts, serviceInput } from "./inputs.ts";

const iam = { ...serviceInput, login: { user: "runner@p.iam", auth: "iam" as const } };
const containersOf = (template: ReturnType<typeof toTemplate>) => {
  const [app, proxy] = template.containers ?? [];
  return { app, proxy };
};

describe("toTemplate", () => {
  it("gives the application its database, its user's variables and pinned secrets, in a fixed order", () => {
    const { app } = containersOf(toTemplate(serviceInput, revisionParts));
    const secret = (id: string, version: string) => ({ secretKeyRef: { secret: id, version } });
    expect(app?.env).toEqual([
      { name: "API_KEY", valueSource: secret("api-key", "3") },
      { name: "DB_NAME", value: "mydb" },
      { name: "DB_PASS", valueSource: secret("alloyrun-staging-application-password", "1") },
      { name: "DB_PORT", value: "5432" },
      { name: "DB_USER", value: "app" },
      { name: "GREETING", value: "hello" },
      { name: "INSTANCE_HOST", value: "127.0.0.1" },
    ]);
  });

  it("does not let the user's variables take the place of the database's", () => {
    const { app } = containersOf(toTemplate({ ...serviceInput, env: { DB_NAME: "other" } }, revisionParts));
    expect(app?.env?.filter(({ name }) => name === "DB_NAME")).toEqual([{ name: "DB_NAME", value: "mydb" }]);
  });

  it("starts the application after the proxy, whose probe asks the database for at most 240 seconds", () => {
    const { app, proxy } = containersOf(toTemplate(serviceInput, revisionParts));
    expect(app?.dependsOn).toEqual([proxy?.name]);
    expect(proxy?.args).toEqual(expect.arrayContaining(["--health-check", "--with-backend-check", "--lazy-refresh"]));
    expect(proxy?.startupProbe?.httpGet).toEqual({ path: "/startup", port: 9090 });
    const { periodSeconds, failureThreshold } = proxy?.startupProbe ?? {};
    expect((periodSeconds ?? 0) * (failureThreshold ?? 0)).toBe(240);
  });

  it("exposes a port of the application only", () => {
    const { app, proxy } = containersOf(toTemplate(serviceInput, revisionParts));
    expect(app?.ports).toEqual([{ name: "http1", containerPort: 8080 }]);
    expect(proxy?.ports).toBeUndefined();
  });

  it("has the proxy log in by IAM, and no password, when the login is IAM", () => {
    const { app, proxy } = containersOf(toTemplate(iam, { ...revisionParts, applicationVersion: undefined }));
    expect(proxy?.args).toContain("--auto-iam-authn");
    expect(app?.env?.map(({ name }) => name)).not.toContain("DB_PASS");
  });

  it.each([
    ["a connector", { connector: "c" }, { connector: "c", egress: "ALL_TRAFFIC" }],
    [
      "an interface",
      { network: "n", subnetwork: "s" },
      { networkInterfaces: [{ network: "n", subnetwork: "s" }], egress: "ALL_TRAFFIC" },
    ],
  ])("reaches the VPC by %s and nothing else", (_, vpcAccess, expected) => {
    expect(toTemplate(serviceInput, { ...revisionParts, vpcAccess }).vpcAccess).toEqual(expected);
  });

  it("sends private ranges only through the VPC when asked to", () => {
    const template = toTemplate({ ...serviceInput, traffic: "private-ranges" }, revisionParts);
    expect(template.vpcAccess?.egress).toBe("PRIVATE_RANGES_ONLY");
  });

  it("names the same content the same, whatever the order of the user's variables", () => {
    const one = { ...serviceInput, env: { A: "1", B: "2" } };
    const other = { ...serviceInput, env: { B: "2", A: "1" } };
    const name = (input: typeof serviceInput) => revisionId("users", toTemplate(input, revisionParts));
    expect(name(one)).toBe(name(other));
    expect(name(one)).not.toBe(name(serviceInput));
  });
});
