//! Rules of webhooks that name what no webhook is asked about.

use super::{Site, Warnings};

/// What no webhook is asked about, by its groups: nothing of it is kept.
const UNASKED: &[(&str, &[&str])] = &[
    ("authentication.k8s.io", &["selfsubjectreviews", "tokenreviews"]),
    (
        "authorization.k8s.io",
        &[
            "localsubjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews",
            "subjectaccessreviews",
        ],
    ),
];

pub(super) fn webhooks(root: &Site<'_>) -> Warnings {
    root.find("webhooks[].rules[]").iter().flat_map(rule).collect()
}

fn rule(rule: &Site<'_>) -> Warnings {
    let (groups, resources) = (rule.at("apiGroups"), rule.at("resources"));
    // Whoever means everything means this by the way.
    if groups.each().chain(resources.each()).any(|site| site.is("*")) {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    for group in groups.each() {
        let unasked = UNASKED.iter().find(|(known, _)| group.is(known)).map_or(&[][..], |(_, them)| them);
        for resource in resources.each().filter(|resource| unasked.contains(&resource.text())) {
            let (name, group) = (resource.text(), group.text());
            let why = "is excluded from admission webhooks; this rule will have no effect";
            warnings.push(format!("{}: {name}.{group} {why}", rule.place));
        }
    }
    warnings
}
