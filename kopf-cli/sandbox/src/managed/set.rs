//! Sets of fields of an object, as trees of steps, and what can be done with two of them.

use std::cmp::Ordering;

use super::step::Step;

/// What is so much smaller than another set is looked up in it; both are walked otherwise.
const FEW: usize = 16;

/// Fields below a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Set {
    /// In order, none twice, none empty.
    nodes: Vec<(Step, Node)>,
}

/// A field and what is below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Whether the field itself is in the set; if not, only some below it are.
    pub(super) member: bool,
    pub(super) below: Set,
}

impl Node {
    pub(super) fn member() -> Self {
        Node { member: true, below: Set::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.member && self.below.is_empty()
    }

    fn or_none(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }
}

/// In whatever order; equal steps become one, and what is empty goes.
impl FromIterator<(Step, Node)> for Set {
    fn from_iter<T: IntoIterator<Item = (Step, Node)>>(nodes: T) -> Self {
        let mut nodes: Vec<(Step, Node)> = nodes.into_iter().filter(|(_, node)| !node.is_empty()).collect();
        nodes.sort_by(|(one, _), (other, _)| one.cmp(other));
        nodes.dedup_by(|(step, node), (kept_step, kept)| {
            let same = step == kept_step;
            if same {
                kept.member |= node.member;
                kept.below = std::mem::take(&mut kept.below).union(&node.below);
            }
            same
        });
        Set { nodes }
    }
}

impl Set {
    /// A set of the fields at these paths of names.
    pub(super) fn of(paths: &[&[&str]]) -> Self {
        let path = |path: &&[&str]| {
            let (first, rest) = path.split_first()?;
            let node = match rest {
                [] => Node::member(),
                rest => Node { member: false, below: Set::of(&[rest]) },
            };
            Some((Step::field(first), node))
        };
        paths.iter().filter_map(path).collect()
    }

    /// What is in any of several.
    pub(super) fn of_all(mut sets: Vec<Set>) -> Set {
        // By pairs, so that none is walked more often than their number has digits.
        while sets.len() > 1 {
            let mut pairs = sets.into_iter();
            let mut joined = Vec::with_capacity(pairs.len().div_ceil(2));
            while let Some(one) = pairs.next() {
                joined.push(match pairs.next() {
                    Some(other) => one.union(&other),
                    None => one,
                });
            }
            sets = joined;
        }
        sets.pop().unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &(Step, Node)> {
        self.nodes.iter()
    }

    /// Changes each node, and lets those that are empty then go.
    pub(super) fn change(&mut self, mut change: impl FnMut(&Step, &mut Node)) {
        self.nodes.retain_mut(|(step, node)| {
            change(step, node);
            !node.is_empty()
        });
    }

    pub(super) fn get(&self, step: &Step) -> Option<&Node> {
        let found = self.nodes.binary_search_by(|(known, _)| known.cmp(step)).ok()?;
        Some(&self.nodes[found].1)
    }

    /// Whether all of the other is in this one.
    pub(super) fn includes(&self, other: &Set) -> bool {
        other.nodes().all(|(step, wanted)| {
            self.get(step)
                .is_some_and(|node| (node.member || !wanted.member) && node.below.includes(&wanted.below))
        })
    }

    /// What is in either.
    pub(super) fn union(self, other: &Set) -> Set {
        if other.is_empty() {
            return self;
        }
        if self.is_empty() {
            return other.clone();
        }
        self.combine(other, true, |one, other| match other {
            None => Some(one),
            Some(other) => {
                Some(Node { member: one.member || other.member, below: one.below.union(&other.below) })
            }
        })
    }

    /// What is in both.
    pub(super) fn intersection(self, other: &Set) -> Set {
        self.combine(other, false, |one, other| {
            let other = other?;
            let below = one.below.intersection(&other.below);
            Node { member: one.member && other.member, below }.or_none()
        })
    }

    /// What is in this one alone. A field that goes does not take what is below it along.
    pub(super) fn difference(self, other: &Set) -> Set {
        if other.is_empty() {
            return self;
        }
        self.combine(other, false, |one, other| match other {
            None => Some(one),
            Some(other) => {
                let below = one.below.difference(&other.below);
                Node { member: one.member && !other.member, below }.or_none()
            }
        })
    }

    /// What is in this one, and neither in the other nor below a field of the other.
    pub(super) fn without(self, other: &Set) -> Set {
        if other.is_empty() {
            return self;
        }
        self.combine(other, false, |one, other| match other {
            None => Some(one),
            Some(Node { member: true, .. }) => None,
            Some(other) => Node { below: one.below.without(&other.below), ..one }.or_none(),
        })
    }

    /// Walks both in step. What the other has alone is taken over, or not.
    fn combine(
        self,
        other: &Set,
        with_others: bool,
        mut choose: impl FnMut(Node, Option<&Node>) -> Option<Node>,
    ) -> Set {
        if !with_others && self.nodes.len() < other.nodes.len() / FEW {
            let chosen = self.nodes.into_iter().filter_map(|(step, node)| {
                let node = choose(node, other.get(&step))?;
                Some((step, node))
            });
            return Set { nodes: chosen.collect() };
        }
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let mut others = other.nodes.iter().peekable();
        for (step, node) in self.nodes {
            let mut met = None;
            while let Some((other_step, other_node)) = others.peek().copied() {
                match other_step.cmp(&step) {
                    Ordering::Less if with_others => nodes.push((other_step.clone(), other_node.clone())),
                    Ordering::Less => {}
                    Ordering::Equal => met = Some(other_node),
                    Ordering::Greater => break,
                }
                others.next();
            }
            nodes.extend(choose(node, met).map(|node| (step, node)));
        }
        if with_others {
            nodes.extend(others.cloned());
        }
        Set { nodes }
    }

    /// All fields of the set: those of a level before those below it.
    pub(super) fn paths(&self) -> Vec<Vec<&Step>> {
        let mut paths = Vec::new();
        self.add_paths(&mut Vec::new(), &mut paths);
        paths
    }

    fn add_paths<'a>(&'a self, to: &mut Vec<&'a Step>, paths: &mut Vec<Vec<&'a Step>>) {
        for (step, _) in self.nodes.iter().filter(|(_, node)| node.member) {
            paths.push(to.iter().copied().chain([step]).collect());
        }
        for (step, node) in &self.nodes {
            to.push(step);
            node.below.add_paths(to, paths);
            to.pop();
        }
    }
}
