//! `kopf inspect`: what a plugin handles, without a cluster.

mod filters;

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use kopf_core::{
    handler::{Errors, Handler, Lifecycle},
    server_side::ServerSide,
};
use kopf_loader::Plugin;
use kopf_reactor::Settings;
use serde::Serialize;
use serde_json::Value;

use crate::{
    args,
    commands::{Failure, listen, print_out},
    config,
    plugins::{self, resource},
    telemetry::{self, Format, Verbosity},
};

use self::filters::{Keys, MatchReport, WaitsReport, by_key, in_words};

/// Loads a plugin, and prints its resources and handlers on standard output.
///
/// # Errors
///
/// When the plugin cannot be built or loaded, or a signal comes meanwhile.
pub fn inspect(typed: args::Inspect) -> Result<u8, Failure> {
    let config = config::Inspect::new(typed);
    telemetry::start(Format::Full, Verbosity::Quiet);
    let sources = config.source.as_slice();
    let mut signals = listen()?;
    let plugins = plugins::load(sources, Verbosity::Quiet, &Settings::default(), &mut signals)?;
    let handlers: Vec<&Handler> = plugins.registry.handlers().iter().map(AsRef::as_ref).collect();
    for plugin in &plugins.loaded.plugins {
        let text = if config.json { json(plugin, &handlers) } else { table(plugin, &handlers) };
        print_out(text, &mut signals)?;
    }
    Ok(0)
}

/// What `--json` prints. Keys are added, and never renamed or taken away.
#[derive(Serialize)]
struct PluginReport<'a> {
    name: &'a str,
    version: &'a str,
    path: String,
    rustc: &'a str,
    handlers: Vec<HandlerReport<'a>>,
    /// What the API server is asked to leave out, by the handlers' selector. Other plugins may want it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    server_side: BTreeMap<String, ServerSideReport>,
}

#[derive(Serialize)]
struct ServerSideReport {
    /// A label selector.
    #[serde(skip_serializing_if = "String::is_empty")]
    labels: String,
    /// A field selector.
    #[serde(skip_serializing_if = "String::is_empty")]
    fields: String,
}

#[derive(Serialize)]
struct HandlerReport<'a> {
    id: &'a str,
    on: &'static str,
    /// Name first: `kopfexamples.v1.zalando.org`.
    selector: String,
    asynchronous: bool,
    function: &'a str,
    /// `file:line`.
    place: &'a str,
    options: OptionsReport<'a>,
}

/// The options that are set. Spans are in seconds.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
struct OptionsReport<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt_timeout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<WaitsReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'static str>,
    #[serde(skip_serializing_if = "Keys::is_empty")]
    labels: Keys<'a>,
    #[serde(skip_serializing_if = "Keys::is_empty")]
    annotations: Keys<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<MatchReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<MatchReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<MatchReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<MatchReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a Value>,
}

impl<'a> HandlerReport<'a> {
    fn new(handler: &'a Handler) -> Self {
        let Handler { limits, filter, .. } = handler;
        HandlerReport {
            id: &handler.id,
            on: handler.on.as_str(),
            selector: resource(&handler.selector),
            asynchronous: handler.asynchronous,
            function: &handler.function,
            place: &handler.place,
            options: OptionsReport {
                field: handler.field.as_ref().map(ToString::to_string),
                retries: limits.retries,
                timeout: limits.timeout.as_ref().map(Duration::as_secs_f64),
                attempt_timeout: limits.attempt_timeout.as_ref().map(Duration::as_secs_f64),
                backoff: limits.backoff.as_ref().map(WaitsReport::new),
                errors: match limits.errors {
                    Errors::Temporary => None,
                    Errors::Ignored => Some("ignored"),
                    Errors::Permanent => Some("permanent"),
                },
                labels: by_key(&filter.labels),
                annotations: by_key(&filter.annotations),
                value: filter.value.as_ref().map(MatchReport::new),
                old: filter.old.as_ref().map(MatchReport::new),
                new: filter.new.as_ref().map(MatchReport::new),
                when: filter.when.as_ref().map(MatchReport::new),
                lifecycle: (handler.lifecycle != Lifecycle::All).then(|| handler.lifecycle.as_str()),
                group: handler.group.as_deref(),
                optional: handler.optional,
                deleted: handler.deleted,
                param: handler.param.as_deref(),
            },
        }
    }
}

fn json(plugin: &Plugin, handlers: &[&Handler]) -> String {
    let report = PluginReport {
        name: &plugin.name,
        version: &plugin.version,
        path: plugin.path.display().to_string(),
        rustc: &plugin.rustc,
        handlers: handlers.iter().copied().map(HandlerReport::new).collect(),
        server_side: server_side(handlers)
            .into_iter()
            .map(|(selector, found)| {
                (selector, ServerSideReport { labels: found.labels, fields: found.fields })
            })
            .collect(),
    };
    // Maps have text keys and numbers are finite, so that there is always an answer.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// What the API server can leave out, by selector, as far as these handlers go.
fn server_side(handlers: &[&Handler]) -> BTreeMap<String, ServerSide> {
    let mut by_selector: BTreeMap<String, Vec<&Handler>> = BTreeMap::new();
    for handler in handlers {
        by_selector.entry(resource(&handler.selector)).or_default().push(handler);
    }
    let found = by_selector.into_iter().map(|(selector, of)| (selector, ServerSide::of(of)));
    found.filter_map(|(selector, found)| Some((selector, found?))).collect()
}

/// A table for people: handlers by resource, in the order of declaration.
fn table(plugin: &Plugin, handlers: &[&Handler]) -> String {
    let mut text = format!("{} {} ({})\n", plugin.name, plugin.version, plugin.path.display());
    let rows: Vec<_> = handlers.iter().copied().map(HandlerReport::new).collect();
    let on_width = rows.iter().map(|row| row.on.len()).max().unwrap_or(0);
    let id_width = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or(0);
    let mut resources: Vec<&str> = vec![];
    for row in &rows {
        if !resources.contains(&row.selector.as_str()) {
            resources.push(&row.selector);
        }
    }
    let server_side = server_side(handlers);
    for resource in resources {
        let only = server_side.get(resource).map(|only| format!("  (only {only})"));
        let _ = writeln!(text, "\n{resource}{}", only.unwrap_or_default());
        for row in rows.iter().filter(|row| row.selector == resource) {
            let line = format!("  {:on_width$}  {:id_width$}  {}{}", row.on, row.id, row.place, options(row));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

/// The options of a handler as words, each with two spaces before it. Labels are written as label selectors are.
fn options(row: &HandlerReport<'_>) -> String {
    let OptionsReport {
        field,
        retries,
        timeout,
        attempt_timeout,
        backoff,
        errors,
        labels,
        annotations,
        value,
        old,
        new,
        when,
        lifecycle,
        group,
        optional,
        deleted,
        param,
    } = &row.options;
    let seconds = |span: &Option<f64>| span.map(|span| format!("{span}s"));
    let shown = |asked: &Option<MatchReport<'_>>| asked.as_ref().map(ToString::to_string);
    let words = [
        ("field", field.clone()),
        ("retries", retries.map(|retries| retries.to_string())),
        ("timeout", seconds(timeout)),
        ("attempt_timeout", seconds(attempt_timeout)),
        ("backoff", backoff.as_ref().map(ToString::to_string)),
        ("errors", errors.map(str::to_owned)),
        ("labels", in_words(labels)),
        ("annotations", in_words(annotations)),
        ("value", shown(value)),
        ("old", shown(old)),
        ("new", shown(new)),
        ("when", shown(when)),
        ("lifecycle", lifecycle.map(str::to_owned)),
        ("group", group.map(str::to_owned)),
        ("param", param.map(Value::to_string)),
    ];
    let mut text: String =
        words.into_iter().filter_map(|(name, value)| Some(format!("  {name}={}", value?))).collect();
    for (flag, name) in [(*optional, "optional"), (*deleted, "deleted")] {
        if flag {
            text.push_str("  ");
            text.push_str(name);
        }
    }
    text
}

#[cfg(test)]
pub(crate) mod tests;
