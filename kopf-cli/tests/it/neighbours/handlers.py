"""Handlers that ask the test how to end, as those of the scripted plugin do."""
import json
import os
import socket

import kopf


@kopf.on.create('it.kopf.test', 'v1', 'changes')
def python_created(**kwargs):
    ask('python_created', **kwargs)


@kopf.on.update('it.kopf.test', 'v1', 'changes')
def python_updated(**kwargs):
    ask('python_updated', **kwargs)


@kopf.on.create('it.kopf.test', 'v1', 'holds')
def python_acquire(**kwargs):
    ask('python_acquire', **kwargs)


@kopf.on.delete('it.kopf.test', 'v1', 'holds')
def python_release(**kwargs):
    ask('python_release', **kwargs)


def ask(handler, retry, reason, name, uid, spec, **_):
    question = dict(handler=handler, retry=retry, reason=str(reason), name=name, uid=uid, spec=dict(spec))
    host, port = os.environ['KOPF_TEST_SCRIPT'].rsplit(':', 1)
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(json.dumps(question).encode() + b'\n')
        connection.makefile().readline()
