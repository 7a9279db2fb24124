"""Asks the test how a handler is to end, and ends so, as the handlers of the scripted plugin do."""
import json
import os
import socket

import kopf


def ask(handler, retry, reason, name, uid, spec, **_):
    question = dict(handler=handler, retry=retry, reason=str(reason), name=name, uid=uid, spec=dict(spec))
    host, port = os.environ['KOPF_TEST_SCRIPT'].rsplit(':', 1)
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(json.dumps(question).encode() + b'\n')
        answer = json.loads(connection.makefile().readline())
    if answer['end'] == 'success':
        return answer.get('result')
    if answer['end'] == 'temporary':
        raise kopf.TemporaryError(answer['text'], delay=answer['delay'])
    if answer['end'] == 'permanent':
        raise kopf.PermanentError(answer['text'])
    raise RuntimeError(answer['text'])
