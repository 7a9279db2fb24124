"""An operator with a handler of every kind: each says in a line what it saw."""

import json
import sys

import kopf

TASKS = ("tasks.clients.kopf.test", "v1", "tasks")
QUICK = {"backoff": 0.01}


def write(line):
    # In one piece: handlers that are not async run in threads.
    sys.stdout.write(line)
    sys.stdout.flush()


def say(handler, *saw):
    write(f"{handler} {json.dumps(saw, sort_keys=True, default=str)}\n")


def plain(diff):
    return [(operation, ".".join(field), old, new) for operation, field, old, new in diff]


@kopf.on.startup()
def begin(settings, **_):
    settings.posting.enabled = True
    settings.watching.server_timeout = 60


@kopf.on.create(*TASKS, **QUICK)
def made(spec, meta, body, patch, retry, reason, **_):
    say("made", reason, retry, spec["n"], meta["finalizers"], dict(meta["labels"]))
    if retry == 0:
        patch.metadata.annotations["clients.kopf.test/tried"] = "once"
        raise kopf.TemporaryError("Not yet.", delay=0.01)
    kopf.info(body, reason="Made", message=f"It is number {spec['n']}.")
    return {"n": spec["n"]}


@kopf.on.create(*TASKS, **QUICK)
def family(**_):
    for name in ["one", "two"]:
        @kopf.subhandler(id=name)
        def child(item=name, **_):
            say(f"family/{item}")
            return item


@kopf.on.create(*TASKS, **QUICK)
def failed(**_):
    say("failed")
    raise kopf.PermanentError("Never.")


@kopf.on.update(*TASKS, **QUICK)
def changed(diff, patch, spec, **_):
    say("changed", plain(diff))
    patch.status["changed"] = spec["n"]
    patch.spec["seen"] = spec["n"]


@kopf.on.field(*TASKS, field="spec.n", **QUICK)
def number(old, new, **_):
    say("number", old, new)


@kopf.on.resume(*TASKS, **QUICK)
def resumed(spec, patch, **_):
    say("resumed", spec["n"])
    patch.status["resumed"] = spec["n"]


@kopf.on.delete(*TASKS, **QUICK)
def gone(spec, meta, retry, **_):
    say("gone", retry, spec["n"], meta["finalizers"])
    if retry == 0:
        raise kopf.TemporaryError("Not yet gone.", delay=0.01)


@kopf.on.event(*TASKS)
def seen(type, spec, memo, meta, **_):
    # What is made while the operator begins is listed, without a type, or watched.
    now = (type or "ADDED", spec["n"], "deletionTimestamp" in meta)
    if memo.get("seen") != now:
        say("seen", *now)
    memo.seen = now
    # Whoever stops the operator waits for this.
    write(f"told {meta['resourceVersion']}\n")


@kopf.timer(*TASKS, interval=0.02, **QUICK)
def ticks(memo, patch, status, **_):
    memo.ticks = memo.get("ticks", 0) + 1
    if memo.ticks <= 3 and "ticks" not in status:
        say("ticks", memo.ticks)
    if memo.ticks == 3:
        patch.status["ticks"] = memo.ticks


@kopf.daemon(*TASKS, **QUICK)
async def lives(stopped, patch, retry, spec, **_):
    say("lives", retry)
    if retry == 0:
        patch.status["lives"] = spec["n"]
        raise kopf.TemporaryError("Begun.", delay=0.01)
    await stopped.wait()
    say("lives", "no longer")


@kopf.on.create("configmaps", labels={"app": "demo"}, **QUICK)
@kopf.on.update("configmaps", labels={"app": "demo"}, **QUICK)
@kopf.on.delete("configmaps", labels={"app": "demo"}, **QUICK)
def built_in(reason, diff, body, **_):
    say("built_in", reason, plain(diff), body.get("data"))
    return {"dropped": "for a ConfigMap has no status"}
