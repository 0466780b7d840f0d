/** Rows of cells under their headings, each column as wide as its widest cell; a column that is empty throughout is left out. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = headings.map((_, column) => rows.some((row) => (row[column] ?? "") !== ""));
  const kept = [headings, ...rows].map((row) => row.filter((_, column) => shown[column]));
  const widths = (kept[0] ?? []).map((_, column) => Math.max(...kept.map((row) => (row[column] ?? "").length)));
  return kept.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
