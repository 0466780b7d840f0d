import { type Api, handlers } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { ApiError } from "../../../local/error.ts";
import type { Secret, SecretManagerMethods } from "../../../local/model/generated/secret-manager.ts";
import { policyMethods } from "../../../local/policy.ts";

const service = "google.cloud.secretmanager.v1.SecretManagerService";

/** A Secret Manager that knows secrets only, small enough to show what the core adds. */
export function createToySecrets(cloud: Cloud): Api {
  const host = "secretmanager.googleapis.com";
  const secrets = cloud.store.collection<Secret>("toy.secrets");
  const find = (name: string): Secret => {
    const found = secrets.get(name);
    if (!found) throw new ApiError({ code: "NOT_FOUND", message: `Secret [${name}] not found.` });
    return found;
  };
  const policies = policyMethods(cloud, (resource) => `//${host}/${find(resource).name}`);
  return {
    host,
    permissions: {
      [`${service}.CreateSecret`]: [{ permission: "secretmanager.secrets.create", resource: "{parent}" }],
      [`${service}.GetSecret`]: [{ permission: "secretmanager.secrets.get", resource: "{name}" }],
      [`${service}.UpdateSecret`]: [{ permission: "secretmanager.secrets.update", resource: "{secret.name}" }],
      [`${service}.AddSecretVersion`]: [{ permission: "secretmanager.versions.add", resource: "{parent}" }],
      [`${service}.SetIamPolicy`]: [{ permission: "secretmanager.secrets.setIamPolicy", resource: "{resource}" }],
      [`${service}.*`]: { open: "not part of the toy" },
    },
    methods: handlers<SecretManagerMethods>({
      "google.cloud.secretmanager.v1.SecretManagerService.CreateSecret": ({ parent, secretId, secret }) => {
        const name = `${parent}/secrets/${secretId}`;
        if (secrets.get(name))
          throw new ApiError({ code: "ALREADY_EXISTS", message: `Secret [${name}] already exists.` });
        return secrets.put(name, { ...secret, name, createTime: cloud.clock.timestamp() });
      },
      "google.cloud.secretmanager.v1.SecretManagerService.GetSecret": ({ name = "" }) => find(name),
      "google.cloud.secretmanager.v1.SecretManagerService.UpdateSecret": ({ secret }) =>
        secrets.put(secret?.name ?? "", { ...find(secret?.name ?? ""), ...secret }),
      // Answers the version with what it must not show, for the core to take out.
      "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion": ({ parent }) => ({
        name: `${parent}/versions/1`,
        state: "ENABLED",
      }),
      "google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy": (request) => policies.set(request),
    }),
  };
}
