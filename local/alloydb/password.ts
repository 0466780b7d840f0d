import { invalid } from "./names.ts";

/**
 * Checks a password against the rules that an instance's flags turn on; without them any text will do.
 *
 * @throws ApiError INVALID_ARGUMENT, without the password
 * @see https://cloud.google.com/alloydb/docs/database-users/manage-password-policy
 */
export function checkPassword(user: string, password: string, flags: Readonly<Record<string, string>> = {}): void {
  if (password === "") throw invalid(`password of user ${user} must not be empty`);
  if (flags["password.enforce_complexity"] !== "on") return;
  const atLeast = (flag: string) => Number(flags[`password.${flag}`] ?? 1);
  const count = (pattern: RegExp) => password.match(pattern)?.length ?? 0;
  const problems = [
    password.length < Number(flags["password.min_pass_length"] ?? 8) && "is too short",
    count(/[0-9]/g) < atLeast("min_numerical_chars") && "has too few digits",
    count(/[A-Z]/g) < atLeast("min_uppercase_letters") && "has too few upper-case letters",
    count(/[^0-9A-Za-z]/g) < atLeast("min_special_chars") && "has too few special characters",
    flags["password.enforce_password_does_not_contain_username"] === "on" &&
      password.toLowerCase().includes(user.toLowerCase()) &&
      "contains the user's name",
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw invalid(`password of user ${user} ${problems.join(", ")}`);
}
