import { ApiError } from "../error.ts";
import type { Build } from "../model/generated/cloudbuild.ts";

/**
 * Makes a test for builds from a list filter: `tags="…"`, `status="…"`, `id="…"`, and combinations of them with `AND`.
 *
 * @throws ApiError INVALID_ARGUMENT for anything else
 * @see https://cloud.google.com/build/docs/view-build-results#filtering_build_results_using_queries
 */
export function compileFilter(filter: string): (build: Build) => boolean {
  const terms = filter
    .split(/\s+AND\s+|\s+/)
    .filter((term) => term !== "")
    .map(parseTerm);
  return (build) => terms.every((term) => term(build));
}

function parseTerm(text: string): (build: Build) => boolean {
  const [, field, value = ""] = /^(tags|status|id)\s*[=:]\s*"?([^"]*)"?$/.exec(text) ?? [];
  switch (field) {
    case "tags":
      return ({ tags = [] }) => tags.includes(value);
    case "status":
      return ({ status }) => status === value;
    case "id":
      return ({ id }) => id === value;
    default:
      throw new ApiError({ code: "INVALID_ARGUMENT", message: `invalid list filter: ${text}` });
  }
}
