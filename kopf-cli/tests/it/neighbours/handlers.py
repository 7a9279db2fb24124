"""Handlers that ask the test how to end, as those of the scripted plugin do."""
import kopf
from ask import ask


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
