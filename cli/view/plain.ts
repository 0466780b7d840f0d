const unruly = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Whether a text stays on its line as it is. */
export function isPlain(text: string): boolean {
  return !unruly.test(text);
}

/**
 * What somebody wrote as a piece of one line: nothing in it begins another line, moves the cursor, changes a colour or turns
 * the direction of what follows.
 */
export function plainText(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
}
