import { createPublicKey } from "node:crypto";
import type { Call, TypedHandlers } from "../api.ts";
import { unreachableAddress } from "../fabric.ts";
import type { AlloyDbMethods, ConnectionInfo, Instance } from "../model/generated/alloydb.ts";
import { getCluster } from "./clusters.ts";
import { clientNames } from "./connector-server.ts";
import type { Context } from "./context.ts";
import { getInstance } from "./instances.ts";
import { clusterOf, invalid, unready } from "./names.ts";

const daySeconds = 24 * 3600;

/** The two methods that connectors and the Auth Proxy call. */
export function connectorMethods(context: Context) {
  const { fleet } = context;
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.GetConnectionInfo": ({ parent = "" }, call): ConnectionInfo => {
      const { resource } = getInstance(context, parent);
      const ipAddress = reachableAddress(context, call, resource);
      return { name: `${parent}/connectionInfo`, ipAddress, instanceUid: resource.uid };
    },
    "google.cloud.alloydb.v1.AlloyDBAdmin.GenerateClientCertificate": async (request) => {
      const { parent = "", publicKey = "", certDuration, useMetadataExchange } = request;
      getCluster(context, parent);
      checkPublicKey(publicKey);
      const durationSeconds = certDuration === undefined ? daySeconds : Number.parseFloat(certDuration);
      if (!(durationSeconds >= 1 && durationSeconds <= daySeconds)) {
        throw invalid(`cert_duration ${certDuration} must be between 1 second and 24 hours`);
      }
      const { root, clients } = await fleet.authorities(parent);
      const leaf = await clients.certifyClient({
        publicKey,
        commonName: useMetadataExchange ? clientNames.exchange : clientNames.direct,
        durationSeconds,
      });
      return { caCert: root.certificate, pemCertificateChain: [leaf, clients.certificate, root.certificate] };
    },
  } satisfies TypedHandlers<AlloyDbMethods>;
}

/**
 * Where the caller finds an instance: a workload by its network, where it may find nobody; whoever else calls is on this
 * machine and gets the loopback address.
 */
function reachableAddress(
  { cloud, fleet, records }: Context,
  { workload }: Call,
  { name = "", ipAddress }: Instance,
): string {
  const loopback = fleet.loopback(name);
  if (!ipAddress || loopback === undefined) throw unready(`instance ${name} has no address yet`);
  const caller = workload === undefined ? undefined : cloud.fabric.workload(workload);
  if (!caller) return loopback;
  const isAttached = caller.network === records.clusters.get(clusterOf(name))?.network;
  const found = cloud.fabric.translation(caller.network).find(({ privateAddress }) => privateAddress === ipAddress);
  return isAttached && found ? found.loopback : unreachableAddress;
}

function checkPublicKey(pem: string): void {
  if (!isCertifiable(pem)) throw invalid("public_key must be a public key in PEM: RSA, or ECDSA over P-256");
}

function isCertifiable(pem: string): boolean {
  // A private key would do as well for Node, but does not belong in a request.
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem.trim())) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return asymmetricKeyType === "rsa" || asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}
