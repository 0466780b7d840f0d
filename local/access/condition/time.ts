/** Parts of a time in a time zone, UTC unless named; months, days of weeks and days of months count from zero. */
// biome-ignore format: a table
export const timeParts: Readonly<Record<string, (ms: number, zone: string) => number>> = {
  getFullYear:   (ms, zone) => inZone(ms, zone).getUTCFullYear(),
  getMonth:      (ms, zone) => inZone(ms, zone).getUTCMonth(),
  getDate:       (ms, zone) => inZone(ms, zone).getUTCDate(),
  getDayOfMonth: (ms, zone) => inZone(ms, zone).getUTCDate() - 1,
  getDayOfWeek:  (ms, zone) => inZone(ms, zone).getUTCDay(),
  getHours:      (ms, zone) => inZone(ms, zone).getUTCHours(),
  getMinutes:    (ms, zone) => inZone(ms, zone).getUTCMinutes(),
  getSeconds:    (ms, zone) => inZone(ms, zone).getUTCSeconds(),
};

/** Whether times can be told in a zone: `Europe/Berlin` or `+02:00`. */
export function isZone(zone: string): boolean {
  try {
    return inZone(0, zone) !== undefined;
  } catch {
    return false;
  }
}

/** A date whose UTC fields are those of the zone's clocks. */
function inZone(ms: number, zone: string): Date {
  if (zone === "") return new Date(ms);
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  return new Date(`${format.format(ms).replace(" ", "T")}Z`);
}
