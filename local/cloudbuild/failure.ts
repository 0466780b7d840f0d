import type { Build_FailureInfo_FailureType, Build_Status } from "../model/generated/cloudbuild.ts";

/** Why a build did not succeed. */
export class BuildFailure extends Error {
  readonly type: Build_FailureInfo_FailureType;
  readonly status: Build_Status;

  constructor(fields: {
    readonly type: Build_FailureInfo_FailureType;
    readonly message: string;
    readonly status?: Build_Status;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = "BuildFailure";
    this.type = fields.type;
    this.status = fields.status ?? "FAILURE";
  }
}
