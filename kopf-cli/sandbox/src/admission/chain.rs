//! Calls the webhooks that a request is for: those that change objects one after another, the others all at once.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::{
    Answer, Document, Round, Stage, Subject,
    call::{self, Call, Failure},
    configured::{Configured, Webhook},
    expressions::Variables,
    review::{self, Said, Wrong},
    services,
    verdict::{self, Refusal},
};
use crate::{api::Api, object, patch, printed, resources::View, status::Status};

/// Has all webhooks of a round asked; what they warn of is added to `warnings`.
pub(super) async fn run(
    configured: &Configured,
    api: &Api,
    subject: &Subject,
    round: &Round,
    warnings: &mut Vec<String>,
) -> Answer {
    let asking = Asking { api, subject, round };
    match round.stage {
        Stage::Mutating => asking.change(configured.hooks(Stage::Mutating), warnings).await,
        Stage::Validating => asking.judge(configured.hooks(Stage::Validating), warnings).await,
    }
}

#[derive(Clone, Copy)]
struct Asking<'a> {
    api: &'a Api,
    subject: &'a Subject,
    round: &'a Round,
}

impl Asking<'_> {
    /// One after another; and once more those that want to see what others have changed after them.
    async fn change(self, hooks: &[Webhook], warnings: &mut Vec<String>) -> Answer {
        let mut object = self.round.object.clone();
        let mut called = BTreeSet::new();
        let mut again: Option<BTreeSet<usize>> = None;
        loop {
            let mut due = BTreeSet::new();
            for (index, hook) in hooks.iter().enumerate() {
                if again.as_ref().is_some_and(|again| !again.contains(&index)) {
                    continue;
                }
                let Some(view) = self.view(hook, object.as_ref())? else { continue };
                let changed = match self.call(hook, &view, object.as_ref()).await {
                    Ok(said) => {
                        warnings.extend(said.warnings.iter().cloned());
                        if said.allowed {
                            self.apply(hook, &view, object.as_ref(), &said)
                        } else {
                            Err(Refusal::Denied(verdict::denied(&hook.name, &said.result)))
                        }
                    }
                    Err(why) => Err(Refusal::Failed(why)),
                };
                match changed {
                    Ok(None) => {}
                    Ok(changed) => {
                        object = changed;
                        due.append(&mut called);
                    }
                    Err(Refusal::Denied(status)) => return Err(status),
                    Err(Refusal::Failed(_)) if hook.ignores_failures => {}
                    Err(Refusal::Failed(why)) => return Err(verdict::failed(&hook.name, &why)),
                }
                if hook.again && again.is_none() {
                    called.insert(index);
                }
            }
            if again.is_some() || due.is_empty() {
                return Ok(object.filter(|object| Some(object) != self.round.object.as_ref()));
            }
            again = Some(due);
        }
    }

    /// All at once: the first refusal in their order counts.
    async fn judge(self, hooks: &[Webhook], warnings: &mut Vec<String>) -> Answer {
        let object = self.round.object.as_ref();
        let mut due = Vec::new();
        for hook in hooks {
            if let Some(view) = self.view(hook, object)? {
                due.push((hook, view));
            }
        }
        let answers = join_all(due.iter().map(|(hook, view)| self.call(hook, view, object))).await;
        let mut refusal = None;
        for ((hook, _), answer) in due.iter().zip(answers) {
            let status = match answer {
                Ok(said) => {
                    warnings.extend(said.warnings);
                    if said.allowed {
                        continue;
                    }
                    verdict::denied(&hook.name, &said.result)
                }
                Err(_) if hook.ignores_failures => continue,
                Err(why) => verdict::failed(&hook.name, &why),
            };
            refusal.get_or_insert(status);
        }
        refusal.map_or(Ok(None), Err)
    }

    /// The version in which a webhook sees the request; `None` where it is not for it.
    fn view(self, hook: &Webhook, object: Option<&Document>) -> Result<Option<View>, Status> {
        let Asking { api, subject, round } = self;
        let Some(view) = hook.scope.view(subject, round, object) else { return Ok(None) };
        if hook.conditions.is_empty() {
            return Ok(Some(view));
        }
        let shown = object.map(|object| translate(object, subject, &view));
        let mut variables = Variables::of(subject, round, &view, shown.as_ref());
        // Webhooks are not told of namespaces, though their conditions may name them.
        variables.set("namespaceObject", None);
        if hook.conditions.ask() {
            variables.ask(subject, round, subject.rights(&api.store()));
        }
        let holds = hook.conditions.hold(&variables);
        let holds = holds.map_err(|why| Status::forbidden(subject.view.about(&round.name), &why))?;
        Ok(holds.then_some(view))
    }

    async fn call(self, hook: &Webhook, view: &View, object: Option<&Document>) -> Result<Said, String> {
        let Asking { api, subject, round } = self;
        let show = |object: &Document| translate(object, subject, view);
        let (object, old) = (object.map(show), round.old.as_ref().map(show));
        let uid = api.store().ids.uid();
        let body = review::ask(subject, round, view, (hook.reviews, &uid), (object.as_ref(), old.as_ref()));
        let place = api.on_stack(|store| services::find(&hook.address.host, store));
        let answer = match place {
            Ok(place) => {
                let Webhook { address, trust, timeout, .. } = hook;
                call::post(Call { place: &place, address, trust, timeout: *timeout }, body).await
            }
            Err(why) => Err(Failure::Unreachable(why)),
        };
        let failed = |why: String| format!("failed to call webhook: {why}");
        let answer = answer.map_err(|failure| failed(failure.said(&hook.address, hook.timeout)))?;
        let read = review::read(&answer, (hook.reviews, &uid), round.stage == Stage::Mutating);
        read.map_err(|wrong| match wrong {
            Wrong::Unreadable(why) => failed(why),
            Wrong::Invalid(why) => format!("received invalid webhook response: {why}"),
        })
    }

    /// Changes the object as a webhook wants it; `None` where it wants it as it is.
    fn apply(
        self,
        hook: &Webhook,
        view: &View,
        object: Option<&Document>,
        said: &Said,
    ) -> Result<Option<Document>, Refusal> {
        let operations = verdict::operations(&said.patch)
            .map_err(|why| Refusal::Failed(format!("received undecodable patch in webhook response: {why}")));
        let operations = if said.patch.is_empty() { Vec::new() } else { operations? };
        if operations.is_empty() {
            return Ok(None);
        }
        let Some(object) = object else {
            let why = format!(
                "admission webhook {} attempted to modify the object, which is not supported for this operation",
                printed::quoted(&hook.name)
            );
            return Err(Refusal::Denied(Status::internal_error(&why)));
        };
        if said.patch_type != "JSONPatch" {
            return Err(Refusal::Failed(format!(
                "unsupported patch type {}",
                printed::quoted(&said.patch_type)
            )));
        }
        let shown = translate(object, self.subject, view);
        // What operations copy can double its levels again and again.
        let reach = patch::reach_from(shown.depth, &operations);
        crate::json::with_stack(2 * reach, || {
            shown.read(|before| {
                let mut changed = before.clone();
                verdict::apply(&mut changed, &operations).map_err(Refusal::Denied)?;
                let changed = (changed != before).then(|| self.subject.document(&changed));
                Ok(changed.map(|changed| between(&changed, self.subject, view, &self.subject.view)))
            })
        })
    }
}

/// An object of the version that the request is in, as another version shows it.
pub(super) fn translate(object: &Document, subject: &Subject, to: &View) -> Document {
    between(object, subject, &subject.view, to)
}

fn between(object: &Document, subject: &Subject, from: &View, to: &View) -> Document {
    if from.index() == to.index() || subject.subresource == "scale" {
        return object.clone();
    }
    object.read(|mut value| {
        object::unshow(&mut value, from);
        object::show(&mut value, to);
        Document::of(&value, &to.resource)
    })
}
