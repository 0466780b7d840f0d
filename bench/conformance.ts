import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatTable } from "./table.ts";

/*
 * Counts the tests of each suite in `test/conformance/`, out of jest's report: `npm run bench:conformance`. What is skipped
 * needs something that is not installed, such as gcloud.
 */

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const { positionals } = parseArgs({ allowPositionals: true });
const report: Report = JSON.parse(readFileSync(positionals[0] ?? "coverage/conformance.json", "utf8"));

const results = report.testResults.flatMap(({ name, assertionResults }) => {
  const [, suite = "other"] = /\/test\/conformance\/([^/]+)\//.exec(name) ?? [];
  return assertionResults.map(({ status }) => ({ suite, status }));
});

function count(suite: string, belongs: (suite: string) => boolean) {
  const statuses = results.filter((result) => belongs(result.suite)).map(({ status }) => status);
  const having = (wanted: string) => statuses.filter((status) => status === wanted).length;
  const [passed, failed] = [having("passed"), having("failed")];
  return { suite, tests: statuses.length, passed, failed, skipped: statuses.length - passed - failed };
}

const suites = [...new Set(results.map(({ suite }) => suite))].sort();
const rows = [...suites.map((suite) => count(suite, (other) => other === suite)), count("all", () => true)];
process.stdout.write(`${formatTable(rows)}\n`);
