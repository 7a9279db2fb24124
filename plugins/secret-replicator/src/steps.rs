//! The steps that handlers are made of: one copy is brought, or taken away, and it is told.

use kopf_plugin_api::{client::Client, events, prelude::*};

use crate::{
    config::Config,
    content::Content,
    copies::{Copy, Put, put, take_away, told},
    key::Key,
    known::Known,
    source::Source,
};

/// What has gone wrong, place by place: one place must not stand in the way of the others.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn note(&mut self, place: &str, came_of_it: Result<(), String>) {
        if let Err(problem) = came_of_it {
            self.0.push(format!("{place}: {problem}"));
        }
    }

    /// An error that is tried again, if there are any.
    pub(crate) fn into_outcome(self) -> Outcome<()> {
        match &self.0[..] {
            [] => Ok(()),
            problems => Err(kopf::Error::msg(problems.join("; "))),
        }
    }
}

/// Brings a copy of a source that was looked at just now.
pub(crate) async fn bring(
    client: &Client,
    source: &Source,
    content: &Content,
    to: &str,
    known: &Known,
    config: &Config,
) -> Result<(), String> {
    let Source { key, namespace: from, uid, .. } = source;
    let holds = |other: &str| known.wanting(key, to, config).iter().any(|source| source.namespace == other);
    let put = put(client, key, from, to, content, holds).await.map_err(|error| told(key.kind, &error))?;
    match put {
        Put::Created => info!("{key} of {from} is copied to {to}."),
        Put::Renewed => info!("The copy of {from}'s {key} in {to} is renewed."),
        Put::Equal | Put::Leaving => {}
        Put::Refused(found) => {
            let note =
                format!("{key} of {from} is not copied: {found}. Delete or rename that, or leave {to} out.");
            warn!("{note}");
            events::about(&key.reference(from, uid)).warn("NotCopied", note);
        }
    }
    Ok(())
}

/// Brings a copy of a source that the index knows: it is looked at once more, for its content.
pub(crate) async fn bring_again(
    client: &Client,
    source: &Source,
    to: &str,
    known: &Known,
    config: &Config,
) -> Result<(), String> {
    let Source { key, namespace, .. } = source;
    let api = client.resource("v1", key.kind.plural()).namespace(&**namespace);
    let Some(object) = api.get_opt(&key.name).await.map_err(|error| told(key.kind, &error))? else {
        return Ok(());
    };
    let read =
        |object| Ok::<_, kopf::Error>((Source::of(key.clone(), object, config)?, Content::of(object)?));
    let (source, content) = read(&object).map_err(|error| error.to_string())?;
    match source.wants(to, config) {
        true => bring(client, &source, &content, to, known, config).await,
        false => Ok(()),
    }
}

/// Takes a copy away.
pub(crate) async fn withdraw(client: &Client, key: &Key, copy: &Copy) -> Result<(), String> {
    let Copy { namespace, from, .. } = copy;
    if take_away(client, key, copy).await.map_err(|error| told(key.kind, &error))? {
        info!("The copy of {from}'s {key} in {namespace} is taken away.");
    }
    Ok(())
}

/// Takes a copy away if it has no source any more: the source is asked, for an index may not know all of them.
pub(crate) async fn withdraw_orphan(
    client: &Client,
    key: &Key,
    copy: &Copy,
    config: &Config,
) -> Result<(), String> {
    let api = client.resource("v1", key.kind.plural()).namespace(&*copy.from);
    if let Some(object) = api.get_opt(&key.name).await.map_err(|error| told(key.kind, &error))? {
        let source = Source::of(key.clone(), &object, config).map_err(|error| error.to_string())?;
        if source.keeps(&copy.namespace, config) {
            return Ok(());
        }
    }
    withdraw(client, key, copy).await
}
