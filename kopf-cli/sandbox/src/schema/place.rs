//! Where in an object a value is: a chain on the stack of those who walk it, written out only where something is wrong.

use std::fmt;

/// A place in an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    step: Step<'a>,
    parent: Option<&'a Place<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    /// A field that the schema names.
    Field(&'a str),
    /// A field of any name.
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) const ROOT: Place<'static> = Place { step: Step::Root, parent: None };

    pub(crate) fn field(&'a self, name: &'a str) -> Place<'a> {
        Place { step: Step::Field(name), parent: Some(self) }
    }

    pub(crate) fn key(&'a self, name: &'a str) -> Place<'a> {
        Place { step: Step::Key(name), parent: Some(self) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Place<'a> {
        Place { step: Step::Index(index), parent: Some(self) }
    }

    pub(crate) fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }

    /// With dots before all names: `spec.labels.app`, as unknown fields and the checks of types are told; a name that may be any
    /// has one also where it is the first.
    pub(crate) fn dotted(&self) -> String {
        let mut path = String::new();
        for step in self.steps() {
            match step {
                Step::Root => {}
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) | Step::Key(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    fn steps(&self) -> Vec<Step<'a>> {
        let chain = std::iter::successors(Some(self), |place| place.parent);
        let mut steps: Vec<Step<'a>> = chain.map(|place| place.step).collect();
        steps.reverse();
        steps
    }
}

/// With keys in brackets: `spec.labels[app]`, as all other rules tell their places.
impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return formatter.write_str("<nil>");
        }
        let mut first = true;
        for step in self.steps() {
            match step {
                Step::Root => continue,
                Step::Field(name) if first => formatter.write_str(name)?,
                Step::Field(name) => write!(formatter, ".{name}")?,
                Step::Key(name) => write!(formatter, "[{name}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
            first = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_in_two_ways() {
        let spec = Place::ROOT.field("spec");
        let (labels, items) = (spec.field("labels"), spec.field("items"));
        let (label, item) = (labels.key("app"), items.index(3));
        assert_eq!(
            (label.dotted().as_str(), label.to_string().as_str()),
            ("spec.labels.app", "spec.labels[app]")
        );
        assert_eq!((item.dotted().as_str(), item.to_string().as_str()), ("spec.items[3]", "spec.items[3]"));
        assert_eq!((Place::ROOT.dotted().as_str(), Place::ROOT.to_string().as_str()), ("", "<nil>"));
    }
}
