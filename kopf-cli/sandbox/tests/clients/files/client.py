"""What operators in Python do by the official client: each step prints what it came to."""

import json
import sys

from kubernetes import client, config, watch

config.load_kube_config(sys.argv[1])
namespace = sys.argv[2]
core = client.CoreV1Api()
apps = client.AppsV1Api()
custom = client.CustomObjectsApi()
extensions = client.ApiextensionsV1Api()
KIND = ("clients.kopf.test", "v1", namespace, "pythons")


def say(what, *said):
    print(what, json.dumps(said, sort_keys=True))


def refused(what, call, *arguments, **options):
    try:
        call(*arguments, **options)
        say(what, "not refused")
    except client.ApiException as error:
        status = json.loads(error.body)
        say(what, error.status, status["reason"], status["message"].replace(namespace, "NS"))


def config_map(name, data, **metadata):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, **metadata), data=data)


made = core.create_namespaced_config_map(namespace, config_map("a", {"k": "v"}, labels={"x": "y"}))
say("created", made.metadata.name, made.data, made.metadata.labels)
refused("twice", core.create_namespaced_config_map, namespace, config_map("a", {}))
patched = core.patch_namespaced_config_map("a", namespace, {"data": {"k": None, "l": "w"}})
say("patched", patched.data)
made.data = {"stale": "yes"}
refused("stale", core.replace_namespaced_config_map, "a", namespace, made)
core.create_namespaced_config_map(namespace, config_map("b", {}))
listed = core.list_namespaced_config_map(namespace, label_selector="x=y")
say("listed", [item.metadata.name for item in listed.items])
watched = watch.Watch()
since = listed.metadata.resource_version
core.delete_namespaced_config_map("a", namespace)
core.patch_namespaced_config_map("b", namespace, {"data": {"seen": "1"}})
for event in watched.stream(core.list_namespaced_config_map, namespace, resource_version=since, timeout_seconds=20):
    say("seen", event["type"], event["object"].metadata.name)
    if event["object"].metadata.name == "b":
        watched.stop()
refused("gone", core.read_namespaced_config_map, "a", namespace)

template = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "main", "image": "example.org/web:1"}]},
}
spec = {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": template}
deployment = apps.create_namespaced_deployment(namespace, {"metadata": {"name": "web"}, "spec": spec})
say("deployment", deployment.spec.strategy.type, deployment.spec.template.spec.containers[0].image_pull_policy)
changed = {"spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "A", "value": "1"}]}]}}}}
containers = apps.patch_namespaced_deployment("web", namespace, changed).spec.template.spec.containers
say("strategic", [(one.name, one.image, one.env[0].value) for one in containers])
say("scale", apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 0}}).spec.replicas or 0)

schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"n": {"type": "integer"}}},
          "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}}}
names = {"plural": "pythons", "singular": "python", "kind": "Python"}
definition = {"metadata": {"name": "pythons.clients.kopf.test"},
              "spec": {"group": KIND[0], "scope": "Namespaced", "names": names, "versions": [version]}}
try:
    extensions.create_custom_resource_definition(definition)
except client.ApiException as error:
    if error.status != 409:
        raise
while True:
    conditions = extensions.read_custom_resource_definition("pythons.clients.kopf.test").status.conditions or []
    if any(one.type == "Established" and one.status == "True" for one in conditions):
        break
body = {"apiVersion": "clients.kopf.test/v1", "kind": "Python", "metadata": {"name": "a"}, "spec": {"n": 1, "junk": 2}}
say("custom", custom.create_namespaced_custom_object(*KIND, body)["spec"])
say("merged", custom.patch_namespaced_custom_object(*KIND, "a", {"spec": {"n": 2}})["metadata"]["generation"])
said = custom.patch_namespaced_custom_object_status(*KIND, "a", {"status": {"done": True}})
say("status", said["status"], said["metadata"]["generation"])
refused("wrong", custom.patch_namespaced_custom_object, *KIND, "a", {"spec": {"n": "text"}})
say("deleted", custom.delete_namespaced_custom_object(*KIND, "a")["status"])
refused("gone", custom.get_namespaced_custom_object, *KIND, "a")
