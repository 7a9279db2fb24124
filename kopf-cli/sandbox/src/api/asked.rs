//! What is asked of a resource: which part of an object, what is to be done with it, and how it is answered.

use crate::{
    builtin,
    media::{self, Answer},
    request::{Action, ResourcePath},
    resources::{NAMESPACES, View},
    status::Status,
};

/// What a path names of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Status,
    Scale,
    Log,
    Finalize,
    Approval,
    Eviction,
    /// One of the streams of a pod.
    Stream(&'static str),
}

/// Which part the path names; subresources that are not done are refused.
fn subresource(view: &View, path: &ResourcePath) -> Result<Part, Status> {
    let name = path.name.as_deref().unwrap_or_default();
    let custom = view.resource.rules.custom;
    // What stands below a custom resource's subresource is not looked at.
    let below = path.subresource.as_deref();
    let subresource = if custom { below.and_then(|below| below.split('/').next()) } else { below };
    let first = below.and_then(|below| below.split('/').next()).unwrap_or_default();
    match subresource {
        None => Ok(Part::Whole),
        Some("status") if view.version().status => Ok(Part::Status),
        Some("scale") if view.version().scale.is_some() => Ok(Part::Scale),
        Some("log") if &*view.resource.key == "pods" => Ok(Part::Log),
        Some("approval") if builtin::is_signed(&view.resource.key) => Ok(Part::Approval),
        Some("finalize") if &*view.resource.key == NAMESPACES => Ok(Part::Finalize),
        // Below what is there is nothing but what is behind a proxy.
        Some(below) if first != "proxy" && first != below && !custom => Err(Status::no_resource()),
        Some(_) if view.version().below.iter().any(|known| known == first) => {
            Err(Status::not_implemented(&format!("the subresource {}/{first}", view.resource.plural)))
        }
        Some(_) if custom => Err(Status::not_found(view.about(name))),
        Some(_) => Err(Status::no_resource()),
    }
}

/// Refuses what cannot be asked; `action` and `answer` are what method and headers say.
pub(super) fn check(
    view: &View,
    path: &ResourcePath,
    action: Result<Action, Status>,
    accept: &str,
    answer: Result<Answer, Status>,
) -> Result<(Part, Action, Answer), Status> {
    let custom = view.resource.rules.custom;
    let part = subresource(view, path)?;
    let action = action?;
    if part == Part::Log && action != Action::Get || part == Part::Finalize && action != Action::Update {
        return Err(Status::method_not_allowed());
    }
    if part != Part::Whole
        && let Action::Create | Action::Delete = action
    {
        let verb = if action == Action::Create { "create" } else { "delete" };
        return Err(if custom {
            Status::not_supported(verb, view.about(""))
        } else {
            Status::method_not_allowed()
        });
    }
    if view.resource.rules.undone
        && let Action::Create | Action::Update | Action::Patch = action
    {
        return Err(Status::not_implemented(&format!("objects of the resource {}", path.plural)));
    }
    if !custom && part != Part::Log {
        media::check_accept(accept, matches!(action, Action::List | Action::Watch))?;
    }
    let answer = match part {
        Part::Log => Answer::Json,
        _ => answer?,
    };
    Ok((part, action, answer))
}
