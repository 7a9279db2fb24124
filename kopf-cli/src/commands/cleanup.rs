//! `kopf cleanup`: takes an operator's marks off all objects.

use kopf_core::{identity::Identity, store::dialect::Dialect};
use kopf_reactor::cleanup::{self, Step, Summary};

use crate::{
    FAILED,
    args::outside::Cleanup,
    commands::{Failure, outside, print, run},
    config::outside::Reads,
    telemetry,
};

/// Takes the marks off, or tells which there are. Returns the code to exit with: 1 if some had to stay.
///
/// # Errors
///
/// When the operator's name is none, or the cluster cannot be asked.
pub fn cleanup(typed: Cleanup) -> Result<u8, Failure> {
    let identity = Identity::new(&typed.name).map_err(Failure::usage)?;
    let identity = identity.speaking(typed.compat.unwrap_or_default());
    let place = outside::place(typed.place, None, Reads::Requests)?;
    if let Some(line) = place.namespaces.as_ref().and_then(|patterns| patterns.misread()) {
        telemetry::complain(&format!("{line}."));
    }
    let really = typed.yes;
    let summary = run::block_on(async {
        let cluster = outside::connect(&place).await?;
        let scope = place.namespaces.as_ref();
        let mut tell = |step: Step<'_>| print(&line(&step, really));
        cleanup::cleanup(&cluster, &identity, scope, really, &mut tell).await.map_err(Failure::failed)
    })?;
    let owner = match identity.dialect() {
        Dialect::Own => identity.name(),
        // Its operators all have the same ones.
        Dialect::Python => "the Python framework",
    };
    print(&conclusion(summary, owner, really));
    Ok(if summary.kept > 0 { FAILED } else { 0 })
}

fn line(step: &Step<'_>, really: bool) -> String {
    match step {
        Step::Found { resource, object, marks } => {
            let verb = if really { "Taking" } else { "Would take" };
            format!("{verb} {marks} off {object} ({resource})")
        }
        Step::Kept { resource, object, error } => format!("Not taken off {object} ({resource}): {error}"),
        Step::Unseen { resource, error } => format!("Cannot look at {resource}: {error}"),
    }
}

fn conclusion(summary: Summary, owner: &str, really: bool) -> String {
    let Summary { found, kept, unseen } = summary;
    let objects = |count: usize| format!("{count} object{}", if count == 1 { "" } else { "s" });
    let mut text = match (found, really) {
        (0, _) => format!("No object has marks of {owner}."),
        (_, false) => {
            format!("{} with marks of {owner}. Nothing was changed: --yes takes them off.", objects(found))
        }
        (_, true) => format!("Marks of {owner} taken off {}.", objects(found - kept)),
    };
    if kept > 0 {
        text.push_str(&format!(" They stay on {}, as said above.", objects(kept)));
    }
    if unseen > 0 {
        let lists = if unseen == 1 { "One list".to_owned() } else { format!("{unseen} lists") };
        text.push_str(&format!(" {lists} could not be had, as said above."));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: usize, kept: usize, unseen: usize, really: bool, expected: &str) {
        assert_eq!(conclusion(Summary { found, kept, unseen }, "web", really), expected);
    }

    #[test]
    fn what_was_done_and_what_was_not_is_told_at_the_end() {
        check(0, 0, 0, true, "No object has marks of web.");
        check(1, 0, 0, false, "1 object with marks of web. Nothing was changed: --yes takes them off.");
        check(3, 1, 0, true, "Marks of web taken off 2 objects. They stay on 1 object, as said above.");
        check(0, 0, 1, false, "No object has marks of web. One list could not be had, as said above.");
        check(2, 0, 2, true, "Marks of web taken off 2 objects. 2 lists could not be had, as said above.");
    }
}
