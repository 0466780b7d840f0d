import { toTimestamp } from "../clock.ts";
import { type AttemptOutcome, attempt } from "./attempt.ts";
import type { Execution, SchedulerContext, StoredJob } from "./job.ts";
import { retryDelay } from "./retry.ts";
import { nextTime } from "./schedule.ts";

/** Executes jobs when the clock passes their time. */
export interface Runner {
  /** Sets the alarm of a job that was written. */
  arm(name: string): void;
  /** Begins an execution now, whatever the schedule says. */
  force(name: string): void;
  /** Sets the alarms of every job; one whose time was missed is due at its next. */
  start(): void;
}

/** Makes the runner of a local cloud's jobs. */
export function createRunner(context: SchedulerContext): Runner {
  const { alarms, jobs, cloud } = context;
  const running = new Set<string>();

  function arm(name: string): void {
    const job = jobs.get(name);
    const due = job && dueAt(job);
    if (due === undefined || running.has(name)) return;
    alarms.at(due, () => {
      const present = jobs.get(name);
      if (present && !running.has(name) && dueAt(present) === due) void execute(present);
    });
  }

  async function execute(job: StoredJob): Promise<void> {
    const { name } = job;
    const now = cloud.clock.now();
    const execution = {
      firstAttemptAt: now,
      ...(job.execution ?? { scheduledAt: job.nextAt, dueAt: job.nextAt, retries: 0 }),
    };
    running.add(name);
    jobs.put(name, { ...job, execution, lastAttemptTime: toTimestamp(now) });
    writeLog(context, job, { "@type": `${logType}.AttemptStarted`, scheduledTime: toTimestamp(execution.scheduledAt) });
    const outcome = await cloud.clock.working(() => attempt(cloud, job, execution.scheduledAt));
    running.delete(name);
    const present = jobs.get(name);
    if (present) jobs.put(name, conclude(present, { execution, outcome, now: cloud.clock.now() }));
    writeLog(context, job, { "@type": `${logType}.AttemptFinished`, debugInfo: outcome.message }, outcome.code);
    arm(name);
  }

  return {
    arm,
    force(name) {
      const job = jobs.get(name);
      if (!job || running.has(name)) return;
      const now = cloud.clock.now();
      jobs.put(name, { ...job, execution: { scheduledAt: now, dueAt: now, retries: 0 } });
      arm(name);
    },
    start() {
      const now = cloud.clock.now();
      for (const [name, job] of jobs.list()) {
        if (!job.execution && job.nextAt <= now) jobs.put(name, { ...job, ...scheduled(job, now) });
        arm(name);
      }
    },
  };
}

/** When a job's next attempt is due; a paused one has only those of an execution that was asked for. */
function dueAt({ execution, state, nextAt }: StoredJob): number | undefined {
  return execution?.dueAt ?? (state === "ENABLED" ? nextAt : undefined);
}

/** The fields of a job that tell its next time. */
export function scheduled(job: Pick<StoredJob, "schedule" | "timeZone">, now: number) {
  const nextAt = nextTime(job, now);
  return { nextAt, scheduleTime: toTimestamp(nextAt) };
}

interface Concluded {
  readonly execution: Execution;
  readonly outcome: AttemptOutcome;
  readonly now: number;
}

/** A job after an attempt: to be tried again, or due at its next time. */
function conclude(job: StoredJob, { execution, outcome, now }: Concluded): StoredJob {
  const status = outcome.code === 0 ? {} : { code: outcome.code };
  const delay = outcome.code === 0 ? undefined : retryDelay(job.retryConfig ?? {}, execution, now);
  // Who updated or paused the job meanwhile has ended the execution.
  if (delay !== undefined && job.execution) {
    const retry = { ...execution, retries: execution.retries + 1, dueAt: now + delay };
    return { ...job, status, execution: retry, scheduleTime: toTimestamp(retry.dueAt) };
  }
  const next = job.nextAt <= now ? scheduled(job, now) : { scheduleTime: toTimestamp(job.nextAt) };
  return { ...job, status, execution: undefined, ...next };
}

const logType = "type.googleapis.com/google.cloud.scheduler.logging";

function writeLog({ cloud }: SchedulerContext, job: StoredJob, entry: Record<string, string>, code = 0): void {
  const [, project = "", , location = "", , jobId = ""] = job.name.split("/");
  const target = job.pubsubTarget
    ? { targetType: "PUB_SUB", pubsubTopic: job.pubsubTarget.topicName }
    : { targetType: "HTTP", url: job.httpTarget?.uri };
  cloud.logs.write({
    project,
    log: "cloudscheduler.googleapis.com/executions",
    resource: { type: "cloud_scheduler_job", labels: { project_id: project, location, job_id: jobId } },
    severity: code === 0 ? "INFO" : "ERROR",
    json: { jobName: job.name, ...target, ...entry },
  });
}
