//! Waits for what becomes of one object.

use std::time::Duration;

use kopf_plugin_abi::{v1::op, wire};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Api, Client, Error,
    options::Selection,
    resource::{Query, Target},
    transport::{answered, ask, decode_value},
};
use crate::{IntoDelay, scope::Scope, time};

/// How long a watch may be silent before it is begun anew: the connection may be dead.
const SILENCE: Duration = Duration::from_secs(70);

/// How long to wait before asking again, after the server has ended a watch or was in trouble.
const PAUSE: Duration = Duration::from_secs(1);

impl<T: DeserializeOwned> Api<T> {
    /// Waits until an object is there and a condition holds for it; answers the object. The timeout is a `Duration`, or a
    /// number of seconds, of the operator's clock.
    ///
    /// ```
    /// # use kopf_plugin_api::prelude::*;
    /// # async fn wait(client: Client) -> Outcome<()> {
    /// let pods = client.resource("v1", "pods").namespace("default");
    /// pods.wait_until("web", 60, |pod| pod["status"]["phase"] == "Running").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A server that is in trouble meanwhile is waited for.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`]; else as [`Api::list`], for what time does not mend.
    pub async fn wait_until(
        &self,
        name: &str,
        timeout: impl IntoDelay,
        mut condition: impl FnMut(&T) -> bool,
    ) -> Result<T, Error> {
        let is_secret = self.target.is_secret();
        let holds = move |object: Option<Value>| {
            let Some(object) = object else { return Ok(None) };
            let object: T = decode_value(object, "a watch", is_secret)?;
            Ok(condition(&object).then_some(object))
        };
        self.wait(name, timeout.into_delay(), holds).await
    }

    /// Waits until an object is not there.
    ///
    /// # Errors
    ///
    /// As [`Api::wait_until`].
    pub async fn wait_until_gone(&self, name: &str, timeout: impl IntoDelay) -> Result<(), Error> {
        let is_gone = |object: Option<Value>| Ok(object.is_none().then_some(()));
        self.wait(name, timeout.into_delay(), is_gone).await
    }

    async fn wait<R>(
        &self,
        name: &str,
        after: Duration,
        mut holds: impl FnMut(Option<Value>) -> Result<Option<R>, Error>,
    ) -> Result<R, Error> {
        let waiting = async {
            let target = self.resolved().await?;
            self.object_path(&target, name, "")?;
            loop {
                match self.look(&target, name, &mut holds).await {
                    Ok(Some(found)) => return Ok(found),
                    Ok(None) => time::sleep(PAUSE).await,
                    Err(error) if error.is_temporary() => {
                        time::sleep(error.retry_after().unwrap_or(PAUSE)).await;
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        time::timeout(after, waiting).await.unwrap_or_else(|time::Elapsed| {
            let namespace = self.namespace.as_deref().map(|it| format!("{it}/")).unwrap_or_default();
            Err(Error::TimedOut { what: format!("{}/{namespace}{name}", self.target), after })
        })
    }

    /// Looks at the object as it is, and as it changes, until the watch ends.
    async fn look<R>(
        &self,
        target: &Target,
        name: &str,
        holds: &mut impl FnMut(Option<Value>) -> Result<Option<R>, Error>,
    ) -> Result<Option<R>, Error> {
        let field = format!("metadata.name={name}");
        let (items, version) = self.items(target, &Selection::fields(field.clone())).await?;
        if let Some(found) = holds(items.into_iter().next())? {
            return Ok(Some(found));
        }
        let mut query = Query::default();
        query.add("watch", Some("true"));
        query.add("allowWatchBookmarks", Some("true"));
        query.add("resourceVersion", Some(&version));
        query.add("fieldSelector", Some(&field));
        let path = format!("{}{}", target.path(self.namespace.as_deref())?, query.finish());
        let mut watch = Watching::new(&self.client, path)?;
        loop {
            let Ok(next) = time::timeout(SILENCE, watch.next()).await else { return Ok(None) };
            let Some(mut event) = next? else { return Ok(None) };
            let object = event["object"].take();
            let found = match event["type"].as_str() {
                Some("ADDED" | "MODIFIED") => holds(Some(object))?,
                Some("DELETED") => holds(None)?,
                Some("ERROR") => return Err(refusal(&object)),
                _ => None,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

fn refusal(status: &Value) -> Error {
    let code = status["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
    Error::refused("a watch", code, None, &status.to_string())
}

/// A watch, let go of when it is dropped.
struct Watching {
    scope: Scope,
    path: Option<String>,
    number: Option<u64>,
}

impl Watching {
    fn new(client: &Client, path: String) -> Result<Watching, Error> {
        Ok(Watching { scope: client.scope()?.clone(), path: Some(path), number: None })
    }

    /// The next event; none if the server has ended the watch.
    async fn next(&mut self) -> Result<Option<Value>, Error> {
        if self.number.is_none() && self.path.is_none() {
            return Ok(None);
        }
        let span = self.scope.span;
        let body = wire::Watch { span, watch: self.number, path: self.path.take(), end: false };
        let reply = ask(&self.scope, op::WATCH, &body).await;
        let wire::Watched { watch, event } = answered(reply)?;
        self.number = (watch != 0).then_some(watch);
        Ok(event)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if self.number.is_some() {
            let body = wire::Watch { watch: self.number, end: true, ..wire::Watch::default() };
            // The host lets go of it while it is asked; there is nothing to wait for.
            drop(ask(&self.scope, op::WATCH, &body));
        }
    }
}
