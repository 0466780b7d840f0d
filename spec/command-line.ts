/** Where an installation is. */
export interface Place {
  readonly project: string;
  readonly region: string;
}

/** Region of an installation unless another one is named. */
export const defaultRegion = "asia-northeast1";

/** A command that can be copied as it is: the words, then where the installation is. */
export function commandLine({ project, region }: Place, ...words: readonly string[]): string {
  const elsewhere = region === defaultRegion ? [] : ["--region", region];
  return ["alloyrun", ...words, "--project", project, ...elsewhere].join(" ");
}
