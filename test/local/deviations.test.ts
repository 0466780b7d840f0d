import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { permissionNames, predefinedRoles } from "../../local/access/roles.ts";
import { refusals, unservedMethods } from "../../local/deviations.ts";
import type { LocalCloud } from "../../local/main.ts";
import { loadModel } from "../../local/model/model.ts";
import { rulesOf } from "../../local/server/permission.ts";
import { createSharedMethods } from "../../local/server/shared.ts";
import { startTestCloud } from "../support/local-cloud.ts";

const model = loadModel();
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud();
}, 60_000);
afterAll(() => local.stop());

/** Every method of the model with each API that serves its host. */
const served = () =>
  local.apis.flatMap((api) =>
    Object.entries(model.methods)
      .filter(([, { hosts }]) => hosts.includes(api.host))
      .map(([method]) => ({ api, method })),
  );

const isHandled = ({ api, method }: ReturnType<typeof served>[number]) =>
  api.methods[method] !== undefined ||
  api.streams?.[method] !== undefined ||
  createSharedMethods(local.cloud.operations)(api.host)[method] !== undefined;

const matches = (pattern: string, method: string) =>
  new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^.]+")}$`).test(method);

describe("the model's hosts", () => {
  it("are each served by one API, and every API's host has methods", () => {
    const hosts = new Set(model.routes.map(({ host }) => host));
    expect(local.apis.map(({ host }) => host).sort()).toEqual([...hosts].sort());
  });
});

describe("the model's methods", () => {
  it("are each in their API's permission table, which lists no others", () => {
    const unlisted = served().filter(({ api, method }) => rulesOf(api, method) === undefined);
    expect(unlisted.map(({ method }) => method)).toEqual([]);
    const unknown = local.apis
      .flatMap(({ permissions }) => Object.keys(permissions))
      .filter((method) => !(method in model.methods));
    expect(unknown).toEqual([]);
  });

  it("demand permissions of Google's, each of which some role beside the owner's grants", () => {
    const demanded = new Set(
      served().flatMap(({ api, method }) => rulesOf(api, method)?.map((rule) => rule.permission) ?? []),
    );
    expect(demanded.size).toBeGreaterThan(300);
    expect([...demanded].filter((permission) => !permissionNames.has(permission))).toEqual([]);
    const others = Object.entries(predefinedRoles).filter(([name]) => name !== "roles/owner");
    const ungranted = [...demanded].filter(
      (permission) => !others.some(([, role]) => role.permissions.has(permission)),
    );
    // Only an owner brings a project back; beside the owner, who pays is changed with a role of billing, not known here.
    expect(ungranted.sort()).toEqual([
      "resourcemanager.projects.createBillingAssignment",
      "resourcemanager.projects.undelete",
    ]);
  });

  it("say why where they demand nothing", () => {
    const open = local.apis.flatMap(({ permissions }) => Object.entries(permissions));
    const unexplained = open.filter(([, row]) => "open" in row && row.open.split(" ").length < 3);
    expect(unexplained).toEqual([]);
  });

  it("have no handlers under names that the model does not know", () => {
    const names = local.apis.flatMap(({ methods, streams = {} }) => [...Object.keys(methods), ...Object.keys(streams)]);
    expect(names.filter((name) => !(name in model.methods))).toEqual([]);
  });

  it("are each handled, or covered by exactly one deviation", () => {
    const rows = (method: string) =>
      unservedMethods.filter(({ methods }) => methods.some((pattern) => matches(pattern, method)));
    const wrong = served()
      .filter((one) => rows(one.method).length !== (isHandled(one) ? 0 : 1))
      .map((one) => `${one.method}: ${isHandled(one) ? "handled" : "not handled"}, ${rows(one.method).length} rows`);
    expect(wrong).toEqual([]);
  });

  it("give every pattern of a deviation something to cover", () => {
    const patterns = unservedMethods.flatMap((row) => row.methods);
    expect(
      patterns.filter((pattern) => !Object.keys(model.methods).some((method) => matches(pattern, method))),
    ).toEqual([]);
  });
});

describe("refusals within served methods", () => {
  /** Where the code stands for something else than a refusal of ours. */
  const elsewhere: Readonly<Record<string, string>> = {
    "local/unserved.ts": "the refusal itself",
    "local/server/dispatch.ts": "whole methods, which are the list above",
    "local/server/admin.ts": "a page of the local cloud's own",
    "local/workflows/api/callbacks.ts": "Google's own answer to another verb",
    "local/workflows/definition-error.ts": "the type of what the checker of definitions says",
    "local/workflows/check/call.ts": "connectors of APIs that are not served, a row of the differences",
  };

  async function sources(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for await (const file of glob("local/**/*.ts")) {
      if (!file.includes("/generated/") && file !== "local/deviations.ts") found.set(file, readFileSync(file, "utf8"));
    }
    return found;
  }

  it("are all made by their rows", async () => {
    const files = [...(await sources())].filter(([, text]) => /["'`]UNIMPLEMENTED["'`]/.test(text));
    expect(files.map(([file]) => file).sort()).toEqual(Object.keys(elsewhere).sort());
  });

  it("use every row there is", async () => {
    const text = [...(await sources()).values()].join("\n");
    expect(Object.keys(refusals).filter((row) => !text.includes(`"${row}"`))).toEqual([]);
  });

  it("say why in a sentence", () => {
    expect(Object.values(refusals).filter((reason) => !/^\S.* .*\.$/.test(reason))).toEqual([]);
  });
});
