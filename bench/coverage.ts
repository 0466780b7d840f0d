import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatTable } from "./table.ts";

/*
 * Tells how much of the product and of the local cloud the tests ran: `npm run coverage`. What runs in processes of its
 * own (functions, the seed runner, commands of the end-to-end tests) is not counted, so the product's figure is a floor.
 */

interface Counts {
  readonly total: number;
  readonly covered: number;
}

type Summary = Readonly<Record<string, { readonly lines: Counts; readonly branches: Counts }>>;

const { positionals } = parseArgs({ allowPositionals: true });
const summary: Summary = JSON.parse(readFileSync(positionals[0] ?? "coverage/coverage-summary.json", "utf8"));

const parts = { product: /^(spec|plan|google|functions|deploy|cli)\//, local: /^local\// } as const;
const root = `${process.cwd()}/`;

const rows = Object.entries(parts).map(([part, pattern]) => {
  const files = Object.entries(summary).filter(([path]) => pattern.test(path.replace(root, "")));
  const share = (kind: "lines" | "branches") => {
    const sum = (field: keyof Counts) => files.reduce((total, [, counts]) => total + counts[kind][field], 0);
    return `${((100 * sum("covered")) / Math.max(1, sum("total"))).toFixed(1)} %`;
  };
  return { part, files: files.length, lines: share("lines"), branches: share("branches") };
});
process.stdout.write(`${formatTable(rows)}\n`);
