//! `kopf settings`: what each setting is, where it comes from, and what it does.

use std::sync::Arc;

use kopf_loader::Loaded;
use kopf_reactor::{Activities, Settings, SystemClock, settings::KEYS};
use serde::Serialize;
use serde_json::Value;

use crate::{
    args,
    commands::{Failure, environment, listen, print_out, variables},
    config::{self, settings::Chosen},
    plugins,
    signals::Signals,
    telemetry::{self, Format, Verbosity},
};

/// Prints all settings on standard output.
///
/// # Errors
///
/// When they are wrong, when a startup handler fails, or when a signal comes meanwhile.
pub fn settings(typed: args::ShowSettings) -> Result<u8, Failure> {
    let mut config = config::ShowSettings::new(typed, &environment()).map_err(Failure::usage)?;
    config::settings::check_variables(variables()).map_err(Failure::usage)?;
    let mut signals = listen()?;
    if !config.sources.is_empty() {
        let settings = started(&config, &mut signals)?;
        config.settings.started(settings);
    }
    let text = if config.json { json(&config.settings) } else { table(&config.settings) };
    print_out(text, &mut signals)?;
    Ok(0)
}

/// The settings as the plugins' startup handlers leave them. They are called, and the cleanup handlers after them, unless a
/// signal comes meanwhile: it ends the command at once.
fn started(config: &config::ShowSettings, signals: &mut Signals) -> Result<Settings, Failure> {
    telemetry::start(Format::Full, Verbosity::Quiet);
    let settings = config.settings.settings.clone();
    let plugins = plugins::load(&config.sources, Verbosity::Quiet, &settings, signals)?;
    let Loaded { invoker, activities, .. } = plugins.loaded;
    let activities = Activities::new(invoker, Arc::new(SystemClock), activities);
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed(format!("cannot start the threads of the handlers: {error}")))?;
    let ended = runtime.block_on(async {
        let started = async {
            let settings = activities.start(settings).await.map_err(Failure::failed)?;
            activities.stop(&settings).await;
            Ok(settings)
        };
        tokio::select! {
            started = started => started,
            signal = signals.next() => Err(Failure::Stopped(format!("stopped by {signal}"), signal)),
        }
    });
    // A handler that does not return must not keep the process.
    runtime.shutdown_background();
    ended
}

/// What `--json` prints of each. Keys are added, and never renamed or taken away.
#[derive(Serialize)]
struct Report {
    key: &'static str,
    /// Spans are in seconds.
    value: Value,
    default: Value,
    from: String,
    about: &'static str,
    /// What values it takes.
    takes: String,
    /// The variable of the environment.
    variable: String,
}

fn json(chosen: &Chosen) -> String {
    let report = |key: &kopf_reactor::settings::Key| Report {
        key: key.name,
        value: key.value(&chosen.settings),
        default: key.value(&Settings::default()),
        from: chosen.origin(key.name).to_string(),
        about: key.about(),
        takes: key.expected(),
        variable: key.variable(),
    };
    let reports: Vec<Report> = KEYS.iter().map(report).collect();
    // It is made of text and numbers, which JSON has.
    serde_json::to_string_pretty(&reports).unwrap_or_default() + "\n"
}

/// A line for each setting, in columns.
fn table(chosen: &Chosen) -> String {
    let head = ["SETTING", "VALUE", "FROM", "WHAT IT DOES"].map(str::to_owned);
    let row = |key: &kopf_reactor::settings::Key| {
        let value = key.text(&chosen.settings);
        let value = if value.is_empty() { "\"\"".to_owned() } else { value };
        [key.name.to_owned(), value, chosen.origin(key.name).to_string(), key.about().to_owned()]
    };
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(KEYS.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name, value, from) = (width(0), width(1), width(2));
    rows.iter()
        .map(|[key, set, origin, about]| format!("{key:name$}  {set:value$}  {origin:from$}  {about}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The lines about a group, as printed.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
    fn check(group: &str, expected: Expect) {
        let mut chosen = Chosen::default();
        let mut settings = Settings::default();
        settings.queueing.waiting_bytes = 5;
        chosen.started(settings);
        let text = table(&chosen);
        let wanted = |line: &&str| line.starts_with("SETTING") || line.starts_with(group);
        expected.assert_eq(&text.lines().filter(wanted).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn each_setting_has_a_line_of_what_it_is_where_from_and_what_for() {
        check(
            "queueing",
            expect![[r#"
                SETTING                          VALUE    FROM             WHAT IT DOES
                queueing.waiting_bytes           5        startup handler  How many bytes of waiting events are kept. Past that objects are fetched when their turn comes."#]],
        );
        check(
            "posting.rep",
            expect![[r#"
                SETTING                          VALUE    FROM             WHAT IT DOES
                posting.reporting_component      kopf     default          Who is named as the controller that posts.
                posting.reporting_instance       ""       default          Who is named as the instance of that controller; empty for the operator's name and its pod's."#]],
        );
    }

    #[test]
    fn json_has_keys_for_machines() {
        let reports: Vec<Value> = serde_json::from_str(&json(&Chosen::default())).unwrap();
        assert_eq!(reports.len(), KEYS.len());
        let watching = reports.iter().find(|report| report["key"] == "watching.inactivity_timeout");
        expect![[r#"
            {
              "key": "watching.inactivity_timeout",
              "value": 70,
              "default": 70,
              "from": "default",
              "about": "How long a watch may be silent before it is opened anew. The API server sends a bookmark each minute.",
              "takes": "1s to 1d: a number of seconds, or text such as \"1m30s\"",
              "variable": "KOPF_WATCHING_INACTIVITY_TIMEOUT"
            }"#]].assert_eq(&serde_json::to_string_pretty(&watching).unwrap());
    }
}
