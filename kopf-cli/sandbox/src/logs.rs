//! What the containers of pods have said: nothing, where nobody runs them, or what a test lets them say.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    form::{items, pick},
    printed,
    request::Query,
    status::{About, Cause, Status},
    times::{self, Exactness},
};

/// Namespace, pod and container.
type Place = (String, String, String);

/// What containers were made to say.
#[derive(Debug, Default)]
pub(crate) struct Logs(BTreeMap<Place, String>);

/// What a request wants of a log.
#[derive(Debug)]
pub(crate) struct LogOptions {
    container: String,
    tail: Option<usize>,
    limit: Option<usize>,
    previous: bool,
    /// The option that asks for the times of lines, which nobody has taken down.
    timed: Option<&'static str>,
}

impl Logs {
    /// Lets a container say something more.
    pub(crate) fn say(&mut self, namespace: &str, pod: &str, container: &str, text: &str) {
        let place = (namespace.to_owned(), pod.to_owned(), container.to_owned());
        self.0.entry(place).or_default().push_str(text);
    }

    /// What a container has said; `None` where nobody runs it, and it was not made to say anything. Where it was not, `reach`
    /// is asked whether its node can be.
    ///
    /// # Errors
    ///
    /// 400 where it is not clear which container is meant, 501 for times of lines that were said, and what `reach` says.
    pub(crate) fn read(
        &self,
        pod: &Value,
        options: &LogOptions,
        reach: impl FnOnce(&str) -> Result<(), Status>,
    ) -> Result<Option<String>, Status> {
        let name = pick(pod, "metadata.name");
        let container = container(&options.container, pod)?;
        let place = (pick(pod, "metadata.namespace").to_owned(), name.to_owned(), container.to_owned());
        let said = self.0.get(&place).map(String::as_str);
        if said.is_none() {
            match pick(pod, "spec.nodeName") {
                "" => return Ok(None),
                node => reach(node)?,
            }
        }
        if options.previous {
            let message = format!(
                "previous terminated container {} in pod {} not found",
                printed::quoted(container),
                printed::quoted(name)
            );
            return Err(Status::bad_request(message));
        }
        let said = said.unwrap_or_default();
        match options.timed {
            Some(option) if !said.is_empty() => {
                Err(Status::not_implemented(&format!("logs that tell their time ({option})")))
            }
            _ => Ok(Some(options.cut(said).to_owned())),
        }
    }
}

impl LogOptions {
    /// # Errors
    ///
    /// 400 and 422 for what cannot be.
    pub(crate) fn parse(query: &Query, pod: &str) -> Result<Self, Status> {
        let (tail, limit, since) =
            (query.number("tailLines")?, query.number("limitBytes")?, query.number("sinceSeconds")?);
        let since_time = query.get("sinceTime");
        if !since_time.is_empty() {
            times::settle(since_time, Exactness::Seconds).map_err(Status::bad_request)?;
        }
        let mut causes = Vec::new();
        let too_small = |field: &str, found: i64, bound: &str| {
            Cause::invalid_value(field, &found.into(), &format!("must be greater than {bound}"))
        };
        causes.extend(
            tail.filter(|lines| *lines < 0).map(|found| too_small("tailLines", found, "or equal to 0")),
        );
        causes.extend(limit.filter(|bytes| *bytes < 1).map(|found| too_small("limitBytes", found, "0")));
        if since.is_some() && !since_time.is_empty() {
            let why = "at most one of `sinceTime` or `sinceSeconds` may be specified";
            causes.push(Cause::forbidden("[]", why));
        } else {
            causes.extend(since.filter(|span| *span < 1).map(|found| too_small("sinceSeconds", found, "0")));
        }
        if query.optional("stream").is_some_and(|stream| !stream.is_empty()) {
            causes.push(Cause::forbidden("stream", "may not be specified"));
        }
        if !causes.is_empty() {
            return Err(Status::invalid(About { kind: "PodLogOptions", group: "", name: pod }, causes));
        }
        let is_asked =
            |option: &&str| query.optional(option).is_some_and(|said| !matches!(said, "" | "0" | "false"));
        let bound = |bound: i64| usize::try_from(bound).unwrap_or(usize::MAX);
        Ok(LogOptions {
            container: query.get("container").to_owned(),
            tail: tail.map(bound),
            limit: limit.map(bound),
            previous: query.flag("previous"),
            timed: ["timestamps", "sinceSeconds", "sinceTime"].into_iter().find(is_asked),
        })
    }

    /// The end of a log, and no more of it than is wanted.
    fn cut<'a>(&self, said: &'a str) -> &'a str {
        let start = match self.tail {
            Some(0) => said.len(),
            Some(lines) => {
                let body = said.strip_suffix('\n').unwrap_or(said);
                body.rmatch_indices('\n').nth(lines - 1).map_or(0, |(at, _)| at + 1)
            }
            None => 0,
        };
        let tail = &said[start..];
        let limit = self.limit.unwrap_or(usize::MAX).min(tail.len());
        &tail[..tail.floor_char_boundary(limit)]
    }
}

/// Which container of a pod is meant, as far as it is said.
///
/// # Errors
///
/// 400 where that is not clear.
pub(crate) fn container<'a>(said: &'a str, pod: &'a Value) -> Result<&'a str, Status> {
    let name = pick(pod, "metadata.name");
    let names = |path| items(pod, path).iter().map(|container| pick(container, "name"));
    let own: Vec<&str> = names("spec.containers").collect();
    if !said.is_empty() {
        let mut all =
            own.into_iter().chain(names("spec.initContainers")).chain(names("spec.ephemeralContainers"));
        let refusal = || Status::bad_request(format!("container {said} is not valid for pod {name}"));
        return all.any(|known| known == said).then_some(said).ok_or_else(refusal);
    }
    match own[..] {
        [only] => Ok(only),
        [] => Err(Status::bad_request(format!("a container name must be specified for pod {name}"))),
        _ => {
            let all: Vec<&str> = names("spec.initContainers").chain(own).collect();
            Err(Status::bad_request(format!(
                "a container name must be specified for pod {name}, choose one of: [{}]",
                all.join(" ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(query: &str, expected: Result<Option<&str>, u16>) {
        let pod = json!({
            "metadata": { "name": "p", "namespace": "n" },
            "spec": { "containers": [{ "name": "a" }, { "name": "b" }], "initContainers": [{ "name": "i" }] },
        });
        let mut logs = Logs::default();
        logs.say("n", "p", "a", "one\ntwo\n");
        logs.say("n", "p", "a", "thrée\n");
        let options = LogOptions::parse(&Query::parse(query), "p");
        let said =
            options.and_then(|options| logs.read(&pod, &options, |_| Ok(()))).map_err(|status| status.code);
        assert_eq!(said, expected.map(|said| said.map(str::to_owned)), "{query}");
    }

    #[test]
    fn what_was_said_is_told_whole_or_from_its_end() {
        check("container=a", Ok(Some("one\ntwo\nthrée\n")));
        check("container=a&tailLines=2", Ok(Some("two\nthrée\n")));
        check("container=a&tailLines=0", Ok(Some("")));
        check("container=a&tailLines=9", Ok(Some("one\ntwo\nthrée\n")));
        check("container=a&limitBytes=5", Ok(Some("one\nt")));
        check("container=a&tailLines=1&limitBytes=4", Ok(Some("thr")));
        check("container=b", Ok(None));
        check("container=i", Ok(None));
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        check("", Err(400));
        check("container=x", Err(400));
        check("container=a&previous=true", Err(400));
        check("container=a&tailLines=-1", Err(422));
        check("container=a&limitBytes=0", Err(422));
        check("container=a&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", Err(422));
        check("container=a&timestamps=true", Err(501));
    }
}
