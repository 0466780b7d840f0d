/*
 * Everywhere zod is imported as a namespace of its own: `{ z }` is an object with all of zod in it, every language and the ways
 * to and from JSON Schema included, which every function that reads a spec would have in its bundle and load.
 */
import * as z from "zod";

/** A text with a pattern, what to say when it does not fit, and an example that does. */
export function text(pattern: RegExp, says: string, example: string): z.ZodString {
  return z
    .string()
    .regex(pattern, says)
    .meta({ examples: [example] });
}

/**
 * A resource's id as RFC 1035 has it, up to a length.
 *
 * @see https://google.aip.dev/122
 */
export function resourceId(longest: number, example: string): z.ZodString {
  const pattern = new RegExp(`^[a-z]([-a-z0-9]{0,${longest - 2}}[a-z0-9])?$`);
  const says = `must be 1 to ${longest} lower-case letters, digits or hyphens, a letter first and no hyphen last`;
  return text(pattern, says, example);
}

/** Id of a project or of a service account: the same pattern. */
export function accountLikeId(example: string): z.ZodString {
  const says = "must be 6 to 30 lower-case letters, digits or hyphens, a letter first and no hyphen last";
  return text(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/, says, example);
}

/** A PostgreSQL name that needs no quotes, up to a length. */
export function sqlName(longest: number, example: string): z.ZodString {
  const says = `must be 1 to ${longest} lower-case letters, digits or _, a letter or _ first`;
  return text(new RegExp(`^[a-z_][a-z0-9_]{0,${longest - 1}}$`), says, example);
}

/** An IPv4 range; its bounds are checked with the others'. */
export function ipRange(example: string): z.ZodString {
  return text(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, `must be an IPv4 range such as ${example}`, example);
}

/** A duration such as `72h`. */
export function duration(example: string): z.ZodString {
  return text(
    /^[1-9]\d{0,4}[smhd]$/,
    `must be a number from 1 to 99999 with s, m, h or d, such as ${example}`,
    example,
  );
}

/** A folder named in a spec. */
export function folder(example: string): z.ZodString {
  return text(/^(?!\s*$)/, "must name a folder, relative to this file", example);
}

/** Name of an environment variable. */
export function variableName(): z.ZodString {
  return text(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "must be a variable's name: letters, digits and _, no digit first",
    "GREETING",
  );
}
