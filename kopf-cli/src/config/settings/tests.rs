//! Which source goes before which, and what is said of what sets nothing.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::*;

/// A folder with a file of settings.
fn file(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("kopf.toml"), text).unwrap();
    folder
}

/// What a file, an environment (`NAME=value`) and a command line (`key=value`, `--flag=value`) make of a setting, and
/// where it is from.
#[track_caller]
fn check(key: &str, toml: &str, variables: &[&str], line: &[&str], expected: &str) {
    let folder = file(toml);
    let path = folder.path().join("kopf.toml");
    let (flags, set): (Vec<&str>, Vec<&str>) = line.iter().partition(|word| word.starts_with("--"));
    let pair =
        |word: &&str| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap();
    let flags: Vec<(String, String)> = flags.iter().map(pair).collect();
    let of = |option: &str| flags.iter().find(|(name, _)| name == option).map(|(_, value)| value.clone());
    let typed = args::Settings {
        events: of("--events"),
        grace: of("--grace"),
        peering: args::Peering {
            peering: of("--peering"),
            priority: of("--priority"),
            standalone: of("--standalone").is_some(),
            dev: of("--dev").is_some(),
        },
        config: Some(path.clone()),
        set: set.iter().map(pair).collect(),
        ..args::Settings::default()
    };
    let get = |name: &str| {
        let value = |pair: &&str| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        variables.iter().find_map(value)
    };
    let found = match Chosen::new(&typed, &Environment(&get)) {
        Ok(chosen) => {
            let text = settings::key(key).unwrap().text(&chosen.settings);
            format!("{text} from {}", chosen.origin(key))
        }
        Err(error) => error.to_string(),
    };
    let found = found.replace(&path.display().to_string(), "kopf.toml");
    assert_eq!(found, expected);
}

const SILENCE: &str = "watching.inactivity_timeout";

#[test]
fn each_source_goes_before_those_before_it() {
    let (toml, variable) = ("[watching]\ninactivity_timeout = 1", "KOPF_WATCHING_INACTIVITY_TIMEOUT=2");
    let set = "watching.inactivity_timeout=3";
    check(SILENCE, "", &[], &[], "1m10s from default");
    check(SILENCE, toml, &[], &[], "1s from kopf.toml:2");
    check(SILENCE, toml, &[variable], &[], "2s from KOPF_WATCHING_INACTIVITY_TIMEOUT");
    check(SILENCE, toml, &[variable], &[set], "3s from --set");
    check(SILENCE, toml, &[], &[set], "3s from --set");
    check(SILENCE, toml, &[variable], &[set, "watching.inactivity_timeout=4"], "4s from --set");
}

#[test]
fn an_option_counts_as_set() {
    let toml = "process.grace = \"1m\"";
    check("process.grace", toml, &["KOPF_GRACE=2"], &[], "2s from KOPF_GRACE");
    check("process.grace", toml, &["KOPF_PROCESS_GRACE=2"], &[], "2s from KOPF_PROCESS_GRACE");
    check("process.grace", toml, &["KOPF_GRACE=2"], &["--grace=3"], "3s from --grace");
    check("process.grace", toml, &["KOPF_GRACE=2"], &["process.grace=3"], "3s from --set");
    check("process.grace", toml, &[], &["--grace=3", "process.grace=3"], "3s from --grace");
    check(
        "process.grace",
        toml,
        &[],
        &["--grace=3", "process.grace=4"],
        "--grace and --set process.grace contradict each other; take one of them away",
    );
    check(
        "process.grace",
        toml,
        &["KOPF_GRACE=2", "KOPF_PROCESS_GRACE=3"],
        &[],
        "KOPF_GRACE and KOPF_PROCESS_GRACE contradict each other; unset one of them",
    );
}

#[test]
fn options_and_variables_of_peering_count_as_the_settings_they_stand_for() {
    let mode = |toml, variables: &[&str], line: &[&str], expected| {
        check("peering.mode", toml, variables, line, expected);
    };
    let toml = "peering.mode = \"auto\"";
    mode(toml, &["KOPF_PEERING=x"], &[], "mandatory from KOPF_PEERING");
    mode(toml, &["KOPF_PEERING=x"], &["peering.mode=standalone"], "standalone from --set");
    mode(toml, &["KOPF_PEERING=x"], &["--standalone="], "standalone from --standalone");
    mode(toml, &["KOPF_PEERING_MODE=standalone"], &["--peering=x"], "mandatory from --peering");
    mode(
        "",
        &["KOPF_PEERING=x", "KOPF_PEERING_MODE=auto"],
        &[],
        "KOPF_PEERING and KOPF_PEERING_MODE contradict each other; unset one of them",
    );
    mode(
        "",
        &[],
        &["--peering=x", "peering.mode=auto"],
        "--peering and --set peering.mode contradict each other; take one of them away",
    );
    let name = |variables: &[&str], line: &[&str], expected| {
        check("peering.name", "", variables, line, expected);
    };
    name(&["KOPF_PEERING=x"], &["peering.name=y"], "y from --set");
    name(&["KOPF_PEERING=x", "KOPF_PEERING_NAME=x"], &[], "x from KOPF_PEERING_NAME");
    let priority = |variables: &[&str], line: &[&str], expected| {
        check("peering.priority", "", variables, line, expected);
    };
    priority(&["KOPF_DEV=1"], &[], "666 from KOPF_DEV");
    priority(&["KOPF_DEV=1"], &["--priority=3"], "3 from --priority");
    priority(
        &["KOPF_PRIORITY=5", "KOPF_DEV=1"],
        &[],
        "KOPF_PRIORITY and KOPF_DEV contradict each other; unset one of them",
    );
    priority(
        &[],
        &["--dev=", "peering.priority=1"],
        "--dev and --set peering.priority contradict each other; take one of them away",
    );
}

#[test]
fn what_sets_nothing_is_named_with_where_it_stands() {
    check(
        SILENCE,
        "[watching]\ninactivty_timeout = 1\npage_size = \"many\"\n[colours]\nred = 1",
        &["KOPF_GRACE=long"],
        &["events=none"],
        "kopf.toml:2: there is no setting `watching.inactivty_timeout`, did you mean `watching.inactivity_timeout`?\n\
         kopf.toml:3: watching.page_size is \"many\", expected a whole number from 1 to 100000, such as \
         watching.page_size = 500\n\
         kopf.toml:5: there is no setting `colours.red`; `kopf settings` lists all\n\
         KOPF_GRACE: process.grace is `long`, expected 0s to 1d: a number of seconds, or text such as \"1m30s\", such \
         as process.grace = 25\n\
         --set: there is no setting `events`, did you mean `posting.events`?",
    );
    check(
        SILENCE,
        "watching = 3",
        &[],
        &[],
        "kopf.toml:1: watching is 3, expected a group of settings, such as watching.inactivity_timeout = 70",
    );
    check(
        SILENCE,
        "[watching.page_size]\nmost = 1\n[watchng]",
        &[],
        &[],
        "kopf.toml:1: watching.page_size is {\"most\":1}, expected a whole number from 1 to 100000, such as \
         watching.page_size = 500\n\
         kopf.toml:3: there is no setting `watchng`; `kopf settings` lists all",
    );
    check(
        SILENCE,
        "\"watching.page_size\" = 1\n[watching]\npage_size = 2",
        &[],
        &[],
        "kopf.toml:3: watching.page_size is set in line 1 already; take one of the two away",
    );
    check(
        SILENCE,
        "[process]\ngrace = ",
        &[],
        &[],
        "kopf.toml:2: `grace =` is no TOML here: string values must be quoted, expected literal string",
    );
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let typed = args::Settings { config: Some("/nowhere/kopf.toml".into()), ..args::Settings::default() };
    let error = Chosen::new(&typed, &Environment(&|_| None)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the settings in /nowhere/kopf.toml: No such file or directory (os error 2); expected a file of TOML, \
         which --config or KOPF_CONFIG can name"
    );
    assert!(!Path::new(file::NAME).exists(), "the crate's own folder has none");
    assert_eq!(Chosen::new(&args::Settings::default(), &Environment(&|_| None)).unwrap(), Chosen::default());
}

#[test]
fn a_variable_that_looks_like_a_setting_is_one() {
    let check = |name: &str, expected: &str| {
        let found = check_variables([name.to_owned()].into_iter());
        assert_eq!(found.map_or_else(|error| error.to_string(), |()| String::new()), expected);
    };
    for name in ["KOPF_WATCHING_PAGE_SIZE", "KOPF_NAMESPACE", "KOPF_PORT", "KOPF_SERVICE_HOST", "HOME"] {
        check(name, "");
    }
    check("KOPF_PROCESS_SERVICE_HOST", "");
    check("KOPF_OTHER_PAGE_SIZE", "");
    check(
        "KOPF_WATCHNG_PAGE_SIZE",
        "KOPF_WATCHNG_PAGE_SIZE: there is no setting `watchng.page_size`, did you mean `watching.page_size`? Its \
         variable is KOPF_WATCHING_PAGE_SIZE",
    );
    check(
        "KOPF_WATCHING_PAGESIZE",
        "KOPF_WATCHING_PAGESIZE: there is no setting `watching.pagesize`, did you mean `watching.page_size`? Its \
         variable is KOPF_WATCHING_PAGE_SIZE",
    );
}
