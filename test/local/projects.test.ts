import { describe, expect, it } from "@jest/globals";
import { createProjects } from "../../local/projects.ts";
import { createRandom } from "../../local/random.ts";
import { createStore } from "../../local/store.ts";

const make = (seed = "test") =>
  createProjects({ store: createStore(), random: createRandom(seed), timestamp: () => "2026-01-01T00:00:00Z" });

describe("ensure", () => {
  it("makes a project once, found by id and by number", () => {
    const projects = make();
    expect(projects.find("my-project")).toBeUndefined();
    const made = projects.ensure("my-project");
    expect(made).toEqual({
      projectId: "my-project",
      projectNumber: expect.stringMatching(/^\d{12}$/),
      createTime: "2026-01-01T00:00:00Z",
    });
    expect(projects.ensure("my-project")).toBe(made);
    expect(projects.find(made.projectNumber)).toBe(made);
  });

  it("gives a number that depends on seed and id only", () => {
    const [one, other] = [make(), make()];
    other.ensure("first-project");
    expect(other.ensure("my-project").projectNumber).toBe(one.ensure("my-project").projectNumber);
    expect(make("else").ensure("my-project").projectNumber).not.toBe(one.ensure("my-project").projectNumber);
  });

  it.each(["short", "Upper-case", "1-project", "ends-with-", "a".repeat(31), "has space", "", "a/b/c-d"])(
    "refuses %j",
    (id) => {
      expect(() => make().ensure(id)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    },
  );
});

describe("isUsable", () => {
  it("is what was set last, for that service of that project", () => {
    const projects = make();
    projects.setUsable("my-project", "run.googleapis.com", true);
    expect(projects.isUsable("my-project", "run.googleapis.com")).toBe(true);
    expect(projects.isUsable("other-project", "run.googleapis.com")).toBe(false);
    projects.setUsable("my-project", "run.googleapis.com", false);
    expect(projects.isUsable("my-project", "run.googleapis.com")).toBe(false);
  });
});
