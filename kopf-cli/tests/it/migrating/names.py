"""Prints each name that the framework has for its users, one a line: decorators' arguments, settings, flags, and the rest."""
import dataclasses
import inspect

import kopf
import kopf.cli
import kopf.testing
from kopf._core.intents import callbacks

decorators = [kopf.daemon, kopf.timer, kopf.index, kopf.subhandler]
decorators += [getattr(kopf.on, name) for name in vars(kopf.on) if inspect.isfunction(getattr(kopf.on, name))]
names = set(kopf.__all__)
for decorator in decorators:
    if decorator.__module__.startswith('kopf.') and not decorator.__name__.startswith('_'):
        parameters = inspect.signature(decorator).parameters.values()
        names |= {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
for group in dataclasses.fields(kopf.OperatorSettings):
    settings = getattr(kopf.OperatorSettings(), group.name)
    names |= {field.name for field in dataclasses.fields(settings) if not field.name.startswith('_')}
functions = [getattr(kopf, name) for name in kopf.__all__ if inspect.isfunction(getattr(kopf, name))]
for function in [*functions, kopf.testing.KopfRunner.__init__]:
    parameters = inspect.signature(function).parameters.values()
    names |= {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY and parameter.name[0] != '_'}
for value in [kopf.ConnectionInfo, kopf.AiohttpSession]:
    names |= {field.name for field in dataclasses.fields(value)}
for owner in [kopf.testing.KopfRunner, kopf.OperatorSettings]:
    names |= {name for name, member in vars(owner).items() if isinstance(member, property)}
for callback in [member for name, member in vars(callbacks).items() if name.endswith('Fn') and inspect.isclass(member)]:
    names |= {name for name in inspect.signature(callback.__call__).parameters if name not in ['self', 'args', 'kwargs']}
for enum in [kopf.ErrorsMode, kopf.DaemonStoppingReason, kopf.DiffOperation, kopf.Reason]:
    names |= set(enum.__members__)
for mapping in [kopf.Resource, kopf.Meta, kopf.Patch, kopf.DiffItem, kopf.ProgressRecord, kopf.DaemonStopped]:
    names |= {name for name, member in vars(mapping).items() if name[0] != '_' and not inspect.isclass(member)}
    names |= {name for name in vars(mapping).get('__annotations__', {}) if name[0] != '_'}
for owner in [member for name, member in vars(kopf).items() if name.endswith('Storage') or name.startswith('Webhook')]:
    if '__init__' in vars(owner):
        parameters = inspect.signature(owner.__init__).parameters.values()
        names |= {parameter.name for parameter in parameters if parameter.name[0] != '_' and parameter.name not in ['self', 'args']}
for lifecycle in [member for name, member in vars(kopf.lifecycles).items() if inspect.isfunction(member)]:
    names |= {lifecycle.__name__} if '_lifecycle' not in lifecycle.__name__ else set()
for command in kopf.cli.main.commands.values():
    names |= {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    names |= {parameter.envvar for parameter in command.params if parameter.envvar}
print('\n'.join(sorted(names)))
