// Documents come as JSON on standard input; each is answered with one line: fits, refused or unknown.
import { readFileSync } from "node:fs";
import * as externalSecrets from "@kubernetes-models/external-secrets/external-secrets.io/v1";
import * as gateway from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import * as keda from "@kubernetes-models/keda/keda.sh/v1alpha1";
import * as prometheus from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

const MODELS = {
  "external-secrets.io/v1": externalSecrets,
  "gateway.networking.k8s.io/v1": gateway,
  "keda.sh/v1alpha1": keda,
  "monitoring.coreos.com/v1": prometheus,
};

// The models let a misspelt field pass: it is one that they never look at in an object that they do look at.
function watched(value, path, objects) {
  if (value === null || typeof value !== "object") return value;
  const seen = { path, keys: Object.keys(value), asked: new Set() };
  if (!Array.isArray(value)) objects.push(seen);
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, watched(one, `${path}/${key}`, objects)]),
  );
  const target = Array.isArray(value) ? Object.values(inner) : inner;
  return new Proxy(target, {
    get(of, key) {
      seen.asked.add(key);
      return of[key];
    },
  });
}

function judged(document) {
  const Model = MODELS[document.apiVersion]?.[document.kind];
  if (Model === undefined) return { state: "unknown" };
  const objects = [];
  const model = new Model(document);
  // Afterwards: the model is a copy, made by reading all of it.
  model.spec = watched(document.spec, "spec", objects);
  try {
    model.validate();
  } catch (error) {
    return { state: "refused", why: error.message };
  }
  const strange = objects
    .filter((one) => one.asked.size > 0)
    .flatMap((one) => one.keys.filter((key) => !one.asked.has(key)).map((key) => `${one.path}/${key}`));
  return strange.length > 0 ? { state: "refused", why: `no such field: ${strange.join(", ")}` } : { state: "fits" };
}

for (const document of JSON.parse(readFileSync(0, "utf8"))) {
  console.log(JSON.stringify({ called: `${document.kind} ${document.metadata.name}`, ...judged(document) }));
}
