import { edit, exampleFolders, exampleText, type Folders, smallestText } from "./example.ts";

/** One broken spec: what was changed, and what must be said about it. */
export interface Broken {
  readonly name: string;
  readonly text: string;
  readonly folders?: Folders;
  /** A piece of the line that must be named; a number is the line itself. */
  readonly line: string | number;
  readonly path: string;
  readonly message: RegExp;
  readonly fix: RegExp;
}

/** A case in which one piece of the example is replaced; the line is that of the new piece unless `line` says another. */
function replaced(
  name: string,
  [from, to]: readonly [string, string],
  says: Omit<Broken, "name" | "text" | "line"> & { line?: string },
): Broken {
  return { name, text: edit(from, to), line: to, ...says };
}

const connector = "minInstances: 2, maxInstances: 3";
const instance = "instance: { name: my-alloyins, cpuCount: 2 }";
const policyLine = "    smoke: { expect: { contains: sasashun } }\n";
const withLines = (...lines: readonly string[]) =>
  [policyLine, `${policyLine}${lines.map((line) => `  ${line}\n`).join("")}`] as const;
const secretLine = "secret: { secret: alloyrun-hook-t, version: 1 }";
const ticketWith = (rest: string) => withLines(`tickets: [ { name: open, ${secretLine}, key: /n, ${rest} } ]`);
const withPolicy = (policy: string) => [policyLine, `${policyLine}  policy: ${policy}\n`] as const;

/** Specs that must be refused; each is wrong in one way. */
export const brokenSpecs: readonly Broken[] = [
  replaced("an unknown key", ["maxInstances: 10", "maxInstanses: 10"], {
    path: "spec.service.maxInstanses",
    message: /not a known key/,
    fix: /did you mean maxInstances\?/,
  }),
  replaced("an unknown key that resembles none", ["public: true", "colour: red"], {
    path: "spec.service.colour",
    message: /not a known key/,
    fix: /remove it; known here: name, source, image/,
  }),
  replaced("a text where a number is wanted", ["maxInstances: 10", 'maxInstances: "ten"'], {
    path: "spec.service.maxInstances",
    message: /must be a (whole )?number, not the text "ten"/,
    fix: /\w/,
  }),
  replaced("a number where a text is wanted", ["public: true", "env: { GREETING: 5 }"], {
    path: "spec.service.env.GREETING",
    message: /must be a text, not 5/,
    fix: /put it in quotes: "5"/,
  }),
  replaced("yes where true is wanted", ["public: true", "public: yes"], {
    path: "spec.service.public",
    message: /must be true or false, not the text "yes"/,
    fix: /write true or false/,
  }),
  replaced("a number out of bounds", ["maxInstances: 10", "maxInstances: 0"], {
    path: "spec.service.maxInstances",
    message: /at least 1/,
    fix: /write 1 or more/,
  }),
  replaced("overlapping ranges", ["range: 192.168.200.0/24", "range: 192.168.100.0/24"], {
    path: "spec.network.serviceRange.range",
    message: /overlaps the subnet \(192\.168\.100\.0\/28\)/,
    fix: /write for example 192\.168\.101\.0\/24/,
  }),
  replaced("a /29 for the connector", ["192.168.100.0/28", "192.168.100.0/29"], {
    path: "spec.network.subnet.range",
    message: /exactly a \/28/,
    fix: /write 192\.168\.100\.0\/28/,
  }),
  replaced("a service range too small for AlloyDB", ["192.168.200.0/24", "192.168.200.0/25"], {
    path: "spec.network.serviceRange.range",
    message: /\/24 or wider/,
    fix: /write 192\.168\.200\.0\/24/,
  }),
  replaced("a range that does not begin with its first address", ["192.168.100.0/28", "192.168.100.5/28"], {
    path: "spec.network.subnet.range",
    message: /first address/,
    fix: /write 192\.168\.100\.0\/28/,
  }),
  replaced("a public range", ["192.168.200.0/24", "203.0.113.0/24"], {
    path: "spec.network.serviceRange.range",
    message: /not a private range/,
    fix: /10\.0\.0\.0\/8/,
  }),
  replaced("numbers that are no address", ["192.168.200.0/24", "192.168.300.0/24"], {
    path: "spec.network.serviceRange.range",
    message: /no IPv4 range/,
    fix: /up to 255/,
  }),
  replaced(
    "a direct egress subnet that is too small",
    [
      `connector: { name: my-connector, ${connector}, machineType: f1-micro }`,
      "direct: { subnet: { range: 10.0.0.0/27 } }",
    ],
    {
      path: "spec.egress.direct.subnet.range",
      message: /\/26 or wider/,
      fix: /write 10\.0\.0\.0\/26/,
    },
  ),
  replaced("both ways into the VPC", ["    connector:", "    direct: {}\n    connector:"], {
    path: "spec.egress.direct",
    message: /beside connector/,
    fix: /remove connector or direct/,
    line: "direct: {}",
  }),
  replaced("a connector's name that is too long for its API", ["my-connector", "my-connector-of-this-environment"], {
    path: "spec.egress.connector.name",
    message: /1 to 25 lower-case letters/,
    fix: /write my-connector-of-this-envi$/,
  }),
  replaced("a connector that cannot grow", [connector, "minInstances: 3, maxInstances: 3"], {
    path: "spec.egress.connector.maxInstances",
    message: /more than minInstances \(3\)/,
    fix: /write 4 or more/,
  }),
  replaced("a service's name with capitals", ["service-alloyrun", "Service_Alloyrun"], {
    path: "spec.service.name",
    message: /lower-case/,
    fix: /write service-alloyrun/,
  }),
  replaced("an account's name that is too short", ["my-serviceaccount", "acct"], {
    path: "spec.identity.serviceAccount",
    message: /6 to 30/,
    fix: /write for example my-serviceaccount/,
  }),
  ...["hook", "hook-prod"].map((name) =>
    replaced(`an environment called ${name}`, ["metadata: { name: users }", `metadata: { name: ${name} }`], {
      path: "metadata.name",
      message: /passwords .* alloyrun-hook-/,
      fix: /not hook .* hook-/,
    }),
  ),
  replaced("a name that begins like the installation's own", ["service-alloyrun", "alloyrun-request"], {
    path: "spec.service.name",
    message: /alloyrun's own/,
    fix: /does not begin with alloyrun-/,
  }),
  replaced("a region that does not exist", ["asia-northeast1", "asia-northest1"], {
    path: "spec.region",
    message: /none of the known values/,
    fix: /did you mean asia-northeast1\?/,
  }),
  replaced("a zone of another region", [instance, "instance: { zone: us-east1-b }"], {
    path: "spec.database.instance.zone",
    message: /not a zone of asia-northeast1/,
    fix: /asia-northeast1-a/,
  }),
  replaced("a zone for two zones", [instance, "instance: { availability: REGIONAL, zone: asia-northeast1-b }"], {
    path: "spec.database.instance.zone",
    message: /ZONAL instance only/,
    fix: /remove zone/,
  }),
  replaced("a size that no machine has", [instance, "instance: { cpuCount: 3 }"], {
    path: "spec.database.instance.cpuCount",
    message: /must be one of 1, 2, 4/,
    fix: /did you mean 2\?/,
  }),
  replaced("a machine type of another size", [instance, "instance: { cpuCount: 4, machineType: n2-highmem-8 }"], {
    path: "spec.database.instance.cpuCount",
    message: /not the vCPUs of n2-highmem-8/,
    fix: /write 8/,
  }),
  replaced("one vCPU without its machine type", [instance, "instance: { cpuCount: 1 }"], {
    path: "spec.database.instance.cpuCount",
    message: /need a machineType/,
    fix: /c4a-highmem-1/,
  }),
  replaced("a version by its number", ["cluster: my-alloycls", "version: 16"], {
    path: "spec.database.version",
    message: /POSTGRES_16/,
    fix: /did you mean POSTGRES_16\?/,
  }),
  replaced("postgres as the application's login", ["user: app", "user: postgres"], {
    path: "spec.database.login.user",
    message: /not for applications/,
    fix: /such as app/,
  }),
  replaced("a user with IAM login", ["login: { user: app }", "login: { user: app, auth: iam }"], {
    path: "spec.database.login.user",
    message: /service's account/,
    fix: /remove user/,
  }),
  replaced("a database that is AlloyDB's", ["name: mydb", "name: postgres"], {
    path: "spec.database.name",
    message: /kept for AlloyDB/,
    fix: /another name/,
  }),
  replaced(
    "image and source both given",
    ["source: ./app", `source: ./app\n    image: r/app@sha256:${"a".repeat(64)}`],
    {
      path: "spec.service.image",
      message: /beside source/,
      fix: /remove image or source/,
      line: "image: r/app",
    },
  ),
  replaced("neither image nor source", ["    source: ./app\n", ""], {
    path: "spec.service",
    message: /no application/,
    fix: /add source: \.\/app/,
    line: "  service:",
  }),
  replaced("an image by tag", ["source: ./app", "image: r/app:latest"], {
    path: "spec.service.image",
    message: /by digest/,
    fix: /@sha256:/,
  }),
  replaced("PORT among the variables", ["public: true", 'env: { PORT: "80" }'], {
    path: "spec.service.env.PORT",
    message: /set by Cloud Run/,
    fix: /service\.port/,
  }),
  replaced("DB_PASS among the variables", ["public: true", "env: { DB_PASS: secret }"], {
    path: "spec.service.env.DB_PASS",
    message: /set by alloyrun/,
    fix: /remove it/,
  }),
  replaced("a variable with a hyphen", ["public: true", "env: { my-greeting: hi }"], {
    path: "spec.service.env.my-greeting",
    message: /variable's name/,
    fix: /for example to GREETING/,
  }),
  replaced(
    "a variable that is a secret too",
    ["public: true", "env: { KEY: a }\n    secrets: { KEY: { secret: key, version: 1 } }"],
    {
      path: "spec.service.env.KEY",
      message: /below secrets too/,
      fix: /one of the two/,
      line: "env: { KEY",
    },
  ),
  replaced(
    "the latest version of a secret",
    ["public: true", "secrets: { API_KEY: { secret: key, version: latest } }"],
    {
      path: "spec.service.secrets.API_KEY.version",
      message: /must be a (whole )?number, not the text "latest"/,
      fix: /write for example 3/,
    },
  ),
  replaced(
    "alloyrun's own secret",
    ["public: true", "secrets: { PW: { secret: alloyrun-users-admin-password, version: 1 } }"],
    {
      path: "spec.service.secrets.PW.secret",
      message: /alloyrun's own/,
      fix: /a secret of yours/,
    },
  ),
  replaced("the proxy's port", ["public: true", "port: 5432"], {
    path: "spec.service.port",
    message: /Auth Proxy/,
    fix: /write 8080/,
  }),
  replaced("more memory than the vCPU may have", ["public: true", "memory: 8Gi"], {
    path: "spec.service.memory",
    message: /more than 1 vCPU/,
    fix: /4096Mi/,
  }),
  replaced("fewer at most than at least", ["maxInstances: 10", "maxInstances: 1\n    minInstances: 2"], {
    path: "spec.service.maxInstances",
    message: /minInstances \(2\)/,
    fix: /write 2 or more/,
    line: "maxInstances: 1\n",
  }),
  replaced("invokers of a public service", ["public: true", "public: true\n    invokers: [ 'user:a@example.com' ]"], {
    path: "spec.service.invokers",
    message: /public/,
    fix: /remove invokers/,
    line: "invokers:",
  }),
  replaced("a schedule of four fields", withPolicy('{ rebuild: { schedule: "0 6 * *" } }'), {
    path: "spec.policy.rebuild.schedule",
    message: /five fields/,
    fix: /minute hour day/,
    line: "policy:",
  }),
  replaced("a schedule that is none", withPolicy('{ rebuild: { schedule: "0 25 * * *" } }'), {
    path: "spec.policy.rebuild.schedule",
    message: /is no schedule/,
    fix: /such as "0 6 \* \* 1-5"/,
    line: "policy:",
  }),
  ...["0 6 * * 1#2", "0 6 L * *", "0 6 15W * *", "0 6 ? * 1", "0 6 * * +1", "0 6 * mon *"].map((schedule) =>
    replaced(`a schedule of another dialect: ${schedule}`, withPolicy(`{ rebuild: { schedule: "${schedule}" } }`), {
      path: "spec.policy.rebuild.schedule",
      message: /is nothing that Cloud Scheduler knows/,
      fix: /such as/,
      line: "policy:",
    }),
  ),
  replaced(
    "a schedule that comes faster than it can be done",
    withPolicy('{ rebuild: { schedule: "*/5 * * * *", level: all } }'),
    {
      path: "spec.policy.rebuild.schedule",
      message: /comes again after 5 minutes; level all takes about 19/,
      fix: /less often/,
      line: "policy:",
    },
  ),
  replaced(
    "a schedule that comes too often on a day of a month",
    withPolicy('{ rebuild: { schedule: "0,50,55 6 15 * *", level: all } }'),
    {
      path: "spec.policy.rebuild.schedule",
      message: /comes again after 5 minutes; level all takes about 19/,
      fix: /less often/,
      line: "policy:",
    },
  ),
  replaced(
    "a time that leaves too little on some day",
    withPolicy('{ rebuild: { schedule: "0 1-7/3 * * sat", level: all, finishBy: "07:10" } }'),
    {
      path: "spec.policy.rebuild.finishBy",
      message: /leaves 10 minutes/,
      fix: /start earlier/,
      line: "policy:",
    },
  ),
  replaced("a time zone that is an offset", withPolicy('{ rebuild: { schedule: "0 6 * * *", timeZone: "+09:00" } }'), {
    path: "spec.policy.rebuild.timeZone",
    message: /no time zone/,
    fix: /such as Asia/,
    line: "policy:",
  }),
  replaced("a schedule that never comes", withPolicy('{ rebuild: { schedule: "0 6 30 2 *" } }'), {
    path: "spec.policy.rebuild.schedule",
    message: /never comes/,
    fix: /five fields/,
    line: "policy:",
  }),
  replaced("a time zone with a slip", withPolicy('{ rebuild: { schedule: "0 6 * * *", timeZone: Asia/Tokio } }'), {
    path: "spec.policy.rebuild.timeZone",
    message: /no time zone/,
    fix: /did you mean Asia\/Tokyo\?/,
    line: "policy:",
  }),
  replaced(
    "a rebuild that cannot be done in time",
    withPolicy('{ rebuild: { schedule: "0 6 * * *", level: all, finishBy: "06:10" } }'),
    {
      path: "spec.policy.rebuild.finishBy",
      message: /leaves 10 minutes/,
      fix: /start earlier/,
      line: "policy:",
    },
  ),
  replaced("approval of cost without a bound", withPolicy("{ approval: { when: [ cost ] } }"), {
    path: "spec.policy.approval.when",
    message: /without a costPerDay/,
    fix: /costPerDay: 50/,
    line: "policy:",
  }),
  replaced("a group as approver", withPolicy("{ approval: { approvers: [ 'group:team@example.com' ] } }"), {
    path: "spec.policy.approval.approvers[0]",
    message: /must be a person/,
    fix: /user:ann@example\.com/,
    line: "policy:",
  }),
  replaced("a webhook without TLS", withLines(`notify: { webhook: { url: "http://example.com/x", ${secretLine} } }`), {
    path: "spec.notify.webhook.url",
    message: /must be an https address/,
    fix: /https:\/\//,
    line: "notify:",
  }),
  replaced("a webhook at no address", withLines(`notify: { webhook: { url: "https://[x", ${secretLine} } }`), {
    path: "spec.notify.webhook.url",
    message: /is no address/,
    fix: /https:\/\//,
    line: "notify:",
  }),
  replaced(
    "another's secret for a webhook",
    withLines(`notify: { webhook: { url: "https://example.com", secret: { secret: api-key, version: 1 } } }`),
    { path: "spec.notify.webhook.secret.secret", message: /alloyrun-hook-/, fix: /alloyrun-hook-/, line: "notify:" },
  ),
  replaced(
    "a database's password for a webhook",
    withLines(
      `notify: { webhook: { url: "https://example.com", secret: { secret: alloyrun-hook-a-application-password, version: 1 } } }`,
    ),
    { path: "spec.notify.webhook.secret.secret", message: /passwords/, fix: /another ending/, line: "notify:" },
  ),
  replaced(
    "a database's password for tickets",
    withLines(
      "tickets: [ { name: open, secret: { secret: alloyrun-hook-admin-password, version: 1 }, key: /n, values: { action: up } } ]",
    ),
    { path: "spec.tickets[0].secret.secret", message: /passwords/, fix: /another ending/, line: "tickets:" },
  ),
  replaced("tickets that ask for nothing", ticketWith("values: {}"), {
    path: "spec.tickets[0]",
    message: /does not say what tickets ask for/,
    fix: /action: up/,
    line: "tickets:",
  }),
  replaced("a level of what is no rebuild", ticketWith("values: { action: up, level: data }"), {
    path: "spec.tickets[0].values.level",
    message: /only for action rebuild/,
    fix: /remove it/,
    line: "tickets:",
  }),
  replaced("a fixed value that is a field too", ticketWith("fields: { action: /a }, values: { action: up }"), {
    path: "spec.tickets[0].values.action",
    message: /below fields too/,
    fix: /one of the two/,
    line: "tickets:",
  }),
  replaced(
    "two ticket webhooks of one name",
    withLines(
      `tickets: [ ${[1, 2].map(() => `{ name: a, ${secretLine}, key: /n, values: { action: up } }`).join(", ")} ]`,
    ),
    { path: "spec.tickets[1].name", message: /is taken/, fix: /of its own/, line: "tickets:" },
  ),
  replaced(
    "tickets of nobody where somebody must approve",
    withLines(
      "policy: { approval: { when: [ always ] } }",
      `tickets: [ { name: open, ${secretLine}, key: /n, values: { action: up } } ]`,
    ),
    { path: "spec.tickets[0]", message: /does not say who asks/, fix: /requestedBy/, line: "tickets:" },
  ),
  replaced("a pointer that is none", ticketWith("fields: { reason: why }, values: { action: up }"), {
    path: "spec.tickets[0].fields.reason",
    message: /JSON pointer/,
    fix: /short_description/,
    line: "tickets:",
  }),
  replaced(
    "a ticket's expiry of what is protected",
    withLines(
      "policy: { protect: true }",
      `tickets: [ { name: open, ${secretLine}, key: /n, values: { action: up, timeToLive: 72h } } ]`,
    ),
    {
      path: "spec.tickets[0].values.timeToLive",
      message: /protect/,
      fix: /protect: false/,
      line: "tickets:",
    },
  ),
  replaced("a ticket's expiry before it is up", ticketWith("values: { action: up, timeToLive: 1s }"), {
    path: "spec.tickets[0].values.timeToLive",
    message: /shorter/,
    fix: /1h/,
    line: "tickets:",
  }),
  replaced("an expiry of what is protected", withPolicy("{ timeToLive: 72h, protect: true }"), {
    path: "spec.policy.timeToLive",
    message: /protect/,
    fix: /protect: false/,
    line: "policy:",
  }),
  ...["0h", "100000h", "999999h"].map((given) =>
    replaced(`a duration of ${given}`, withPolicy(`{ timeToLive: ${given} }`), {
      path: "spec.policy.timeToLive",
      message: /from 1 to 99999 with s, m, h or d/,
      fix: /72h/,
      line: "policy:",
    }),
  ),
  replaced("a duration without a unit", withPolicy("{ timeToLive: '72' }"), {
    path: "spec.policy.timeToLive",
    message: /s, m, h or d/,
    fix: /72h/,
    line: "policy:",
  }),
  replaced(
    "name and existing both given",
    ["    name: my-vpc\n", "    name: my-vpc\n    existing: projects/host-project/global/networks/shared\n"],
    {
      path: "spec.network.existing",
      message: /beside name/,
      fix: /remove name or existing/,
      line: "existing:",
    },
  ),
  replaced(
    "a label that alloyrun writes",
    ["{ name: users }", "{ name: users, labels: { alloyrun-environment: x } }"],
    {
      path: "metadata.labels.alloyrun-environment",
      message: /written by alloyrun/,
      fix: /remove it/,
    },
  ),
  {
    name: "a missing key",
    text: smallestText.replace("  region: asia-northeast1\n", ""),
    line: 4,
    path: "spec.region",
    message: /is missing/,
    fix: /add region: asia-northeast1/,
  },
  {
    name: "an existing network without its subnet's name",
    text: smallestText.replace(
      "  database:",
      "  network: { existing: projects/host-project/global/networks/shared }\n  database:",
    ),
    line: 7,
    path: "spec.network.subnet",
    message: /must name the connector's own/,
    fix: /write its name/,
  },
  {
    name: "another version of the format",
    text: edit("alloyrun/v1", "alloyrun/v2"),
    line: 1,
    path: "apiVersion",
    message: /must be alloyrun\/v1/,
    fix: /write alloyrun\/v1/,
  },
  {
    name: "tabs as indentation",
    text: edit("  project:", "\tproject:"),
    line: 5,
    path: "",
    message: /a tab indents/,
    fix: /spaces/,
  },
  {
    name: "a key given twice",
    text: edit("  region:", "  project: other-project\n  region:"),
    line: 6,
    path: "",
    message: /given twice/,
    fix: /remove the other/,
  },
  {
    name: "a bracket never closed",
    text: edit("machineType: f1-micro }", "machineType: f1-micro"),
    line: 13,
    path: "",
    message: /\w/,
    fix: /close/,
  },
  {
    name: "a second document",
    text: `${exampleText}---\na: 1\n`,
    line: exampleText.split("\n").length,
    path: "",
    message: /second document/,
    fix: /one file/,
  },
  {
    name: "an unknown alias",
    text: edit("my-vpc", "*net"),
    line: "*net",
    path: "",
    message: /no anchor &net/,
    fix: /define the anchor/,
  },
  replaced(
    "two subnets of one name",
    [/connector:.*/.exec(exampleText)?.[0] ?? "", "direct: { subnet: { name: my-subnet, range: 10.0.0.0/26 } }"],
    { path: "spec.egress.direct.subnet.name", message: /two subnets/, fix: /a name of its own/ },
  ),
  replaced("a flag that the login sets", [instance, 'instance: { flags: { alloydb.iam_authentication: "off" } }'], {
    path: "spec.database.instance.flags.alloydb.iam_authentication",
    message: /login\.auth/,
    fix: /remove it/,
  }),
  replaced("two instances of one name", ["name: mydb", "name: mydb\n    readPool: { name: my-alloyins }"], {
    path: "spec.database.readPool.name",
    message: /two instances/,
    fix: /another name/,
    line: "readPool:",
  }),
  replaced("a database called like a rebuilt one", ["name: mydb", "name: mydb_g2"], {
    path: "spec.database.name",
    message: /rebuilt databases/,
    fix: /another name/,
  }),
  replaced("a seed longer than a job may run", ["directory: ./seed", "directory: ./seed, timeout: 25h"], {
    path: "spec.database.seed.timeout",
    message: /than a job may run/,
    fix: /24h or less/,
  }),
  replaced("a request longer than Cloud Run allows", ["public: true", "timeout: 2h"], {
    path: "spec.service.timeout",
    message: /than a request may take/,
    fix: /1h or less/,
  }),
  replaced("too little memory", ["public: true", "memory: 256Mi"], {
    path: "spec.service.memory",
    message: /too little/,
    fix: /512Mi or more/,
  }),
  replaced("too little memory for four vCPUs", ["public: true", "cpu: 4"], {
    path: "spec.service.memory",
    message: /too little for 4 vCPU/,
    fix: /2048Mi or more/,
    line: "  service:",
  }),
  replaced("a variable's value that is too long", ["public: true", `env: { A: ${"x".repeat(33_000)} }`], {
    path: "spec.service.env.A",
    message: /32768 bytes/,
    fix: /bucket/,
  }),
  replaced(
    "a secret under a variable of Cloud Run's",
    ["public: true", "secrets: { K_SERVICE: { secret: key, version: 1 } }"],
    { path: "spec.service.secrets.K_SERVICE", message: /set by Cloud Run/, fix: /remove it/ },
  ),
  replaced("a bound on cost that nothing asks for", withPolicy("{ approval: { costPerDay: 5 } }"), {
    path: "spec.policy.approval.costPerDay",
    message: /means nothing/,
    fix: /add cost to when/,
    line: "policy:",
  }),
  replaced("an approval waited for too long", withPolicy("{ approval: { timeout: 400d } }"), {
    path: "spec.policy.approval.timeout",
    message: /longer than an execution/,
    fix: /365d/,
    line: "policy:",
  }),
  replaced("an expiry before it is up", withPolicy("{ timeToLive: 5m }"), {
    path: "spec.policy.timeToLive",
    message: /shorter than/,
    fix: /1h or more/,
    line: "policy:",
  }),
  replaced("a rebuild that loses protected data", withPolicy('{ protect: true, rebuild: { schedule: "0 6 * * *" } }'), {
    path: "spec.policy.rebuild.level",
    message: /protect/,
    fix: /level: app/,
    line: "policy:",
  }),
  replaced(
    "far too many labels",
    [
      "{ name: users }",
      `{ name: users, labels: { ${Array.from({ length: 61 }, (_, index) => `l${index}: a`).join(", ")} } }`,
    ],
    { path: "metadata.labels", message: /more labels/, fix: /60 or fewer/ },
  ),
  replaced("an account that is the installation's", ["my-serviceaccount", "alloyrun-cluster"], {
    path: "spec.identity.serviceAccount",
    message: /alloyrun's own/,
    fix: /alloyrun-/,
  }),
  {
    name: "an existing network's range without its name",
    text: smallestText.replace(
      "  database:",
      "  network: { existing: projects/host-project/global/networks/shared, subnet: { name: a }, serviceRange: { range: 10.0.0.0/16 } }\n  database:",
    ),
    line: 7,
    path: "spec.network.serviceRange",
    message: /name the range/,
    fix: /remove serviceRange/,
  },
  {
    name: "direct egress in an existing network without its subnet's name",
    text: smallestText.replace(
      "  database:",
      "  network: { existing: projects/host-project/global/networks/shared }\n  egress: { direct: {} }\n  database:",
    ),
    line: 8,
    path: "spec.egress.direct.subnet",
    message: /must name the subnet/,
    fix: /write its name/,
  },
  {
    name: "a mapping as a key",
    text: edit("project:", "? { a: b }\n  :"),
    line: 5,
    path: "",
    message: /key is no plain text/,
    fix: /a word and a colon/,
  },
  {
    name: "very many aliases",
    text: `a: &a 1\nb: [${"*a, ".repeat(5000)}]\n`,
    line: 1,
    path: "",
    message: /anchors too often/,
    fix: /values themselves/,
  },
  { name: "a tag", text: edit("my-vpc", "!vpc my-vpc"), line: "!vpc", path: "", message: /tag/, fix: /remove the tag/ },
  { name: "an empty file", text: "", line: 1, path: "", message: /is empty/, fix: /apiVersion/ },
  { name: "nothing but a comment", text: "# later\n", line: 1, path: "", message: /is empty/, fix: /apiVersion/ },
  {
    name: "a list",
    text: "- apiVersion: alloyrun/v1\n",
    line: 1,
    path: "",
    message: /must be a mapping/,
    fix: /apiVersion/,
  },
  { name: "a NUL", text: "apiVersion: \0", line: 1, path: "", message: /not a text file/, fix: /UTF-8/ },
  {
    name: "brackets without end",
    text: "[".repeat(50_000),
    line: 1,
    path: "",
    message: /nested too deeply/,
    fix: /few levels/,
  },
  {
    name: "a file far too large",
    text: `# ${"x".repeat(300_000)}`,
    line: 1,
    path: "",
    message: /larger than 64 KiB/,
    fix: /environment\.yaml/,
  },
  {
    name: "anchors that multiply",
    text: `${["a: &a [x,x,x,x,x,x,x,x,x,x]", "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]", "c: &c [*b,*b,*b,*b,*b,*b,*b]", "d: [*c,*c,*c,*c]"].join("\n")}\n`,
    line: 1,
    path: "",
    message: /anchors too often/,
    fix: /values themselves/,
  },
  {
    name: "no seed folder",
    text: exampleText,
    folders: { "./app": { a: "" } },
    line: "directory: ./seed",
    path: "spec.database.seed.directory",
    message: /no folder \.\/seed/,
    fix: /\.sql files/,
  },
  {
    name: "a seed folder without SQL",
    text: exampleText,
    folders: { ...exampleFolders, "./seed": { "README.md": "" } },
    line: "directory: ./seed",
    path: "spec.database.seed.directory",
    message: /no \.sql file/,
    fix: /\.sql files/,
  },
  {
    name: "no source folder",
    text: exampleText,
    folders: { "./seed": exampleFolders["./seed"] ?? {} },
    line: "source: ./app",
    path: "spec.service.source",
    message: /no folder \.\/app/,
    fix: /relative to this file/,
  },
  {
    name: "an empty source folder",
    text: exampleText,
    folders: { ...exampleFolders, "./app": {} },
    line: "source: ./app",
    path: "spec.service.source",
    message: /empty folder/,
    fix: /application's folder/,
  },
  {
    name: "seed files whose numbers do not sort",
    text: exampleText,
    folders: { ...exampleFolders, "./seed": { "2_a.sql": "SELECT 1;", "10_b.sql": "SELECT 1;" } },
    line: "directory: ./seed",
    path: "spec.database.seed.directory",
    message: /10_b\.sql would be applied before 2_a\.sql/,
    fix: /equally many digits/,
  },
];
