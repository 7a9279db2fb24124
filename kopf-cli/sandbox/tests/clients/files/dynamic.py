"""What operators in Python do by the dynamic client, which learns from the server what there is: each step prints what it came to."""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.dynamic.exceptions import ApiException, DynamicApiError, ResourceNotFoundError

config.load_kube_config(sys.argv[1])
namespace = sys.argv[2]
GROUP = "dynamic.clients.kopf.test"
# What it has learned it keeps in a file.
dyn = dynamic.DynamicClient(client.ApiClient(), cache_file=sys.argv[1] + ".learned")


def say(what, *said):
    print(what, json.dumps(said, sort_keys=True).replace(namespace, "NS"))


def refused(what, call, *arguments, **options):
    try:
        call(*arguments, **options)
        say(what, "not refused")
    except DynamicApiError as error:
        status = json.loads(error.body)
        say(what, type(error).__name__, error.status, status["reason"], status["message"])
    except ResourceNotFoundError as error:
        say(what, type(error).__name__, str(error))


def known(resource):
    return [resource.group, resource.api_version, resource.kind, resource.name, resource.singular_name,
            resource.namespaced, sorted(resource.verbs), sorted(resource.short_names or []),
            sorted(resource.categories or []), sorted(resource.subresources)]


def plain(instance):
    found = instance.to_dict()
    metadata = {name: value for name, value in found.get("metadata", {}).items()
                if name not in ("uid", "resourceVersion", "creationTimestamp", "managedFields")}
    found.get("details", {}).pop("uid", None)
    return {**found, "metadata": metadata}


for version, kind in [("v1", "Pod"), ("v1", "Namespace"), ("apps/v1", "Deployment"), ("batch/v1", "CronJob"),
                      ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("rbac.authorization.k8s.io/v1", "Role")]:
    say("known", known(dyn.resources.get(api_version=version, kind=kind)))
refused("unknown", dyn.resources.get, api_version="v1", kind="Nothing")
say("groups", sorted(group for group in dyn.resources.parse_api_groups()["apis"] if "kopf.test" not in group))

maps = dyn.resources.get(api_version="v1", kind="ConfigMap")
body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a", "labels": {"x": "y"}}, "data": {"k": "v"}}
say("created", plain(maps.create(body=body, namespace=namespace)))
refused("twice", maps.create, body=body, namespace=namespace)
say("listed", [plain(item) for item in maps.get(namespace=namespace, label_selector="x=y").items])
say("merged", plain(maps.patch(name="a", namespace=namespace, body={"data": {"k": None, "l": "w"}},
                               content_type="application/merge-patch+json")))
say("strategic", plain(maps.patch(name="a", namespace=namespace, body={"data": {"m": "z"}})))
say("operations", plain(maps.patch(name="a", namespace=namespace, content_type="application/json-patch+json",
                                   body=[{"op": "remove", "path": "/data/m"}])))
applied = {**body, "data": {"l": "applied"}}
refused("conflict", maps.server_side_apply, body=applied, name="a", namespace=namespace, field_manager="mine")
forced = maps.server_side_apply(body=applied, name="a", namespace=namespace, field_manager="mine", force_conflicts=True)
say("applied", plain(forced), sorted(entry.manager + " " + entry.operation for entry in forced.metadata.managedFields))
say("dry", plain(maps.patch(name="a", namespace=namespace, body={"data": {"m": "z"}}, dry_run="All")))
replaced = maps.get(name="a", namespace=namespace).to_dict()
replaced["data"] = {"n": "o"}
say("replaced", plain(maps.replace(body=replaced, namespace=namespace)))
replaced["metadata"]["resourceVersion"] = "1"
refused("stale", maps.replace, body=replaced, namespace=namespace)
since = maps.get(namespace=namespace).metadata.resourceVersion
maps.delete(name="a", namespace=namespace)
for event in maps.watch(namespace=namespace, label_selector="x=y", resource_version=since, timeout=20, watcher=(watcher := watch.Watch())):
    say("seen", event["type"], event["object"].metadata.name)
    watcher.stop()
refused("gone", maps.get, name="a", namespace=namespace)

anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
schema = {"type": "object", "properties": {"spec": anything, "status": anything}}
scale = {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"}
version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema},
           "subresources": {"status": {}, "scale": scale}}
names = {"plural": "learned", "kind": "Learned", "shortNames": ["ld"], "categories": ["lore"]}
definitions = dyn.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"learned.{GROUP}"},
              "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]}}
try:
    definitions.create(body=definition)
except ApiException as error:
    if error.status != 409:
        raise
while True:
    conditions = definitions.get(name=f"learned.{GROUP}").to_dict().get("status", {}).get("conditions", [])
    if any(one["type"] == "Established" and one["status"] == "True" for one in conditions or []):
        break
while True:
    try:
        learned = dyn.resources.get(api_version=f"{GROUP}/v1", kind="Learned")
        break
    except ResourceNotFoundError:
        dyn.resources.invalidate_cache()
say("known", known(learned))
one = {"apiVersion": f"{GROUP}/v1", "kind": "Learned", "metadata": {"name": "a"}, "spec": {"n": 1, "b": [1, {"c": None}]}}
say("custom", plain(learned.create(body=one, namespace=namespace)))
say("status", plain(learned.status.patch(name="a", namespace=namespace, body={"status": {"n": 1}},
                                         content_type="application/merge-patch+json")))
say("scale", plain(learned.scale.get(name="a", namespace=namespace)))
say("scaled", plain(learned.scale.patch(name="a", namespace=namespace, body={"spec": {"replicas": 3}},
                                        content_type="application/merge-patch+json")))
refused("strategic", learned.patch, name="a", namespace=namespace, body={"spec": {"n": 2}})
say("all", [item.metadata.name for item in learned.get(field_selector=f"metadata.namespace={namespace}").items])
say("deleted", plain(learned.delete(name="a", namespace=namespace)))
