//! Every decision of the kopf operator, as pure functions over values.
