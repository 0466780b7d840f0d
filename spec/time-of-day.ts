/**
 * Minutes since midnight that clocks of a time zone show at a moment.
 *
 * @param seconds since the epoch
 */
export function minutesOfDay(seconds: number, timeZone: string): number {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return toMinutes(clock.format(seconds * 1000));
}

/** Minutes since midnight of a time such as `08:30`. */
export function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
