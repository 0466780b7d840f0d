/** Where an environment's freeze lies. */
export function freezeObject(environment: string): string {
  return `freezes/${environment}.json`;
}
