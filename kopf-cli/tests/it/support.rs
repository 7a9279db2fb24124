//! What the tests stand on: servers, a proxy that breaks calls, operators, and the plugin that runs in them.

pub(crate) mod account;
pub(crate) mod command;
pub(crate) mod operator;
pub(crate) mod plugin;
pub(crate) mod proxy;
pub(crate) mod python;
pub(crate) mod record;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod world;
