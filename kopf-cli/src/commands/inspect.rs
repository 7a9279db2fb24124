//! `kopf inspect`: what a plugin handles, without a cluster.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
    time::Duration,
};

use kopf_core::{
    filter::Match,
    handler::{Errors, Handler},
};
use kopf_loader::Plugin;
use kopf_reactor::Settings;
use serde::Serialize;
use serde_json::Value;

use crate::{
    args,
    commands::Failure,
    config,
    plugins::{self, resource},
    telemetry::{self, Format, Verbosity},
};

/// Loads a plugin, and prints its resources and handlers on standard output.
///
/// # Errors
///
/// When the plugin cannot be built or loaded.
pub fn inspect(typed: args::Inspect) -> Result<u8, Failure> {
    let config = config::Inspect::new(typed);
    telemetry::start(Format::Full, Verbosity::Quiet);
    let plugins = plugins::load(config.source.as_slice(), Verbosity::Quiet, &Settings::default())?;
    let handlers: Vec<&Handler> = plugins.registry.handlers().iter().map(AsRef::as_ref).collect();
    for plugin in &plugins.loaded.plugins {
        let text = if config.json { json(plugin, &handlers) } else { table(plugin, &handlers) };
        // Whoever closed the stream does not want to read it.
        let _ = io::stdout().write_all(text.as_bytes());
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
    backoff: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a str, MatchReport<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a str, MatchReport<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum MatchReport<'a> {
    Is(&'a str),
    Present,
    Absent,
}

impl<'a> HandlerReport<'a> {
    fn new(handler: &'a Handler) -> Self {
        let limits = &handler.limits;
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
                backoff: limits.backoff.as_ref().map(Duration::as_secs_f64),
                errors: match limits.errors {
                    Errors::Temporary => None,
                    Errors::Ignored => Some("ignored"),
                    Errors::Permanent => Some("permanent"),
                },
                labels: matches(&handler.filter.labels),
                annotations: matches(&handler.filter.annotations),
                optional: handler.optional,
                param: handler.param.as_ref(),
            },
        }
    }
}

impl<'a> MatchReport<'a> {
    fn new(asked: &'a Match) -> Self {
        match asked {
            Match::Is(value) => MatchReport::Is(value),
            Match::Present => MatchReport::Present,
            Match::Absent => MatchReport::Absent,
        }
    }
}

fn matches(asked: &[(String, Match)]) -> BTreeMap<&str, MatchReport<'_>> {
    asked.iter().map(|(key, asked)| (key.as_str(), MatchReport::new(asked))).collect()
}

fn json(plugin: &Plugin, handlers: &[&Handler]) -> String {
    let report = PluginReport {
        name: &plugin.name,
        version: &plugin.version,
        path: plugin.path.display().to_string(),
        rustc: &plugin.rustc,
        handlers: handlers.iter().copied().map(HandlerReport::new).collect(),
    };
    // Maps have text keys and numbers are finite, so that there is always an answer.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
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
    for resource in resources {
        let _ = writeln!(text, "\n{resource}");
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
        optional,
        param,
    } = &row.options;
    let seconds = |span: &Option<f64>| span.map(|span| format!("{span}s"));
    let words = [
        ("field", field.clone()),
        ("retries", retries.map(|retries| retries.to_string())),
        ("timeout", seconds(timeout)),
        ("attempt_timeout", seconds(attempt_timeout)),
        ("backoff", seconds(backoff)),
        ("errors", errors.map(str::to_owned)),
        ("labels", in_words(labels)),
        ("annotations", in_words(annotations)),
        ("param", param.map(Value::to_string)),
    ];
    let mut text: String =
        words.into_iter().filter_map(|(name, value)| Some(format!("  {name}={}", value?))).collect();
    if *optional {
        text.push_str("  optional");
    }
    text
}

fn in_words(asked: &BTreeMap<&str, MatchReport<'_>>) -> Option<String> {
    let word = |(key, asked): (&&str, &MatchReport<'_>)| match asked {
        MatchReport::Is(value) => format!("{key}={value}"),
        MatchReport::Present => (*key).to_owned(),
        MatchReport::Absent => format!("!{key}"),
    };
    (!asked.is_empty()).then(|| asked.iter().map(word).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
pub(crate) mod tests;
