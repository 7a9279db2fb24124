//! Watches, queues, handler calls and patches of the kopf operator.
