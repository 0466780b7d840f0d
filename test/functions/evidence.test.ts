import { describe, expect, it } from "@jest/globals";
import { errorBody } from "../../functions/error.ts";
import { failWith, tailOf } from "../../functions/evidence.ts";

const query = { project: "p", filter: "", limit: 2 };

describe("failWith", () => {
  it("carries the evidence in the error's details", () => {
    const error = failWith(["one", "two"], { code: "FAILED_PRECONDITION", reason: "BROKEN", message: "it broke" });
    expect(errorBody(error, "seed")).toMatchObject({
      error: {
        status: "FAILED_PRECONDITION",
        message: "it broke",
        details: expect.arrayContaining([
          { "@type": "type.googleapis.com/google.rpc.DebugInfo", stackEntries: ["one", "two"] },
        ]),
      },
    });
  });
});

describe("tailOf", () => {
  it("cuts long lines", async () => {
    const [line] = await tailOf({ tail: async () => ["x".repeat(2000)] }, query);
    expect(line).toHaveLength(500);
  });

  it("does not let an unreadable log hide the failure", async () => {
    const tail = async () => {
      throw new Error("no permission");
    };
    await expect(tailOf({ tail }, query)).resolves.toEqual(["(the log could not be read: no permission)"]);
  });
});
