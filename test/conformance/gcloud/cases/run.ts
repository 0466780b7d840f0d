import { expect } from "@jest/globals";
import { answering } from "../../../support/push-image.ts";
import type { Scenario } from "../case.ts";

const region = "asia-northeast1";
const flag = `--region=${region}`;
const knative = `${region}-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/{project}`;
const jobsApi = `${region}-run.googleapis.com/apis/run.googleapis.com/v1/namespaces`;
const global = `run.googleapis.com/v1/projects/{project}/locations/${region}`;
const wait = `POST ${region}-run.googleapis.com/v1/projects/{project}/locations/${region}/operations/OP:wait`;
const enabled = "GET serviceusage.googleapis.com/v1/projects/{project}/services/run.googleapis.com";

/** The article's service, with a container that listens in the Auth Proxy's place. */
const serviceYaml = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: service-alloyrun
  annotations:
    run.googleapis.com/ingress: all
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/maxScale: "10"
        run.googleapis.com/execution-environment: gen1
        run.googleapis.com/container-dependencies: '{"app":["proxy"]}'
    spec:
      serviceAccountName: my-serviceaccount@{project}.iam.gserviceaccount.com
      containers:
      - name: app
        image: {app}
        ports:
        - containerPort: 8080
        env:
        - name: DB_NAME
          value: mydb
      - name: proxy
        image: {proxy}
        args:
        - --port=5432
        startupProbe:
          initialDelaySeconds: 0
          timeoutSeconds: 1
          periodSeconds: 3
          failureThreshold: 10
          tcpSocket:
            port: 5432
`;

/** The same with a field that no service has. */
const misspelled = serviceYaml.replace("maxScale", "maxScales");

const proxy = `
  import { createServer } from "node:net";
  createServer((socket) => socket.end()).listen(5432, "0.0.0.0");`;

/** Cloud Run's services, as the article deploys them and as they are looked after. */
export const serviceScenario: Scenario = {
  project: "gcloud-run-services",
  images: { app: answering("app"), other: `${answering("other")} console.log("is up");`, proxy },
  cases: [
    { run: "services enable run.googleapis.com" },
    { run: "iam service-accounts create my-serviceaccount" },
    {
      run: `run services replace {folder}/misspelled.yaml ${flag}`,
      files: { "misspelled.yaml": misspelled },
      exit: 1,
      stderr: /Annotation 'autoscaling\.knative\.dev\/maxScales' is not supported on resources of kind 'Revision'/,
    },
    {
      run: `run services replace {folder}/service.yaml ${flag}`,
      files: { "service.yaml": serviceYaml },
      stderr: /New configuration has been applied to service \[?.*service-alloyrun/,
      wire: [`GET ${knative}/services/service-alloyrun`, `POST ${knative}/services`, wait],
    },
    {
      run: `run services replace {folder}/service.yaml ${flag}`,
      json: {
        metadata: { generation: 1 },
        status: { latestReadyRevisionName: expect.stringMatching(/^service-alloyrun-00001-/) },
      },
      wire: [`GET ${knative}/services/service-alloyrun`, `PUT ${knative}/services/service-alloyrun`, wait],
    },
    {
      run: `run services describe service-alloyrun ${flag}`,
      json: {
        metadata: {
          namespace: "{number}",
          labels: { "cloud.googleapis.com/location": region },
          annotations: { "run.googleapis.com/ingress": "all", "run.googleapis.com/ingress-status": "all" },
        },
        spec: {
          template: {
            metadata: {
              annotations: {
                "autoscaling.knative.dev/maxScale": "10",
                "run.googleapis.com/execution-environment": "gen1",
                "run.googleapis.com/container-dependencies": '{"app":["proxy"]}',
              },
            },
            spec: {
              containers: [
                { name: "app", ports: [{ containerPort: 8080 }], env: [{ name: "DB_NAME", value: "mydb" }] },
                { name: "proxy", args: ["--port=5432"], startupProbe: { periodSeconds: 3, tcpSocket: { port: 5432 } } },
              ],
            },
          },
        },
        status: {
          observedGeneration: 1,
          conditions: [
            { type: "Ready", status: "True" },
            { type: "ConfigurationsReady", status: "True" },
            { type: "RoutesReady", status: "True" },
          ],
          traffic: [{ percent: 100, latestRevision: true }],
        },
      },
    },
    {
      run: `run services add-iam-policy-binding service-alloyrun ${flag} --member=allUsers --role=roles/run.invoker`,
      json: { bindings: [{ role: "roles/run.invoker", members: ["allUsers"] }] },
      wire: [
        `GET ${global}/services/service-alloyrun:getIamPolicy?options.requestedPolicyVersion=3`,
        `POST ${global}/services/service-alloyrun:setIamPolicy`,
      ],
    },
    {
      run: `run services get-iam-policy service-alloyrun ${flag}`,
      json: { bindings: [{ role: "roles/run.invoker", members: ["allUsers"] }] },
    },
    {
      run: `run services remove-iam-policy-binding service-alloyrun ${flag} --member=allUsers --role=roles/run.invoker`,
      json: { etag: expect.stringMatching(/./) },
    },
    {
      run: `run deploy web --image={app} ${flag} --allow-unauthenticated --max-instances=3 --set-env-vars=A=1`,
      stderr: /revision \[.*web-00001-.*\] has been deployed and is serving .*100.* percent of traffic/,
      wire: [
        enabled,
        `GET ${knative}/services/web`,
        `POST ${knative}/services`,
        `GET ${global}/services/web:getIamPolicy`,
        `POST ${global}/services/web:setIamPolicy`,
        wait,
      ],
    },
    { run: "secrets create api-key --data-file={folder}/key", files: { key: "secret" } },
    {
      run: "secrets add-iam-policy-binding api-key --member=serviceAccount:my-serviceaccount@{project}.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor",
    },
    {
      after: 600,
      run: `run deploy web --image={other} ${flag} --no-traffic --tag=next --service-account=my-serviceaccount@{project}.iam.gserviceaccount.com --set-secrets=KEY=api-key:1`,
      stderr: /is serving .*0.* percent of traffic[\s\S]*https:\/\/next---web-/,
    },
    {
      run: `run services describe web ${flag}`,
      json: {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  env: [
                    { name: "A", value: "1" },
                    { name: "KEY", valueFrom: { secretKeyRef: { name: "api-key", key: "1" } } },
                  ],
                },
              ],
            },
          },
          traffic: [
            { percent: 100, revisionName: expect.stringMatching(/^web-00001-/) },
            { tag: "next", revisionName: expect.stringMatching(/^web-00002-/) },
          ],
        },
      },
    },
    {
      run: `run services update-traffic web ${flag} --to-tags=next=20`,
      json: [
        { displayPercent: "80%", revisionName: expect.stringMatching(/^web-00001-/) },
        { displayPercent: "20%", revisionName: expect.stringMatching(/^web-00002-/) },
      ],
    },
    { run: `run services update-traffic web ${flag} --to-latest`, stderr: /Routing traffic/ },
    {
      run: `run services update web ${flag} --update-env-vars=B=2 --memory=1Gi --concurrency=20 --timeout=60`,
      stderr: /Service \[.*web.*\] revision \[.*web-\d{5}-[a-z]{3}.*\] has been deployed/,
    },
    {
      run: `run services list ${flag}`,
      json: [{ metadata: { name: "service-alloyrun" } }, { metadata: { name: "web" } }],
      wire: [`GET ${knative}/services`],
    },
    {
      run: "run services list",
      json: [{ metadata: { name: "service-alloyrun" } }, { metadata: { name: "web" } }],
      wire: ["GET run.googleapis.com/v1/projects/{project}/locations/-/services"],
    },
    {
      run: `run revisions list --service=web ${flag} --sort-by=metadata.name`,
      json: ["web-00001-", "web-00002-", "web-\\d{5}-"].map((name) => ({
        metadata: {
          name: expect.stringMatching(new RegExp(`^${name}`)),
          labels: { "serving.knative.dev/service": "web" },
        },
      })),
      wire: [`GET ${knative}/revisions?labelSelector=serving.knative.dev%2Fservice+%3D+web`],
    },
    { run: `run services logs read web ${flag}`, stdout: /is up/ },
    {
      run: `run deploy tuned --image={app} ${flag} --no-allow-unauthenticated --no-cpu-throttling --session-affinity --min=1 --min-instances=1 --max-instances=5 --labels=a=b --description=words --ingress=internal --set-custom-audiences=https://x.example --startup-probe=httpGet.path=/,periodSeconds=3,failureThreshold=10 --add-volume=name=scratch,type=in-memory,size-limit=10Mi --add-volume-mount=volume=scratch,mount-path=/scratch`,
    },
    {
      run: `run services describe tuned ${flag}`,
      json: {
        metadata: {
          labels: { a: "b" },
          annotations: {
            "run.googleapis.com/minScale": "1",
            "run.googleapis.com/description": "words",
            "run.googleapis.com/ingress": "internal",
            "run.googleapis.com/custom-audiences": '["https://x.example"]',
          },
        },
        spec: {
          template: {
            metadata: {
              annotations: {
                "autoscaling.knative.dev/minScale": "1",
                "autoscaling.knative.dev/maxScale": "5",
                "run.googleapis.com/cpu-throttling": expect.stringMatching(/^false$/i),
                "run.googleapis.com/sessionAffinity": "true",
              },
            },
            spec: {
              containers: [
                {
                  startupProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 3 },
                  volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
                },
              ],
              volumes: [{ name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "10Mi" } }],
            },
          },
        },
      },
    },
    {
      run: `run deploy lost --image={app} --region=nowhere-west1 --no-allow-unauthenticated`,
      exit: 1,
      stderr: /The provided region was invalid/,
    },
    {
      run: `run deploy broken --image=${region}-docker.pkg.dev/{project}/apps/absent ${flag} --no-allow-unauthenticated`,
      exit: 1,
      stderr: /Revision 'broken-00001-[a-z]{3}' is not ready and cannot serve traffic\. Image '.*absent' not found/,
    },
    { run: `run services delete broken ${flag}` },
    {
      run: `run services delete web ${flag}`,
      stderr: /Deleted service \[web\]/,
      wire: [`DELETE ${knative}/services/web`, `GET ${knative}/services/web`],
    },
    { run: `run services describe web ${flag}`, exit: 1, stderr: /Cannot find service \[web\]/ },
  ],
};

const task = `
  console.log("did", process.env.A);
  if (process.env.A === "fails") process.exit(3);
  if (process.env.A === "hangs") setInterval(() => undefined, 1000);`;

const jobYaml = `apiVersion: run.googleapis.com/v1
kind: Job
metadata:
  name: replaced
spec:
  template:
    spec:
      taskCount: 1
      template:
        spec:
          maxRetries: 1
          containers:
          - image: {task}
`;

/** Cloud Run's jobs. */
export const jobScenario: Scenario = {
  project: "gcloud-run-jobs",
  images: { task },
  cases: [
    {
      run: `run jobs create seed --image={task} ${flag} --set-env-vars=A=b --tasks=2 --max-retries=0 --task-timeout=5m`,
      stderr: /Job \[.*seed.*\] has successfully been created/,
      wire: [`POST ${jobsApi}/{project}/jobs`, `GET ${jobsApi}/{project}/jobs/seed`],
    },
    {
      run: `run jobs describe seed ${flag}`,
      json: {
        metadata: { namespace: "{number}" },
        spec: {
          template: {
            spec: {
              taskCount: 2,
              template: {
                spec: { maxRetries: 0, timeoutSeconds: "300", containers: [{ env: [{ name: "A", value: "b" }] }] },
              },
            },
          },
        },
        status: { conditions: [{ type: "Ready", status: "True" }] },
      },
    },
    {
      run: `run jobs replace {folder}/job.yaml ${flag}`,
      files: { "job.yaml": jobYaml },
      stderr: /Job \[.*replaced.*\] has been successfully created/,
    },
    { run: `run jobs replace {folder}/job.yaml ${flag}`, json: { metadata: { generation: 1 } } },
    { run: `run jobs delete replaced ${flag}` },
    { run: `run jobs list ${flag}`, json: [{ metadata: { name: "seed" } }] },
    { run: "run jobs list", json: [{ metadata: { name: "seed" } }] },
    {
      run: `run jobs execute seed ${flag} --wait`,
      json: {
        metadata: { namespace: "{number}" },
        status: {
          succeededCount: 2,
          conditions: expect.arrayContaining([expect.objectContaining({ type: "Completed", status: "True" })]),
        },
      },
    },
    {
      run: `run jobs executions list --job=seed ${flag}`,
      json: [{ metadata: { labels: { "run.googleapis.com/job": "seed" } }, status: { succeededCount: 2 } }],
      wire: [`GET ${jobsApi}/{project}/executions?labelSelector=run.googleapis.com%2Fjob+%3D+seed&limit=100`],
    },
    { run: `run jobs logs read seed ${flag}`, stdout: /did b/ },
    {
      run: `run jobs update seed ${flag} --update-env-vars=A=fails`,
      stderr: /Job \[.*seed.*\] has successfully been updated/,
    },
    { run: `run jobs execute seed ${flag} --wait`, exit: 1, stderr: /The execution failed/ },
    {
      run: `run jobs execute seed ${flag} --wait --update-env-vars=A=c --tasks=1`,
      json: { status: { succeededCount: 1 } },
    },
    {
      run: `run jobs deploy kept --image={task} ${flag} --set-env-vars=A=hangs`,
      stderr: /Job \[.*kept.*\] has successfully been deployed/,
    },
    { run: `run jobs execute kept ${flag} --async`, stderr: /Execution \[.*kept-.*\] is being started/ },
    { run: `run jobs execute kept ${flag}`, stderr: /Execution \[.*kept-.*\] has successfully started running/ },
    {
      run: `run jobs executions list --job=kept ${flag}`,
      json: [{ status: { runningCount: 1 } }, { status: { runningCount: 1 } }],
    },
    {
      run: `run jobs add-iam-policy-binding seed ${flag} --member=user:a@example.com --role=roles/run.invoker`,
      json: { bindings: [{ members: ["user:a@example.com"] }] },
    },
    { run: `run jobs delete kept ${flag}`, stderr: /Deleted job \[kept\]/ },
    { run: `run jobs describe kept ${flag}`, exit: 1, stderr: /Cannot find job \[kept\]/ },
  ],
};
