/** A step of a run, with the time that is its own. */
export interface TimedStep {
  readonly name: string;
  readonly needs: readonly string[];
  readonly seconds: number;
}

/** The chain of steps that takes longest, and how long. */
export interface Chain {
  readonly steps: readonly string[];
  readonly seconds: number;
}

/** The longest chain through the needs of some steps; a need that is not among them takes no time. */
export function longestChain(steps: readonly TimedStep[]): Chain {
  const known = new Map<string, Chain>();
  const chainTo = (name: string): Chain => {
    const found = known.get(name);
    if (found) return found;
    const step = steps.find((candidate) => candidate.name === name);
    if (!step) return { steps: [], seconds: 0 };
    const before = longest(step.needs.map(chainTo));
    const chain = { steps: [...before.steps, name], seconds: before.seconds + step.seconds };
    known.set(name, chain);
    return chain;
  };
  return longest(steps.map(({ name }) => chainTo(name)));
}

/** A span of time in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Seconds that at least one of the spans covers. */
export function coveredSeconds(spans: readonly Span[]): number {
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return covered / 1000;
}

function longest(chains: readonly Chain[]): Chain {
  return chains.reduce((best, chain) => (isLonger(chain, best) ? chain : best), { steps: [], seconds: 0 });
}

/** Of chains that take equally long, the one that names more steps tells more. */
function isLonger(chain: Chain, best: Chain): boolean {
  return chain.seconds > best.seconds || (chain.seconds === best.seconds && chain.steps.length > best.steps.length);
}
