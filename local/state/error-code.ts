/** Tells whether what was caught is the system's error of that code, such as `EEXIST`. */
export function hasCode(caught: unknown, code: string): boolean {
  return typeof caught === "object" && caught !== null && "code" in caught && caught.code === code;
}
