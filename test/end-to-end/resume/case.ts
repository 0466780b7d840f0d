import { type Action, type Boundary, drawOf, type Stop } from "./boundary.ts";

/** Whom SIGKILL, or for an execution the cancellation, meets. */
export type Victim = "function" | "execution" | "client" | "cloud" | "seed" | "database";

/** One thing that goes wrong at one call of one run. */
export interface Case {
  readonly boundary: Boundary;
  readonly when: Stop["when"];
  readonly victim: Victim;
  /** How the run goes on if it has ended before it was done: by resuming it, or by asking for the same again. */
  readonly goesOn: "resume" | "ask again";
}

/**
 * How often each is drawn, against the others: whoever starts a whole cloud or a command line costs most, a seed makes few
 * calls, and an execution is no process that could be killed.
 */
const weights: Readonly<Record<Victim, number>> = {
  function: 1,
  execution: 0.05,
  database: 0.6,
  client: 0.3,
  cloud: 0.02,
  seed: 0.15,
};
const victims = ["function", "execution", "database", "client", "cloud", "seed"] as const;

/** Every case that these calls give; in which order they came makes no difference, for some come beside each other. */
export function casesOf(boundaries: readonly Boundary[]): Case[] {
  return boundaries.flatMap((boundary, index) =>
    victims
      .filter((victim) => isPossible(boundary, victim, boundaries.slice(0, index)))
      .flatMap((victim) =>
        (["before", "after"] as const).map((when): Case => {
          const { action, caller, method, nth } = boundary;
          const isResumed = drawOf(action, caller, method, nth, victim, when) < 0.5;
          return { boundary, when, victim, goesOn: isResumed ? "resume" : "ask again" };
        }),
      ),
  );
}

/** One line that names a case, the same in every run of the suite. */
export function nameOf({ boundary, when, victim, goesOn }: Case): string {
  const { action, caller, method, nth, resource } = boundary;
  return `${action}: ${victim} ${when} ${caller} ${method} (${nth}) ${resource}, ${goesOn}`;
}

/** Cases by the action that they stop, in the order in which a seed draws them: every one comes, the likely ones sooner. */
export type Drawn = Readonly<Record<Action, readonly Case[]>>;

/** Draws all cases. */
export function drawCases(cases: readonly Case[], seed: string): Drawn {
  const of = (action: Action) => {
    const ofAction = cases.filter(({ boundary }) => boundary.action === action);
    const sizes = new Map(victims.map((victim) => [victim, ofAction.filter((one) => one.victim === victim).length]));
    // Whoever waits for the shortest exponential time is drawn first: a weighted draw that puts nothing back.
    const waits = ofAction.map((one) => {
      const weight = weights[one.victim] / (sizes.get(one.victim) ?? 1);
      return { one, wait: -Math.log(1 - drawOf(seed, nameOf(one))) / weight };
    });
    return waits.sort((a, b) => a.wait - b.wait).map(({ one }) => one);
  };
  return { up: of("up"), rebuild: of("rebuild"), down: of("down") };
}

function isPossible({ action, caller, method }: Boundary, victim: Victim, before: readonly Boundary[]): boolean {
  const isMade = (name: string) => before.some((one) => one.method.endsWith(name));
  switch (victim) {
    case "function":
      return caller.startsWith("alloyrun-") && caller !== "alloyrun-workflow";
    case "execution":
      return caller !== "alloyrun-request";
    case "client":
      return action !== "rebuild";
    case "cloud":
      return true;
    case "seed":
      return caller.endsWith("-seed") && !caller.startsWith("alloyrun-");
    case "database":
      return (
        action === "rebuild" ||
        (action === "up" ? isMade(".ExecuteSql") : !isMade(".DeleteInstance") && !method.endsWith(".DeleteCluster"))
      );
  }
}
