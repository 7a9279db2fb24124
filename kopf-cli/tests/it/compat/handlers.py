"""The handlers of the scripted plugin once more: the same ids for the same causes."""
import kopf
from ask import ask


def on(cause, plural, id):
    @getattr(kopf.on, cause)('it.kopf.test', 'v1', plural, id=id, backoff=0.01)
    def handler(**kwargs):
        return ask(id, **kwargs)


@kopf.on.create('it.kopf.test', 'v1', 'siblings', id='parent', backoff=0.01)
def parent(**kwargs):
    for item in ['one', 'two', 'three']:
        @kopf.subhandler(id=item, backoff=0.01)
        def child(item=item, **kwargs):
            return ask(f'parent/{item}', **kwargs)
    return ask('parent', **kwargs)


# Another list of fields than that of the scripted plugin.
@kopf.on.field('it.kopf.test', 'v1', 'phased', id='other', field='status.other', backoff=0.01)
def other(**kwargs):
    return ask('other', **kwargs)


on('create', 'phased', 'made')
on('update', 'phased', 'renewed')
on('create', 'trios', 'first')
on('create', 'trios', 'second')
on('create', 'trios', 'third')
on('create', 'changes', 'created')
on('update', 'changes', 'updated')
on('create', 'holds', 'acquire')
on('delete', 'holds', 'release')
on('create', 'longs', 'an_id_that_is_too_long_for_the_older_kind_of_keys_alone')
on('create', 'longs', 'an_id_that_is_too_long_for_either_of_the_two_kinds_of_keys_that_there_are')
