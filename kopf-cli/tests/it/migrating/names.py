"""Prints each name that the framework has for its users, one a line: decorators' arguments, settings, flags, and the rest."""
import dataclasses
import inspect

import kopf
import kopf.cli

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
for command in kopf.cli.main.commands.values():
    names |= {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
print('\n'.join(sorted(names)))
