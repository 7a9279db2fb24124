"""An operator that is asked about each write: each handler says in a line what it was asked."""

import json
import os
import sys

import kopf

PARCELS = ("parcels.clients.kopf.test", "v1", "parcels")


def say(handler, *saw):
    sys.stdout.write(f"{handler} {json.dumps(saw, sort_keys=True, default=str)}\n")
    sys.stdout.flush()


@kopf.on.startup()
def begin(settings, **_):
    settings.admission.managed = os.environ["MANAGED"]
    settings.admission.server = kopf.WebhookServer(addr="127.0.0.1", cafile="authority", certfile="server", pkeyfile="key")


@kopf.on.mutate(*PARCELS)
def fill(spec, patch, operation, dryrun, userinfo, old, **_):
    # Whoever waits until there is somebody to ask is of no interest.
    if not dryrun:
        say("fill", operation, spec.get("n"), userinfo["username"], sorted(userinfo["groups"]), (old or {}).get("spec"))
    if operation in ("CREATE", "UPDATE"):
        patch.spec["color"] = spec.get("color", "red")
        patch.metadata.labels["filled"] = "yes"


@kopf.on.validate(*PARCELS)
def check(spec, operation, dryrun, warnings, diff, subresource, **_):
    if not dryrun:
        changed = {".".join(field) for _, field, _, _ in diff}
        # Who owns a field is told by the second: these differ where one has passed.
        changed.discard("metadata.managedFields")
        say("check", operation, subresource, spec.get("n"), spec.get("color"), sorted(changed))
    if operation == "UPDATE":
        warnings.append(f"There are {spec['n']} now.")
    if operation == "DELETE" and spec.get("kept"):
        raise kopf.AdmissionError("It is kept.", code=409)
    if spec.get("n", 0) > 5:
        raise kopf.AdmissionError("These are too many.", code=422)


@kopf.on.validate(*PARCELS, labels={"fragile": kopf.PRESENT}, operation="CREATE")
def fragile(**_):
    say("fragile")
    raise kopf.PermanentError("No glass.")


@kopf.on.validate(*PARCELS, subresource="status", id="told")
def status(body, **_):
    say("status", body["status"])
