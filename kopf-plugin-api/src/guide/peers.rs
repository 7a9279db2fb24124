//! Several operators of the same objects.
//!
//! Two plugins in one process are one operator. Two processes of one name would both call every handler; so one of them
//! waits, where there is a peering object for them to meet in:
//!
//! | | |
//! |---|---|
//! | `kubectl apply -f examples/peering.yaml` | creates the definitions, and objects called `default` |
//! | `kopf run` | takes part in `default`, if it is there |
//! | `kopf run --peering NAME` | takes part in this one, and does nothing where it is missing |
//! | `kopf run --priority 10` | goes before those of less; operators of the same priority stop each other, and say so |
//! | `kopf run --dev` | goes before all: the deployed one waits while you try something |
//! | `kopf run --standalone` | takes part in none |
//! | `kopf freeze --lifetime 600`, `kopf resume` | has all of them wait for ten minutes, or until it is told |
//!
//! Who waits calls no handler, writes nothing, and has its daemons stop
//! ([`StopReason::OperatorPausing`](crate::args::StopReason::OperatorPausing)). When it goes on it looks at every object anew,
//! so nothing is lost. Who has not been heard of for `peering.lifetime` counts as dead. Operators of the Python framework
//! take part in the same way.
//!
//! Nothing of this is to be written in a plugin. See `examples/16-peering`.
//!
//! Operators of different names do not need it: each has notes of its own on the objects, and their notes wake nobody.
