import * as z from "zod";
import { environmentSchema } from "./schema.ts";

/** The JSON Schema (2020-12) of `environment.yaml`, for editors. What compares two values with each other is not in it. */
export function toJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(environmentSchema, { io: "input" });
  const title = "alloyrun environment";
  const description = "What alloyrun makes sure of: one application environment on Google Cloud.";
  return { $schema, title, description, ...schema };
}
