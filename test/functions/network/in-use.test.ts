import { describe, expect, it } from "@jest/globals";
import { answerInUse, deleteUnlessInUse, isInUse } from "../../../functions/network/in-use.ts";
import { ApiError } from "../../../google/error.ts";

const by = (blocker: string) => `The network resource 'n' is already being used by '${blocker}'`;

describe("answerInUse", () => {
  it("waits a little for the firewall rules of a connector that was just deleted", () => {
    const answer = answerInUse("n", by("projects/p/global/firewalls/aet-asianortheast1-c-earfw"));
    expect(answer).toMatchObject({ state: "pending", retryAfterSeconds: 15, operations: [] });
    expect(answer.held).toBeUndefined();
  });

  it("is held by what only Google releases, naming it", () => {
    const answer = answerInUse("n", by("projects/p/regions/r/addresses/serverless-ipv4-1"));
    expect(answer).toMatchObject({ held: true, reason: expect.stringContaining("serverless-ipv4-1") });
    expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(60);
    for (const blocker of ["projects/p/regions/r/addresses/serverless-ipv4-1", "projects/p/global/addresses/range"])
      expect(answerInUse("n", by(blocker)).reason).not.toContain("next sweep");
  });

  it.each([
    ["projects/p/regions/r/subnetworks/theirs", "networks subnets delete theirs --region=r --project=p"],
    ["projects/p/global/firewalls/theirs", "firewall-rules delete theirs --project=p"],
    [
      "https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/vm",
      "instances delete vm --zone=z --project=p",
    ],
    ["projects/p/regions/r/addresses/theirs", "addresses delete theirs --region=r --project=p"],
  ])("names who removes %s, and how", (blocker, command) => {
    const { reason } = answerInUse("n", by(blocker));
    expect(reason).toContain(`which is not alloyrun's: whoever made it removes it (\`gcloud compute ${command}\`)`);
  });
});

describe("answerInUse of a network", () => {
  const network = "projects/p/global/networks/n";
  const subnet = (id: string) => `projects/p/regions/r/subnetworks/${id}`;

  it("names once all that is somebody else's in it, and what lists its firewall rules", () => {
    const { reason } = answerInUse(network, by(`https://compute/v1/${subnet("one")}`), [subnet("one"), subnet("two")]);
    expect(reason?.split(". ").slice(1)).toEqual([
      `In it is also what is not alloyrun's either: ${subnet("two")} (\`gcloud compute networks subnets delete two --region=r --project=p\`)`,
      "Firewall rules keep it as well, those too that are told only when the rest is gone: `gcloud compute firewall-rules list --filter=network:n --project=p`",
    ]);
    const many = ["one", "two", "three", "four", "five", "six", "seven"].map(subnet);
    expect(answerInUse(network, by(subnet("one")), many).reason).toContain(" and 1 more. Firewall rules");
  });

  it("says nothing of others where Google alone holds it", () => {
    expect(answerInUse(network, by("projects/p/regions/r/addresses/serverless-ipv4-1")).reason).not.toContain(". ");
  });
});

describe("isInUse", () => {
  it.each([
    [9, "held", true],
    [400, by("x"), true],
    [400, "Invalid value for field", false],
    [403, "forbidden", false],
  ])("tells code %s with %j: %s", (code, message, expected) => {
    expect(isInUse({ name: "o", code, message })).toBe(expected);
  });
});

describe("deleteUnlessInUse", () => {
  const refuse = (code: "FAILED_PRECONDITION" | "PERMISSION_DENIED") => () =>
    Promise.reject(new ApiError({ method: "m", resource: "n", code, text: by("x") }));

  it("answers what holds the resource", async () => {
    expect(await deleteUnlessInUse("n", refuse("FAILED_PRECONDITION"))).toMatchObject({ held: true });
  });

  it("answers it too when what else is in it cannot be told", async () => {
    const answer = await deleteUnlessInUse("n", refuse("FAILED_PRECONDITION"), refuse("PERMISSION_DENIED"));
    expect(answer).toMatchObject({ held: true, reason: "held: n is still used by x" });
  });

  it("throws any other refusal", async () => {
    await expect(deleteUnlessInUse("n", refuse("PERMISSION_DENIED"))).rejects.toThrow("PERMISSION_DENIED");
  });
});
