import { SeedFailure } from "./failure.ts";

/** What the seed runner is told through its environment; the seed step writes exactly these variables. */
export interface SeedSettings {
  /** `INSTANCE_HOST`: private address of the primary instance. */
  readonly host: string;
  /** `INSTANCE_PORT`, 5432 unless given. */
  readonly port: number;
  /** `CLUSTER`: `projects/{project}/locations/{location}/clusters/{cluster}`, whose authority signs the server's certificate. */
  readonly cluster: string;
  /** `DB_NAME`: the database to create if need be, and to fill. */
  readonly database: string;
  /** `DB_USER` and `DB_PASS`: the administrator. */
  readonly administrator: { readonly user: string; readonly password: string };
  /** `SEED_BUCKET` and `SEED_OBJECT`: absent when there is nothing to apply but the grants. */
  readonly archive?: { readonly bucket: string; readonly object: string };
  /** `APP_USER`, `APP_AUTH` and, for `password`, `APP_PASS`: who gets rights on the tables. */
  readonly application: Application;
  /** `RUN_ID`: on whose behalf. */
  readonly run: string;
  /** `LOCK_BUCKET`, `LOCK_OBJECT` and `LOCK_GENERATION`: absent when nobody else can hold what is filled. */
  readonly lock?: LockSettings;
}

/** Where the environment's lock lies, and how it was when the run held it. */
export interface LockSettings {
  readonly bucket: string;
  readonly object: string;
  readonly generation: string;
  /** Id of the run, whichever of its attempts holds it. */
  readonly run: string;
}

/** The database user that the application logs in as. */
export type Application =
  | { readonly auth: "password"; readonly user: string; readonly password: string }
  | { readonly auth: "iam"; readonly user: string };

/** The variables that the runner reads. */
export interface SeedEnvironment {
  readonly INSTANCE_HOST?: string;
  readonly INSTANCE_PORT?: string;
  readonly CLUSTER?: string;
  readonly DB_NAME?: string;
  readonly DB_USER?: string;
  readonly DB_PASS?: string;
  readonly SEED_BUCKET?: string;
  readonly SEED_OBJECT?: string;
  readonly APP_USER?: string;
  readonly APP_AUTH?: string;
  readonly APP_PASS?: string;
  readonly RUN_ID?: string;
  readonly LOCK_BUCKET?: string;
  readonly LOCK_OBJECT?: string;
  readonly LOCK_GENERATION?: string;
  /** Full name of the trace of the call that made the execution; only in the log. */
  readonly TRACE?: string;
}

/**
 * Reads the settings.
 *
 * @throws SeedFailure `settings` when a variable is missing or malformed; it names the variable, never its value
 */
export function parseSettings(env: SeedEnvironment): SeedSettings {
  const required = (name: keyof SeedEnvironment): string => {
    const value = env[name];
    if (value === undefined || value === "") throw new SeedFailure({ kind: "settings", message: `${name} is not set` });
    return value;
  };
  return {
    host: required("INSTANCE_HOST"),
    port: parsePort(env.INSTANCE_PORT ?? "5432"),
    cluster: required("CLUSTER"),
    database: required("DB_NAME"),
    administrator: { user: required("DB_USER"), password: required("DB_PASS") },
    archive: env.SEED_OBJECT ? { bucket: required("SEED_BUCKET"), object: env.SEED_OBJECT } : undefined,
    application: parseApplication(required),
    run: env.RUN_ID ?? "",
    lock: env.LOCK_OBJECT
      ? {
          bucket: required("LOCK_BUCKET"),
          object: env.LOCK_OBJECT,
          generation: required("LOCK_GENERATION"),
          run: required("RUN_ID").replace(/\.\d+$/, ""),
        }
      : undefined,
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new SeedFailure({ kind: "settings", message: "INSTANCE_PORT is not a port number" });
}

function parseApplication(required: (name: keyof SeedEnvironment) => string): Application {
  const user = required("APP_USER");
  const auth = required("APP_AUTH");
  if (auth === "password") return { auth, user, password: required("APP_PASS") };
  if (auth === "iam") return { auth, user };
  throw new SeedFailure({ kind: "settings", message: "APP_AUTH is neither password nor iam" });
}
