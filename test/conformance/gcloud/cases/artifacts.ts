import { expect } from "@jest/globals";
import type { Scenario } from "../case.ts";

const location = "--location=asia-northeast1";
const path = "asia-northeast1-docker.pkg.dev/{project}/my-repo";
const builder = "serviceAccount:{number}-compute@developer.gserviceaccount.com";
const api = "artifactregistry.googleapis.com/v1/projects/{project}/locations/asia-northeast1";
const manifest = '{"name":"app","version":"1.0.0","scripts":{"start":"node index.js"}}';

/** Images: where they lie, how they are built, and how they are looked after. */
export const artifactScenario: Scenario = {
  project: "gcloud-artifacts",
  cases: [
    {
      run: `artifacts repositories create my-repo --repository-format=docker ${location}`,
      stderr: /Created repository \[my-repo\]/,
      wire: [
        `POST ${api}/repositories?repositoryId=my-repo`,
        `GET ${api}/operations/OP`,
        `GET ${api}/repositories/my-repo`,
      ],
    },
    { run: `artifacts repositories update my-repo ${location} --update-labels=team=data --description=ours` },
    {
      run: `artifacts repositories describe my-repo ${location}`,
      json: { format: "DOCKER", labels: { team: "data" }, description: "ours" },
    },
    { run: "artifacts repositories list", json: [{ format: "DOCKER" }] },
    { run: `projects add-iam-policy-binding {project} --member=${builder} --role=roles/storage.objectViewer` },
    { run: `projects add-iam-policy-binding {project} --member=${builder} --role=roles/logging.logWriter` },
    {
      run: `artifacts repositories add-iam-policy-binding my-repo ${location} --member=${builder} --role=roles/artifactregistry.writer`,
      json: { bindings: [{ members: [builder] }] },
    },
    {
      run: `builds submit {folder}/app --pack image=${path}/app`,
      after: 300,
      files: { "app/package.json": manifest, "app/index.js": "require('node:http').createServer().listen(8080);\n" },
      stdout: /REMOTE BUILD OUTPUT[\s\S]*Pushing[\s\S]*SUCCESS/,
    },
    { run: "builds list", json: [{ status: "SUCCESS", images: [`${path}/app`] }] },
    {
      run: `artifacts docker images list ${path} --include-tags`,
      json: [{ package: `${path}/app`, tags: ["latest"] }],
    },
    {
      run: `artifacts docker images describe ${path}/app:latest`,
      json: { image_summary: { digest: expect.stringMatching(/^sha256:/) } },
    },
    { run: `artifacts docker tags add ${path}/app:latest ${path}/app:v1` },
    { run: `artifacts docker tags list ${path}/app --sort-by=tag`, stdout: /latest[\s\S]*v1/ },
    { run: `artifacts docker tags delete ${path}/app:v1` },
    { run: `artifacts packages list --repository=my-repo ${location}`, stdout: /app/ },
    { run: `artifacts versions list --package=app --repository=my-repo ${location}`, stdout: /sha256:/ },
    { run: `artifacts docker images delete ${path}/app --delete-tags`, stderr: /Delete request issued/ },
    { run: `artifacts docker images list ${path}`, json: [] },
    {
      run: `artifacts repositories delete my-repo ${location}`,
      wire: [`DELETE ${api}/repositories/my-repo`, `GET ${api}/operations/OP`],
    },
    { run: `artifacts repositories describe my-repo ${location}`, exit: 1, stderr: /NOT_FOUND/ },
  ],
};
