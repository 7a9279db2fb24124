//! Names that generated clients have: of operations, and of what they are sorted by.

/// `rbacAuthorization_v1`
pub(super) fn tag((group, version): (&str, &str)) -> String {
    format!("{}_{}", group_name(group, false), valid_name(version, false))
}

/// `RbacAuthorization`
pub(super) fn group_name(group: &str, capital: bool) -> String {
    let group = if group.is_empty() { "core" } else { group };
    valid_name(group.strip_suffix(".k8s.io").unwrap_or(group), capital)
}

/// A text as the name of something in a program.
pub(super) fn valid_name(text: &str, capital: bool) -> String {
    let (mut name, mut capital) = (String::new(), capital);
    for (at, letter) in text.char_indices() {
        if !(letter.is_alphabetic() || letter == '_' || (at > 0 && letter.is_numeric())) {
            capital = true;
        } else if std::mem::take(&mut capital) {
            name.extend(letter.to_uppercase());
        } else {
            name.push(letter);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_programs() {
        assert_eq!(tag(("rbac.authorization.k8s.io", "v1")), "rbacAuthorization_v1");
        assert_eq!(tag(("", "v1")), "core_v1");
        assert_eq!(group_name("my-group.example.org", true), "MyGroupExampleOrg");
    }
}
